"""What a file leaves to a person is decided in the browser by a tick, over HTTP by a parameter."""

from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from enrollment.fields.catalogue import BY_NAME
from enrollment.imports import tasks as imports_tasks
from enrollment.imports.tokens.services import create_token
from enrollment.models import BatchState, ImportBatch, Institution, StudentRecord, TokenRight
from tests.cases.workbooks import ROWS, emptied, run, saved, sheet_with
from tests.enrollment.imports.system import HOUSE, System
from tests.enrollment.registrar import (
    APPROVED,
    make_registrar,
    page_of,
    shown_on,
    signed_in_just_now,
    upload,
)

CLEARED = 6
APPROVAL = {"approval": "教学〔2026〕7号", "approved_on": "2026-09-01"}
SHEETS = ["名单", "旧名单"]


@pytest.fixture
def system(school: Institution) -> System:
    """The school's own system, which may publish."""
    maker = make_registrar("maker@example.org", school)
    return System(
        create_token(
            institution=school, name="教务系统", right=TokenRight.PUBLISH, days=30, by=maker
        )[1]
    )


def emptying(tmp_path: Path) -> Path:
    """A file that empties six majors of the registry."""
    run(saved(sheet_with(emptied(0)), tmp_path / "before.xlsx"))
    return saved(sheet_with(emptied(CLEARED)), tmp_path / "后.xlsx")


def two_lists(tmp_path: Path) -> Path:
    """Two sheets with unlike heads: the states of one of them are old."""
    sheet = sheet_with(ROWS)
    assert sheet.parent is not None
    sheet.title = SHEETS[0]
    other = sheet.parent.create_sheet(SHEETS[1])
    other.append(["姓名", "身份证号", "学号", "学籍状态"])
    other.append([*ROWS[0][:3], "休学"])
    return saved(sheet, tmp_path / "a.xlsx")


def majors() -> list[str]:
    return [record.major_name for record in StudentRecord.objects.order_by("student_number")]


def test_the_page_says_how_many_values_go_and_a_tick_agrees(
    desk: Client, school: Institution, tmp_path: Path
) -> None:
    batch = upload(desk, emptying(tmp_path), school)
    label = BY_NAME["major_name"].label
    assert f"{label} {CLEARED}" in page_of(desk, batch)
    signed_in_just_now(desk)
    address = reverse("registry:publish", args=[batch.key])
    asked = desk.get(address).content.decode()
    assert 'name="accept_cleared"' in asked

    refused = desk.post(address, APPROVED)
    assert refused.status_code == 200
    assert "data-error-summary" in refused.content.decode()
    batch.refresh_from_db()
    assert batch.state == BatchState.REHEARSED
    assert "" not in majors()

    given = APPROVED | {"accept_cleared": "on", "shown": shown_on(desk, batch)}
    assert desk.post(address, given).status_code == 302
    imports_tasks.publish_upload(batch.pk)
    assert majors().count("") == CLEARED


def test_a_system_is_refused_with_the_count_and_the_parameter(
    system: System, tmp_path: Path
) -> None:
    batch = system.hand_in(emptying(tmp_path))
    assert batch.state == BatchState.REHEARSED
    report = system.report(batch)
    assert report["result"]["cleared"] == {"major_name": CLEARED}
    address = f"{reverse('import_api:publish', args=[batch.key])}?{urlencode(APPROVAL)}"
    status, refusal = system.ask("POST", address)
    assert (status, refusal["error"]) == (409, "cleared")
    assert str(CLEARED) in refusal["message"]
    assert "accept_cleared=1" in refusal["message"]
    for word in ("0", "", "no"):
        assert system.ask("POST", f"{address}&accept_cleared={word}")[0] == 409
    assert "" not in majors()
    assert system.ask("POST", f"{address}&accept_cleared=1")[0] == 202
    imports_tasks.publish_upload(batch.pk)
    assert majors().count("") == CLEARED


def test_the_page_offers_the_sheets_and_reads_the_chosen_one(
    desk: Client, school: Institution, tmp_path: Path
) -> None:
    batch = upload(desk, two_lists(tmp_path), school)
    assert batch.state == BatchState.FAILED
    page = page_of(desk, batch)
    for name in SHEETS:
        assert f'value="{name}"' in page
    address = reverse("registry:choose_sheet", args=[batch.key])
    for wrong in ("", "没有这张表", "名单 "):
        told = desk.post(address, {"sheet": wrong}, follow=True).content.decode()
        assert "请选择其中一个工作表" in told
    batch.refresh_from_db()
    assert batch.state == BatchState.FAILED

    desk.post(address, {"sheet": SHEETS[0]})
    imports_tasks.rehearse_upload(batch.pk)
    batch.refresh_from_db()
    assert batch.state == BatchState.REHEARSED
    assert batch.result["new"] == len(ROWS)
    assert SHEETS[1] in page_of(desk, batch)  # what was not read is told


def test_a_system_names_the_sheet_or_is_told_which_there_are(
    system: System, tmp_path: Path
) -> None:
    path = two_lists(tmp_path)
    batch = system.hand_in(path)
    report = system.report(batch)
    assert report["state"] == "failed"
    assert "名单、旧名单" in report["message"]
    named = system.hand_in(path, f"?sheet={quote(SHEETS[0])}")
    assert (named.state, named.result["new"]) == (BatchState.REHEARSED, len(ROWS))
    unknown = system.hand_in(path, f"?sheet={quote('别的表')}")
    assert unknown.state == BatchState.FAILED
    assert not StudentRecord.objects.exists()
    assert ImportBatch.objects.count() == 3


def test_no_tick_is_asked_for_a_few_values(
    desk: Client, school: Institution, tmp_path: Path
) -> None:
    run(saved(sheet_with(emptied(0)), tmp_path / "before.xlsx"))
    batch = upload(desk, saved(sheet_with(emptied(2)), tmp_path / "few.xlsx"), school)
    signed_in_just_now(desk)
    page = desk.get(reverse("registry:publish", args=[batch.key])).content.decode()
    assert "accept_cleared" not in page


def test_no_sheet_is_chosen_of_a_file_that_was_read(
    desk: Client, school: Institution, tmp_path: Path
) -> None:
    batch = upload(desk, saved(sheet_with(ROWS), tmp_path / "a.xlsx"), school)
    address = reverse("registry:choose_sheet", args=[batch.key])
    told = desk.post(address, {"sheet": "名单"}, follow=True).content.decode()
    assert "请选择其中一个工作表" in told
    batch.refresh_from_db()
    assert (batch.state, batch.sheet) == (BatchState.REHEARSED, "")


BAD_APPROVALS = {
    "blank number": (" ", "2026-09-01"),
    "no number": ("", "2026-09-01"),
    "no date": ("教学〔2026〕7号", "yesterday"),
    "to come": ("教学〔2026〕7号", "2999-01-01"),
    "too long": ("号" * 101, "2026-09-01"),
}


@pytest.mark.parametrize(("number", "on"), BAD_APPROVALS.values(), ids=BAD_APPROVALS)
def test_an_impossible_approval_is_refused_to_a_system_and_on_the_command_line(
    system: System, tmp_path: Path, number: str, on: str
) -> None:
    batch = system.hand_in(emptying(tmp_path))
    query = urlencode({"approval": number, "approved_on": on})
    address = f"{reverse('import_api:publish', args=[batch.key])}?{query}"
    status, refusal = system.ask("POST", address)
    assert (status, refusal["error"]) == (422, "approval")
    with pytest.raises(CommandError):
        call_command(
            "import_registry", tmp_path / "emptied.xlsx", institution="19998", approval=[number, on]
        )
    assert "" not in majors()


def test_an_approval_named_at_the_upload_is_not_passed_over_in_silence(system: System) -> None:
    status, refusal = system.ask("PUT", f"{HOUSE}a.xlsx?publish=1&{urlencode(APPROVAL)}", b"x")
    assert (status, refusal["error"]) == (422, "approval")
