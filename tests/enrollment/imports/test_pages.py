"""A registrar's day in the browser's path: upload, columns, check, mend, publish, undo."""

import io
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import User
from accounts.roles import Role
from enrollment.imports import pipeline
from enrollment.imports import tasks as imports_tasks
from enrollment.jobs.uploads import REQUEUE_AFTER
from enrollment.models import BatchState, ImportBatch, Institution, StudentRecord
from tests.enrollment.imported_files import AT, run_import, sample, write_csv
from tests.enrollment.registrar import (
    IMPORTS,
    make_registrar,
    page_of,
    publish,
    signed_in_just_now,
    upload,
)
from tests.enrollment.sweeps import sweep_imports
from tests.people import PASSWORD, make_account


def test_a_registrars_day(desk: Client, school: Institution, tmp_path: Path) -> None:
    rows = sample(30)
    good = rows[4][AT["学籍状态"]]
    rows[4][AT["学籍状态"]] = "在读"
    batch = upload(desk, write_csv(tmp_path / "学籍.csv", rows), school)
    page = page_of(desk, batch)
    assert batch.number in desk.get(IMPORTS).content.decode()
    assert "这个学籍状态" in page or "学籍状态" in page
    assert not StudentRecord.objects.exists()

    signed_in_just_now(desk)
    desk.post(reverse("registry:reason"), {"words": "改错", "for_all": "on"})
    answer = desk.get(reverse("registry:faulty_rows", args=[batch.key]))
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active  # type: ignore[attr-defined]
    assert sheet is not None
    header, row = list(sheet.iter_rows(values_only=True))
    assert row[0] == "6"
    assert row[header.index("姓名")] == rows[4][AT["姓名"]]

    publish(desk, batch)
    assert batch.state == BatchState.PUBLISHED
    assert StudentRecord.objects.count() == 29
    assert str(batch.key) in page_of(desk, batch)

    mended = [str(cell or "") for cell in row]
    mended[header.index("学籍状态")] = good
    second = upload(
        desk, write_csv(tmp_path / "b.csv", [mended], header=[str(t) for t in header]), school
    )
    publish(desk, second)
    assert StudentRecord.objects.count() == 30

    address = reverse("registry:undo", args=[batch.key])
    assert desk.get(address).status_code == 200
    assert desk.post(address).status_code == 302
    assert StudentRecord.objects.count() == 1


def test_publishing_asks_for_the_password_again(
    desk: Client, school: Institution, tmp_path: Path
) -> None:
    batch = upload(desk, write_csv(tmp_path / "a.csv", sample(2)), school)
    for name in ("publish", "undo"):
        ImportBatch.objects.update(state={"publish": "rehearsed", "undo": "published"}[name])
        answer = desk.post(reverse(f"registry:{name}", args=[batch.key]))
        assert reverse("account_reauthenticate") in answer["Location"]
    assert not StudentRecord.objects.exists()


def test_the_file_lies_sealed_and_is_forgotten_after_publication(
    desk: Client, school: Institution, tmp_path: Path
) -> None:
    rows = sample(3)
    rows[0][AT["姓名"]] = ""
    batch = upload(desk, write_csv(tmp_path / "a.csv", rows), school)
    kept = [path for path in (tmp_path / "media").rglob("*") if path.is_file()]
    assert kept
    for path in kept:
        assert not any(row[AT["证件号码"]].encode() in path.read_bytes() for row in rows)
    publish(desk, batch)
    assert not default_storage.exists(batch.upload)
    assert not [path for path in (tmp_path / "media").rglob("*") if path.is_file()]


@pytest.mark.parametrize(("name", "content"), [("a.exe", b"MZ"), ("a.xlsx", b""), ("a", b"x")])
def test_a_file_of_no_known_kind_is_refused_at_once(
    desk: Client, school: Institution, name: str, content: bytes
) -> None:
    file = SimpleUploadedFile(name, content)
    answer = desk.post(IMPORTS, {"institution": school.pk, "file": file})
    assert answer.status_code == 200
    assert "data-error-summary" in answer.content.decode()
    assert not ImportBatch.objects.exists()


def test_the_page_of_a_broken_file_says_why(
    desk: Client, school: Institution, tmp_path: Path
) -> None:
    path = tmp_path / "学籍<b>.xlsx"
    path.write_bytes(b"PK\x03\x04" + bytes(500))
    batch = upload(desk, path, school)
    assert (batch.state, batch.failure) == (BatchState.FAILED, "unreadable")
    page = page_of(desk, batch)
    assert reverse("registry:columns", args=[batch.key]) not in page
    assert "学籍&lt;b&gt;.xlsx" in page  # which file it was
    assert "另存为" in page  # and what to do


def test_four_eyes(desk: Client, school: Institution, tmp_path: Path) -> None:
    school.second_approver = True
    school.save()
    batch = upload(desk, write_csv(tmp_path / "a.csv", sample(2)), school)
    publish(desk, batch)
    assert batch.state == BatchState.REHEARSED
    colleague = Client()
    colleague.force_login(make_registrar("approver@example.org", school))
    publish(colleague, batch)
    assert batch.state == BatchState.PUBLISHED
    assert batch.published_by is not None
    assert batch.published_by.email == "approver@example.org"


def test_a_registry_changed_since_the_check_is_not_overwritten(
    desk: Client, school: Institution, tmp_path: Path
) -> None:
    rows = sample(3)
    run_import(write_csv(tmp_path / "a.csv", rows))
    rows[0][AT["学籍状态"]] = "休学"
    batch = upload(desk, write_csv(tmp_path / "b.csv", rows), school)
    rows[0][AT["学籍状态"]] = "退学"
    run_import(write_csv(tmp_path / "c.csv", rows))
    publish(desk, batch)
    assert (batch.state, batch.failure) == (BatchState.FAILED, "stale")
    assert StudentRecord.objects.filter(status="退学").count() == 1
    address = reverse("registry:check_again", args=[batch.key])
    assert address in page_of(desk, batch)
    assert desk.post(address).status_code == 302
    imports_tasks.rehearse_upload(batch.pk)
    publish(desk, batch)
    assert batch.state == BatchState.PUBLISHED
    assert not StudentRecord.objects.filter(status="退学").exists()


def test_two_files_with_the_same_new_student(
    desk: Client, school: Institution, tmp_path: Path
) -> None:
    first = upload(desk, write_csv(tmp_path / "a.csv", sample(2)), school)
    second = upload(desk, write_csv(tmp_path / "b.csv", sample(3)), school)
    publish(desk, first)
    publish(desk, second)
    assert (second.state, second.failure) == (BatchState.FAILED, "stale")
    assert StudentRecord.objects.count() == 2


def test_what_a_dead_worker_left_is_taken_up(
    desk: Client, school: Institution, tmp_path: Path
) -> None:
    batch = upload(desk, write_csv(tmp_path / "a.csv", sample(2)), school)
    ImportBatch.objects.update(state=BatchState.REHEARSING)
    pipeline.release_abandoned()
    batch.refresh_from_db()
    assert batch.state == BatchState.UPLOADED
    batch.created_at -= 2 * REQUEUE_AFTER
    batch.save()
    sweep_imports()
    batch.refresh_from_db()
    assert batch.state == BatchState.REHEARSED


def test_the_second_file_waits_for_the_first_and_is_then_rung(
    desk: Client, school: Institution, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[int] = []

    def put(arguments: tuple[int], **_: object) -> None:
        rung.extend(arguments)

    monkeypatch.setattr(imports_tasks.rehearse_upload, "apply_async", put)
    first = upload(desk, write_csv(tmp_path / "a.csv", sample(2)), school, check=False)
    second = upload(desk, write_csv(tmp_path / "b.csv", sample(3)), school, check=False)
    ImportBatch.objects.filter(pk=first.pk).update(state=BatchState.REHEARSING)
    page = page_of(desk, second)
    assert "a.csv" in page  # which file goes first
    assert "同一时间只处理一个" in page
    ImportBatch.objects.filter(pk=first.pk).update(state=BatchState.UPLOADED)
    imports_tasks.rehearse_upload(first.pk)
    assert rung == [first.pk, second.pk]


def test_a_discarded_file_leaves_nothing(
    desk: Client, school: Institution, tmp_path: Path, django_capture_on_commit_callbacks: object
) -> None:
    batch = upload(desk, write_csv(tmp_path / "a.csv", sample(2)), school)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        desk.post(reverse("registry:discard", args=[batch.key]))
    batch.refresh_from_db()
    assert batch.state == BatchState.DISCARDED
    assert not default_storage.exists(batch.upload)


ADDRESSES = [
    "import",
    "columns",
    "check_again",
    "mended_rows",
    "faulty_rows",
    "publish",
    "undo",
    "discard",
]


@pytest.mark.parametrize("name", ADDRESSES)
def test_an_import_is_not_found_by_others(
    desk: Client, school: Institution, tmp_path: Path, name: str, li: User
) -> None:
    batch = upload(desk, write_csv(tmp_path / "a.csv", sample(2)), school)
    other = Institution.objects.create(code="19997", name="另一所学校")
    stranger = make_registrar("stranger@example.org", other)
    counselor = make_account("counselor@example.org", roles=(Role.COUNSELOR,))
    operator = User.objects.create_superuser(username="o", email="o@example.org", password=PASSWORD)
    for user in (stranger, counselor, operator, li):
        client = Client()
        client.force_login(user)
        signed_in_just_now(client)
        for method in (client.get, client.post):
            answer = method(reverse(f"registry:{name}", args=[batch.key]))
            assert answer.status_code in {404, 405}, (user.email, method)
            assert batch.file_name not in answer.content.decode()
    anonymous = Client().get(reverse(f"registry:{name}", args=[batch.key]))
    assert anonymous.status_code in {302, 405}
