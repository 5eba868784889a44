"""A member of staff wants to carry students' data away without a reason, a trace or an alarm."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import Notice, User
from audit.models import AuditEntry
from enrollment.imports.storage import keep_faulty_rows
from enrollment.models import (
    ImportBatch,
    InstitutionRegistrar,
    PhotoBatch,
    RecordEvent,
    StudentRecord,
)
from support.models import Cause, Report
from support.reports.desk.services import hand_on
from support.reports.services import Statement, open_report
from tests.enrollment.imported_files import AT, sample, write_csv
from tests.people import enter, make_account, make_record, make_school, sample_number
from verification.models import Vouch

pytestmark = pytest.mark.django_db
ALARM = "enrollment.viewing_alarm"


@pytest.fixture
def files(
    checked_import: ImportBatch, checked_photos: PhotoBatch, wang: User, wang_record: StudentRecord
) -> dict[str, str]:
    """The addresses from which files with people's data are taken."""
    keep_faulty_rows(checked_import, BytesIO(b"rows"))
    report = open_report(
        account=wang, cause=Cause.NAME, statement=Statement("错了", "王䶮"), record=wang_record
    )
    hand_on(reports=Report.objects.filter(pk=report.pk), words="", by=make_account("c@example.org"))
    report.refresh_from_db()
    assert report.batch
    assert wang_record.school_class is not None
    return {
        "faulty rows": reverse("registry:faulty_rows", args=[checked_import.key]),
        "refused photos": reverse("registry:refused_photos", args=[checked_photos.key]),
        "class": reverse("support:class_export", args=[wang_record.school_class.pk]),
        "reports": reverse("support:batch_workbook", args=[report.batch.key]),
    }


FILES = ["faulty rows", "refused photos", "class", "reports"]


@pytest.mark.parametrize("file", FILES)
def test_a_file_needs_the_password_again_and_a_reason(
    file: str, files: dict[str, str], desk_registrar: User
) -> None:
    address = files[file]
    left_open = Client()
    left_open.force_login(desk_registrar)
    assert reverse("account_reauthenticate") in left_open.get(address)["Location"]
    desk = enter(desk_registrar)
    why = desk.get(address)["Location"]
    assert why.startswith(reverse("registry:reason"))
    assert not AuditEntry.objects.filter(reason="报省级").exists()
    assert f"url={address}" in desk.post(why, {"words": "报省级"}).content.decode()
    assert "attachment" in desk.get(address)["Content-Disposition"]
    entry = AuditEntry.objects.get(reason="报省级")
    assert entry.actor_id == desk_registrar.pk
    assert entry.detail["people"] >= 1


def test_changes_of_records_need_the_password_again(
    desk_registrar: User, wang_record: StudentRecord, wang_problem: Report
) -> None:
    left_open = Client()
    left_open.force_login(desk_registrar)
    event = RecordEvent.objects.create(record=wang_record, kind="休学", happened_on="2026-09-09")
    tries = {
        reverse("support:report_correct", args=[wang_problem.key]): {
            "field": "major_name",
            "value": "软件工程",
        },
        reverse("registry:new_event", args=[wang_record.key]): {"kind": "复学", "on": "2026-09-10"},
        reverse("registry:undo_event", args=[wang_record.key, event.pk]): {},
    }
    for address, values in tries.items():
        answer = left_open.post(address, values)
        assert reverse("account_reauthenticate") in answer.headers.get("Location", ""), address
    wang_record.refresh_from_db()
    assert wang_record.major_name == "计算机科学与技术"
    assert RecordEvent.objects.filter(pk=event.pk, record__events__isnull=False).exists()


def reason_given(client: Client) -> Client:
    """The reason for what is opened next, given."""
    client.post(reverse("registry:reason"), {"words": "x", "for_all": "on"})
    return client


def entries_of(account: User, action: str) -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(actor_id=account.pk, action=action))


def test_a_search_that_lists_names_is_written_and_counted(
    desk_registrar: User, wang_record: StudentRecord, li_record: StudentRecord
) -> None:
    enter(desk_registrar).post(reverse("registry:search"), {"words": "王"})
    [entry] = entries_of(desk_registrar, "enrollment.search_records")
    assert entry.detail["people"] == 1
    assert "王" not in str(entry.detail)


def alarms(auditor: User) -> tuple[int, int]:
    """How many alarms stand in the trail, and how many the auditor was told of."""
    told = Notice.objects.filter(account=auditor, kind="viewing_alarm").count()
    return AuditEntry.objects.filter(action=ALARM).count(), told


def in_class(number: int) -> None:
    for serial in range(number):
        make_record(name=f"学生{serial}", number=sample_number(500 + serial))


@pytest.mark.parametrize("way", ["list", "search", "class", "export"])
def test_one_large_taking_jumps_over_the_limit_and_is_heard(
    way: str, desk_registrar: User, auditor: User, settings: Settings
) -> None:
    settings.VIEWS_PER_DAY = 5
    in_class(9)
    record = StudentRecord.objects.first()
    assert record is not None
    assert record.school_class is not None
    desk = reason_given(enter(desk_registrar))
    school = make_school()
    acts: dict[str, Callable[[], object]] = {
        "list": lambda: desk.get(
            reverse("support:class_part", args=[record.school_class_id, record.progress])
        ),
        "search": lambda: desk.post(reverse("registry:search"), {"words": "学生"}),
        "class": lambda: desk.get(reverse("support:class_export", args=[record.school_class_id])),
        "export": lambda: desk.post(
            reverse("registry:export"),
            {"institution": school.pk, "kind": "csv", "reason": "x"},
        ),
    }
    assert alarms(auditor) == (0, 0)
    acts[way]()
    assert alarms(auditor) == (1, 1)
    acts[way]()
    assert alarms(auditor) == (1, 1), "once a day"


def test_looks_of_every_kind_add_up(
    desk_registrar: User, auditor: User, wang_record: StudentRecord, settings: Settings
) -> None:
    settings.VIEWS_PER_DAY = 2
    desk = reason_given(enter(desk_registrar))
    desk.get(reverse("registry:record", args=[wang_record.key]))
    desk.get(reverse("registry:number", args=[wang_record.key]))
    assert alarms(auditor) == (0, 0)
    desk.post(reverse("registry:search"), {"words": "王明"})
    assert alarms(auditor) == (1, 1)


def test_one_persons_looks_do_not_alarm_for_another(
    desk_registrar: User, auditor: User, wang_record: StudentRecord, settings: Settings
) -> None:
    settings.VIEWS_PER_DAY = 2
    other = make_account("second@example.org")
    other.role_grants.create(role="registrar")
    InstitutionRegistrar.objects.create(user=other, institution=wang_record.institution)
    for user in (desk_registrar, other):
        desk = reason_given(enter(user))
        for _ in range(2):
            desk.get(reverse("registry:record", args=[wang_record.key]))
    assert alarms(auditor) == (0, 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("already", [0, 8])
def test_parallel_looks_do_not_jump_over_the_alarm(
    already: int, desk_registrar: User, auditor: User, wang_record: StudentRecord,
    settings: Settings,
) -> None:  # fmt: skip
    settings.VIEWS_PER_DAY = 10
    page = reverse("registry:record", args=[wang_record.key])
    browsers = [reason_given(enter(desk_registrar)) for _ in range(4)]
    for _ in range(already):
        browsers[0].get(page)

    def look(number: int) -> int:
        try:
            client = Client()
            client.cookies = browsers[number % 4].cookies
            return client.get(page).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(12) as pool:
        assert set(pool.map(look, range(24))) == {200}
    assert alarms(auditor) == (1, 1)


def test_faulty_rows_taken_on_the_command_line_stand_in_the_trail(tmp_path: Path) -> None:
    make_school()
    rows = sample(3)
    rows[1][AT["证件号码"]] = "11010519491231002Y"
    file = write_csv(tmp_path / "a.csv", rows)
    with pytest.raises(CommandError):
        call_command("import_registry", file, rehearse=True, report=tmp_path / "out.xlsx")
    entry = AuditEntry.objects.get(action="enrollment.take_faulty_rows")
    assert entry.detail == {"people": 1}
    assert entry.institution_code == make_school().code


def test_the_name_shown_to_a_counselor_who_may_vouch_is_in_the_trail(
    asked_to_vouch: Vouch, class_counselor: User
) -> None:
    page = enter(class_counselor).get(reverse("verification:vouch", args=[asked_to_vouch.pk]))
    assert asked_to_vouch.dispute.facts.name in page.content.decode()
    entry = AuditEntry.objects.get(action="verification.read_vouch")
    assert entry.actor_id == class_counselor.pk
    assert entry.subject_key == str(asked_to_vouch.dispute.key)


def test_a_head_request_or_a_part_of_a_file_leaves_the_same_trace(
    files: dict[str, str], desk_registrar: User
) -> None:
    desk = enter(desk_registrar)
    why = desk.get(files["class"])["Location"]
    desk.post(why, {"words": "核对"})
    headers = [
        {"range": "bytes=0-9"},
        {"if-modified-since": "Fri, 01 Jan 2100 00:00:00 GMT"},
        {"accept-language": "en"},
    ]
    desk.head(files["class"])
    for one in headers:
        desk.get(files["class"], headers=one)
    desk.get(files["class"] + "?x=1")
    assert AuditEntry.objects.filter(action="support.list_class_part").count() == 5
