"""Faulty rows are downloaded, mended and uploaded: one file, one difference, one publication."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from enrollment.imports.checking import counts
from enrollment.models import BatchState, ImportBatch, Institution, StudentRecord
from tests.enrollment.imported_files import AT, sample, write_csv
from tests.enrollment.imports.mending import given_back, mend
from tests.enrollment.registrar import make_registrar, page_of, publish, upload


@pytest.fixture
def faulty(desk: Client, school: Institution, tmp_path: Path) -> ImportBatch:
    """Ten rows under a title line: one of unknown status, two of one student number."""
    rows = sample(10)
    rows[3][AT["学籍状态"]] = "在读"
    rows[7][AT["学号"]] = rows[6][AT["学号"]]
    path = write_csv(tmp_path / "a.csv", rows)
    path.write_text("2026 级新生\n" + path.read_text())
    return upload(desk, path, school)


def test_a_file_checked_without_its_workbook_leads_on(
    desk: Client, faulty: ImportBatch, media: Path
) -> None:
    """As an older version may have left it behind, killed between the check and the workbook."""
    sheet = given_back(desk, faulty)
    (found,) = media.rglob("faulty")
    found.unlink()
    told = "没有保留"
    for page in ("registry:faulty_rows", "registry:mended_rows"):
        address = reverse(page, args=[faulty.key])
        assert told in desk.get(address, follow=True).content.decode()
    upload = {"file": SimpleUploadedFile("a.xlsx", str(sheet).encode())}
    address = reverse("registry:mended_rows", args=[faulty.key])
    assert told in desk.post(address, upload, follow=True).content.decode()
    assert ImportBatch.objects.count() == 1
    publish(desk, faulty)
    faulty.refresh_from_db()
    assert faulty.state == BatchState.PUBLISHED
    assert desk.get(reverse("registry:faulty_rows", args=[faulty.key])).status_code == 404


def test_mended_rows_take_their_places(desk: Client, faulty: ImportBatch) -> None:
    sheet = given_back(desk, faulty)
    titles = sheet[0]
    assert [row[0] for row in sheet[1:]] == ["6", "9", "10"]
    sheet[1][titles.index("学籍状态")] = "注册学籍"
    sheet[3][titles.index("学号")] = "202699999999"
    batch = mend(desk, faulty, sheet)
    assert batch.state == BatchState.REHEARSED
    assert [batch.result[name] for name in ("rows", "faulty", "new")] == [10, 0, 10]
    assert [batch.result[name] for name in ("replaced", "added")] == [3, 0]
    assert batch.result["unknown_titles"] == []
    page = page_of(desk, faulty)
    assert reverse("registry:import", args=[batch.key]) in page
    assert reverse("registry:publish", args=[faulty.key]) not in page

    publish(desk, batch)
    assert StudentRecord.objects.count() == 10
    assert desk.get(reverse("registry:faulty_rows", args=[faulty.key])).status_code == 404


def test_what_is_still_faulty_is_mended_once_more(desk: Client, faulty: ImportBatch) -> None:
    sheet = given_back(desk, faulty)
    at = sheet[0].index("学籍状态")
    sheet[1][at] = "注册学籍"
    second = mend(desk, faulty, sheet[:2])  # the two others were forgotten
    assert [second.result[name] for name in ("rows", "faulty", "new")] == [10, 2, 8]
    sheet = given_back(desk, second)
    sheet[2][sheet[0].index("学号")] = "202699999999"
    third = mend(desk, second, sheet)
    assert [third.result[name] for name in ("rows", "faulty", "new")] == [10, 0, 10]
    publish(desk, third)
    assert StudentRecord.objects.count() == 10


def test_good_rows_are_never_replaced_and_new_rows_are_added(
    desk: Client, faulty: ImportBatch
) -> None:
    titles = given_back(desk, faulty)[0]
    stranger = ["", *sample(12)[11], ""]
    pasted = ["3", *sample(11)[10], ""]  # the number of a good row, dragged down in Excel
    batch = mend(desk, faulty, [titles, stranger, pasted])
    assert [batch.result[name] for name in ("replaced", "added", "new")] == [0, 2, 9]


def test_without_row_numbers_a_row_is_known_by_its_student_number(
    desk: Client, faulty: ImportBatch
) -> None:
    titles, first, *_ = given_back(desk, faulty)
    first[titles.index("学籍状态")] = "注册学籍"
    batch = mend(desk, faulty, [titles[1:-1], first[1:-1]])
    assert [batch.result[name] for name in ("rows", "replaced", "added", "new")] == [10, 1, 0, 8]


def test_a_wrong_file_leads_back_to_the_one_before(desk: Client, faulty: ImportBatch) -> None:
    batch = mend(desk, faulty, [["课程", "成绩"], ["高等数学", "90"]])
    assert (batch.state, batch.failure) == (BatchState.FAILED, "no_header")
    answer = desk.post(reverse("registry:discard", args=[batch.key]))
    assert answer["Location"] == reverse("registry:import", args=[faulty.key])
    faulty.refresh_from_db()
    assert faulty.state == BatchState.REHEARSED
    publish(desk, faulty)
    assert StudentRecord.objects.count() == 7


def test_a_registrar_who_uploaded_a_part_is_not_the_second_person(
    desk: Client, faulty: ImportBatch, school: Institution
) -> None:
    school.second_approver = True
    school.save()
    colleague = Client()
    colleague.force_login(make_registrar("colleague@example.org", school))
    sheet = given_back(colleague, faulty)
    sheet[1][sheet[0].index("学籍状态")] = "注册学籍"
    batch = mend(colleague, faulty, sheet)
    for client in (desk, colleague):
        publish(client, batch)
        assert batch.state == BatchState.REHEARSED
    third = Client()
    third.force_login(make_registrar("third@example.org", school))
    publish(third, batch)
    assert batch.state == BatchState.PUBLISHED


def test_warnings_crowd_out_no_faulty_row(
    desk: Client, school: Institution, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counts, "LISTED_PROBLEMS", 3)
    rows = sample(10)
    for row in rows[:8]:
        row[AT["手机号"]] = "12345"
    rows[9][AT["姓名"]] = ""
    batch = upload(desk, write_csv(tmp_path / "a.csv", rows), school)
    assert [row[0] for row in given_back(desk, batch)[1:]] == ["2", "3", "11"]
