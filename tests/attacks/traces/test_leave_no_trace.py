"""A person tries doors and wants no one to learn of it (GB/T 22239, 8.1.4)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.deletion import services as deletion
from accounts.models import EventKind, LimitHit, RoleGrant, SecurityEvent, Session, User
from accounts.roles import Role
from accounts.security_log import log_of, pseudonym, source_of
from accounts.tasks import forget_unfinished
from audit.models import AuditEntry
from tests.people import AGREED, PASSWORD, enter, make_account

pytestmark = pytest.mark.django_db
THIEF = "198.51.100.77"
SIGN_INS = reverse("trail_sign_ins")


def fail(login: str) -> None:
    values = {"login": login, "password": "wrong"}
    Client(REMOTE_ADDR=THIEF).post(reverse("account_login"), values)


def test_a_failed_sign_in_is_read_by_owner_masked_and_by_the_auditor_whole(
    li: User, auditor: User
) -> None:
    fail(li.email)
    owner = Client()
    owner.force_login(li)
    mine = owner.get(reverse("accounts:security_log")).content.decode()
    assert "198.51.100.*" in mine
    assert THIEF not in mine
    reader = enter(auditor)
    text = reader.post(SIGN_INS, {"person": li.email}).content.decode()
    assert THIEF in text
    assert "+0800" in text
    assert THIEF in reader.post(SIGN_INS, {"source": THIEF}).content.decode()
    assert THIEF not in reader.post(SIGN_INS, {"source": "192.0.2.1"}).content.decode()
    assert AuditEntry.objects.filter(action="audit.read_sign_ins").count() == 3


def test_tries_at_unknown_names_are_kept_too(auditor: User) -> None:
    fail("nobody@example.org")
    fail("+8613900000000")
    assert SecurityEvent.objects.filter(kind=EventKind.SIGN_IN_FAILED, account=None).count() == 2
    assert THIEF in enter(auditor).post(SIGN_INS, {"source": THIEF}).content.decode()


@pytest.mark.parametrize(
    ("came", "asked"),
    [
        ("::ffff:198.51.100.77", "198.51.100.77"),
        ("198.51.100.77", "::ffff:198.51.100.77"),
        ("2001:DB8:0:0::00A1", "2001:db8::a1"),
        ("2001:db8::a1", "2001:0DB8:0000:0000:0000:0000:0000:00A1"),
    ],
)
def test_another_spelling_of_the_address_hides_no_one(came: str, asked: str, auditor: User) -> None:
    values = {"login": "nobody@example.org", "password": "wrong"}
    Client(REMOTE_ADDR=came).post(reverse("account_login"), values)
    text = enter(auditor).post(SIGN_INS, {"source": asked, "kind": "sign_in_failed"})
    assert came in text.content.decode()


def test_a_flood_of_failures_writes_no_more_lines_than_tries_were_judged(li: User) -> None:
    """Unknown names and known ones alike: what the limits turn away costs no row."""
    stranger = Client(REMOTE_ADDR=THIEF)
    for number in range(60):
        login = li.email if number % 2 else f"nobody{number}@example.org"
        stranger.post(reverse("account_login"), {"login": login, "password": "wrong"})
    assert SecurityEvent.objects.filter(kind=EventKind.SIGN_IN_FAILED).count() <= 10


def test_a_dump_holds_no_whole_address(li: User) -> None:
    fail(li.email)
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM accounts_securityevent t")
        assert THIEF not in str(cursor.fetchall())


def test_a_page_refused_to_who_is_signed_in_is_kept_but_not_without_end(li: User) -> None:
    client = Client(REMOTE_ADDR=THIEF)
    client.force_login(li)
    for _ in range(70):
        client.get(reverse("trail"))
    client.get("/no/such/page/")
    lines = log_of(li).filter(kind=EventKind.ACCESS_REFUSED)
    assert lines.count() == 60
    assert lines[0].page == "trail"
    assert source_of(lines[0]) == THIEF


@pytest.mark.parametrize("name", ["a\0b", "a\x1b[31mb", "\r\nb"])
def test_a_browser_that_names_itself_in_control_characters_is_written_without_them(
    li: User, name: str
) -> None:
    client = Client(headers={"user-agent": name})
    client.force_login(li)
    assert client.get(reverse("trail")).status_code == 404
    [line] = log_of(li).filter(kind=EventKind.ACCESS_REFUSED)
    assert line.user_agent.isprintable()


def test_deleting_the_account_leaves_the_lines_under_a_pseudonym(li: User) -> None:
    fail(li.email)
    deletion.ask_for_deletion(account=li)
    User.objects.filter(pk=li.pk).update(deletion_due_at=F("deletion_due_at") - timedelta(days=30))
    assert deletion.erase_due() == 1
    kept = SecurityEvent.objects.filter(person_hash=pseudonym(li), kind=EventKind.SIGN_IN_FAILED)
    line = kept.get()
    assert (line.account, line.user_agent, line.network) == (None, "", "")
    assert source_of(line) == THIEF


def test_the_operator_ends_sessions_with_a_reason_and_others_do_not(
    li: User, operator: User, auditor: User
) -> None:
    victim = Client()
    victim.force_login(li)
    page, values = reverse("registry:end_sessions"), {"login": li.email, "reason": "设备丢失"}
    assert enter(auditor).post(page, values).status_code == 404
    assert victim.get(reverse("accounts:security")).status_code == 200
    enter(operator).post(page, values)
    assert victim.get(reverse("accounts:security")).status_code == 302
    entry = AuditEntry.objects.get(action="accounts.end_sessions")
    assert (entry.actor_id, entry.reason) == (operator.pk, "设备丢失")
    assert log_of(li)[0].kind == EventKind.SESSIONS_ENDED


def test_an_operator_who_was_made_auditor_reads_no_trail(operator: User, auditor: User) -> None:
    RoleGrant.objects.create(user=operator, role=Role.AUDITOR)
    User.objects.filter(pk=auditor.pk).update(is_superuser=True)
    for user in (operator, auditor):
        client = Client()
        client.force_login(user)
        assert client.get(reverse("trail")).status_code == 404
        assert client.get(SIGN_INS).status_code == 404


def test_accounts_never_activated_and_sessions_that_are_over_go(client: Client) -> None:
    data = {"email": "new@example.org", "password1": PASSWORD} | AGREED
    client.post(reverse("account_signup"), data)
    active = make_account("active@example.org")
    old = timezone.now() - timedelta(days=8)
    User.objects.update(date_joined=old)
    LimitHit.objects.update(at=old)  # the link sent then works no more
    client.force_login(active)
    Session.objects.update(expire_date=old)
    forget_unfinished()
    assert list(User.objects.all()) == [active]
    assert not Session.objects.exists()
