"""学籍查询: what its holder reads, and that no one else does."""

import re
from datetime import date

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Session, User
from accounts.roles import Role
from audit.models import AuditEntry
from enrollment.models import EventKind, FieldChange, Photo, RecordEvent, StudentRecord
from enrollment.statuses import EXPLANATIONS, Status
from tests.people import PASSWORD, make_account, make_record, make_school, sample_number

pytestmark = pytest.mark.django_db
NUMBER = sample_number(31)


def test_the_card_shows_every_field_and_masks_the_number(holder: Client) -> None:
    text = holder.get("/status/").content.decode()
    for shown in [
        "明德示范大学", "王明", "男", "2007年8月15日", "居民身份证", "计算机科学与技术", "计科2601",
        "本科", "普通全日制", "2026年9月1日", "2030年6月30日", "注册学籍", "计算机与软件学院",
    ]:  # fmt: skip
        assert shown in text, shown
    assert NUMBER not in text


def test_closed_lists_have_their_english_on_english_pages(holder: Client) -> None:
    holder.cookies[django_settings.LANGUAGE_COOKIE_NAME] = "en"
    text = holder.get("/status/").content.decode()
    for term, english in (
        ("本科", "Undergraduate"), ("普通全日制", "Full-time"), ("普通高等教育", "Regular higher"),
    ):  # fmt: skip
        pattern = rf'lang="zh-Hans">{term}\s*<span lang="en">· {english}'
        assert re.search(pattern, text), term


@pytest.mark.parametrize("state", Status)
def test_every_state_is_a_seal_with_its_meaning_and_next_step(
    state: Status, holder: Client, wang_record: StudentRecord
) -> None:
    StudentRecord.objects.filter(pk=wang_record.pk).update(status=state)
    text = holder.get("/status/").content.decode()
    explanation = EXPLANATIONS[state]
    seal_mark = (
        rf'class="seal seal--{explanation.tone}[^>]*><span class="seal__text">{state.value}<'
    )
    assert re.search(seal_mark, text)
    assert str(explanation.meaning) in text
    assert str(explanation.next_step) in text


def test_the_full_number_opens_in_place_just_after_signing_in(
    holder: Client, wang: User, wang_record: StudentRecord
) -> None:
    address = f"/status/{wang_record.key}/certificate/"
    asked = holder.get(address)  # a session left open
    assert asked.status_code == 302
    assert "reauthenticate" in asked.headers["Location"]
    page = holder.post(asked.headers["Location"], {"password": PASSWORD}, follow=True)
    shown = f"{NUMBER[:6]} {NUMBER[6:14]} {NUMBER[14:]}"
    assert shown in page.content.decode()
    assert f'action="/status/{wang_record.key}/answer/"' in page.content.decode()
    assert "no-store" in page.headers["Cache-Control"]
    client = Client()
    client.post("/account/login/", {"login": wang.email, "password": PASSWORD})
    assert shown in client.get(address).content.decode()
    entries = AuditEntry.objects.filter(action="enrollment.reveal_certificate")
    assert {(e.actor_id, e.subject_key) for e in entries} == {(wang.pk, str(wang_record.key))}
    assert len(entries) == 2


def test_signing_in_long_ago_does_not_open_the_full_number(
    wang: User, wang_record: StudentRecord
) -> None:
    client = Client()
    client.post("/account/login/", {"login": wang.email, "password": PASSWORD})
    session = client.session
    session["proved"] |= {"at": session["proved"]["at"] - 901}
    session.save()
    answer = client.get(f"/status/{wang_record.key}/certificate/")
    assert "reauthenticate" in answer.headers["Location"]


def test_the_middle_of_the_number_is_hidden_and_never_shown_unasked(
    holder: Client, wang_record: StudentRecord
) -> None:
    text = holder.get("/status/").content.decode()
    assert f"{NUMBER[:6]}********{NUMBER[-4:]}" in text
    assert NUMBER not in text.replace(" ", "")


@pytest.mark.parametrize("records", [1, 5])
def test_the_page_asks_the_database_once(
    records: int, wang: User, wang_record: StudentRecord, photo: Photo
) -> None:
    """Session, account, roles, notices and records with all their parts: one question."""
    for number in range(1, records):
        school = make_school(code=f"1100{number}", name=f"第{number}校")
        make_record(
            name="王明", number=NUMBER, school=school, holder=wang, claimed_at=timezone.now()
        )
    RecordEvent.objects.create(
        record=wang_record, kind=EventKind.SUSPENSION, happened_on=date(2026, 10, 1)
    )
    client = Client()
    client.post("/account/login/", {"login": wang.email, "password": PASSWORD})
    client.get("/status/")
    for address, most in [("/status/", 1), (f"/status/{wang_record.key}/", 2)]:
        with CaptureQueriesContext(connection) as queries:
            text = client.get(address).content.decode()
        assert "明德示范大学" in text
        assert len(queries) == most, [q["sql"] for q in queries]


def test_what_was_read_along_is_of_the_one_who_signed_in(
    wang: User, wang_record: StudentRecord, li: User
) -> None:
    """The list of sessions says who; the session's own signed data decides."""
    client = Client()
    client.post("/account/login/", {"login": li.email, "password": PASSWORD})
    assert Session.objects.filter(account=li).update(account=wang) == 1
    answer = client.get("/status/", follow=True)
    assert "王明" not in answer.content.decode()
    assert NUMBER[-4:] not in answer.content.decode()


def test_several_records_are_listed_newest_first(holder: Client, wang: User) -> None:
    school = make_school(code="10005", name="旧校")
    old = make_record(
        name="王明", number=NUMBER, school=school, holder=wang, claimed_at=timezone.now(),
        entry_date=date(2023, 9, 1), status="毕业",
    )  # fmt: skip
    text = holder.get("/status/").content.decode()
    assert text.index("明德示范大学") < text.index("旧校")
    assert str(old.key) in text


def test_events_are_told_newest_first(holder: Client, wang_record: StudentRecord) -> None:
    for kind, day in [(EventKind.SUSPENSION, 1), (EventKind.RESUMPTION, 20)]:
        RecordEvent.objects.create(record=wang_record, kind=kind, happened_on=date(2026, 10, day))
    text = holder.get(f"/status/{wang_record.key}/").content.decode()
    assert text.index("2026年10月20日") < text.index("2026年10月1日")


def test_without_a_record_the_page_leads_to_verification(client: Client, li: User) -> None:
    client.force_login(li)
    assert client.get("/status/", follow=True).redirect_chain[-1][0] == "/verify/"


def test_staff_are_not_sent_to_verification(client: Client) -> None:
    client.force_login(make_account("r@example.org", roles=(Role.REGISTRAR,)))
    page = client.get("/status/")
    assert page.status_code == 200
    assert "/verify/" not in page.content.decode()


def test_the_history_lists_events_and_changes_newest_first(
    holder: Client, wang_record: StudentRecord
) -> None:
    RecordEvent.objects.create(
        record=wang_record, kind=EventKind.MAJOR_CHANGE, happened_on=date(2020, 3, 1), note="校内"
    )
    FieldChange.objects.create(
        record=wang_record, field="major_name", old="数学", new="计算机科学与技术", version=2
    )
    text = holder.get("/status/").content.decode()
    assert text.index("<del>数学</del>") < text.index("2020年3月1日")


@pytest.mark.parametrize("role", [None, *Role])
@pytest.mark.parametrize("method", ["get", "head", "post", "put", "delete", "patch", "options"])
def test_a_stranger_finds_nothing(
    role: Role | None, method: str, wang_record: StudentRecord, photo: Photo
) -> None:
    stranger = make_account("stranger@example.org", roles=(role,) if role else ())
    client = Client()
    client.force_login(stranger)
    for address in [
        f"/status/{wang_record.key}/",
        f"/status/{wang_record.key}/certificate/",
        f"/status/photos/{photo.key}/",
        f"/status/photos/{photo.key}/answer/",
    ]:
        client.post("/account/reauthenticate/", {"password": PASSWORD})
        answer = getattr(client, method)(address)
        reads = method == "post" if address.endswith("/answer/") else method in {"get", "head"}
        assert answer.status_code == (404 if reads else 405)
        assert "王明" not in answer.content.decode()
        assert NUMBER[-4:] not in answer.content.decode()


def test_the_anonymous_are_asked_to_sign_in(wang_record: StudentRecord, photo: Photo) -> None:
    for address in ["/status/", f"/status/{wang_record.key}/", f"/status/photos/{photo.key}/"]:
        answer = Client().get(address)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/account/login/")
