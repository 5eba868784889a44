"""学籍异动: entered, told, kept as history, taken back while nothing depends on it."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Notice, User
from enrollment.models import FieldChange, RecordEvent, StudentRecord
from tests.people import enter, make_account

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(desk_registrar: User) -> Client:
    """The registrar, the password given a moment ago."""
    return enter(desk_registrar)


def enter_event(desk: Client, record: StudentRecord, **values: object) -> Client:
    """Enter an event of the past."""
    page = reverse("registry:new_event", args=[record.key])
    given = {"kind": "休学", "on": "2026-10-08", "note": "学〔2026〕12号"} | values
    desk.post(page, given)
    record.refresh_from_db()
    return desk


def undo(desk: Client, record: StudentRecord, event: RecordEvent) -> str:
    """Take an event back; the text of the page that answers."""
    page = reverse("registry:undo_event", args=[record.key, event.pk])
    return desk.post(page, follow=True).content.decode()


def test_an_event_changes_the_state_and_is_told(
    desk: Client, wang: User, wang_record: StudentRecord
) -> None:
    enter_event(desk, wang_record)
    assert (wang_record.status, wang_record.version) == ("休学", 2)
    change = FieldChange.objects.get(record=wang_record)
    assert (change.field, change.old, change.new) == ("status", "注册学籍", "休学")
    assert Notice.objects.filter(account=wang, kind="record_corrected").exists()
    student = Client()
    student.force_login(wang)
    text = student.get(reverse("enrollment:status")).content.decode()
    assert "学〔2026〕12号" in text


def test_the_last_event_can_be_taken_back_and_no_other(
    desk: Client, wang_record: StudentRecord
) -> None:
    enter_event(desk, wang_record)
    first = RecordEvent.objects.get()
    enter_event(desk, wang_record, kind="复学", on="2026-11-01")
    assert wang_record.status == "注册学籍"
    assert "不能撤销" in undo(desk, wang_record, first)
    undo(desk, wang_record, RecordEvent.objects.latest("pk"))
    wang_record.refresh_from_db()
    assert wang_record.status == "休学"
    undo(desk, wang_record, first)
    wang_record.refresh_from_db()
    assert wang_record.status == "注册学籍"
    assert not RecordEvent.objects.exists()


def test_an_event_taken_back_is_told(desk: Client, wang: User, wang_record: StudentRecord) -> None:
    enter_event(desk, wang_record)
    told = Notice.objects.filter(account=wang, kind="record_corrected")
    assert told.count() == 1
    undo(desk, wang_record, RecordEvent.objects.get())
    assert told.count() == 2


def test_what_came_after_blocks_the_way_back(desk: Client, wang_record: StudentRecord) -> None:
    enter_event(desk, wang_record)
    StudentRecord.objects.update(status="退学")
    assert "不能撤销" in undo(desk, wang_record, RecordEvent.objects.get())
    assert RecordEvent.objects.exists()


@pytest.mark.parametrize(
    "values", [{"on": "2999-01-01"}, {"on": "x"}, {"kind": "升仙"}, {"status_after": "升仙"}]
)
def test_what_cannot_be_is_refused(
    values: dict[str, object], desk: Client, wang_record: StudentRecord
) -> None:
    enter_event(desk, wang_record, **values)
    assert wang_record.version == 1
    assert not RecordEvent.objects.exists()


def test_events_are_not_entered_by_others(wang_record: StudentRecord) -> None:
    client = enter(make_account("x@example.org"))
    page = reverse("registry:new_event", args=[wang_record.key])
    assert client.post(page, {"kind": "休学", "on": "2026-10-08"}).status_code == 404


@pytest.mark.parametrize("kind", ["毕业", "结业", "肄业"])
def test_leaving_school_is_an_event_with_its_own_name(
    desk: Client, wang: User, wang_record: StudentRecord, kind: str
) -> None:
    enter_event(desk, wang_record, kind=kind, on="2026-06-30")
    assert wang_record.status == kind
    assert RecordEvent.objects.get().kind == kind
    undo(desk, wang_record, RecordEvent.objects.get())
    wang_record.refresh_from_db()
    assert wang_record.status == "注册学籍"
