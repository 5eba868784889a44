"""Deleting an account: asked for, slept over, and then nothing of the person is left."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.db.utils import IntegrityError
from django.test import Client
from django.urls import reverse

from accounts.contacts import services as contacts
from accounts.deletion import services as deletion
from accounts.models import EventKind, SecurityEvent, Session, User
from accounts.tasks import delete_due_accounts
from audit.models import AuditEntry
from delivery.models import Channel
from enrollment.models import StudentRecord
from support.models import Report, ReportState
from tests.outbox import Outbox
from tests.people import PASSWORD, make_account
from verification.models import Claim, Dispute, DisputeState, VerificationAttempt
from verification.queries import disputes_visible_to

PAGE, CANCEL = reverse("accounts:delete_account"), reverse("accounts:cancel_deletion")
PHONE, MAIL = "+8613912345678", "wang.ming@example.org"


def sign_in(user: User) -> Client:
    client = Client()
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    return client


def confirmed(user: User) -> Client:
    """Signed in, and the password given once more."""
    client = sign_in(user)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


def days_pass(days: int) -> None:
    due = F("deletion_due_at") - timedelta(days=days)
    User.objects.filter(deletion_due_at__isnull=False).update(deletion_due_at=due)


def asked(user: User) -> User:
    assert deletion.ask_for_deletion(account=user)
    return user


def everything_kept() -> Iterator[str]:
    """Every row of every table, as text."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            yield from (f"{table}: {row[0]}" for row in cursor.fetchall())


@pytest.mark.django_db
def test_deletion_asks_for_the_password_first(wang: User) -> None:
    client = sign_in(wang)
    for send in (client.get, client.post):
        assert reverse("account_reauthenticate") in send(PAGE)["Location"]
    wang.refresh_from_db()
    assert wang.deletion_due_at is None


@pytest.mark.django_db
def test_a_deletion_asked_for_is_notified_and_the_account_kept_meanwhile(
    wang: User, outbox: Outbox
) -> None:
    contacts.bind(account=wang, channel=Channel.SMS, address=PHONE)
    client = confirmed(wang)
    assert "哪些会保留" in client.get(PAGE).content.decode()
    assert client.post(PAGE)["Location"] == PAGE
    wang.refresh_from_db()
    moment = wang.deletion_due_on
    assert moment
    for letters, told in ((outbox.emails(), moment), (outbox.texts(), "7 天后")):
        assert [letter for letter in letters if told in letter.text]
    # Every page says so, and the account works as before.
    for path in (PAGE, reverse("accounts:security"), reverse("accounts:notices")):
        assert moment in client.get(path).content.decode()
    assert sign_in(wang).get(PAGE).status_code == 200
    kept = client.post(CANCEL, follow=True).content.decode()
    assert "已保留你的账号" in kept
    assert moment not in kept
    days_pass(8)
    delete_due_accounts()
    wang.refresh_from_db()
    assert wang.is_active
    kinds = set(SecurityEvent.objects.filter(account=wang).values_list("kind", flat=True))
    assert {EventKind.DELETION_ASKED, EventKind.DELETION_CANCELLED} <= kinds


@pytest.mark.django_db
def test_the_record_page_says_so_too(wang: User, wang_record: StudentRecord) -> None:
    client = sign_in(asked(wang))
    assert (
        wang.deletion_due_on
        in client.get(reverse("enrollment:status"), follow=True).content.decode()
    )


@pytest.mark.django_db
def test_after_deletion_nothing_of_the_person_is_left(
    wang: User, wang_record: StudentRecord, wang_problem: Report, outbox: Outbox
) -> None:
    contacts.bind(account=wang, channel=Channel.SMS, address=PHONE)
    User.objects.filter(pk=wang.pk).update(username="wangming2026")
    client = confirmed(wang)
    client.post(PAGE)
    days_pass(6)
    delete_due_accounts()
    assert client.get(PAGE).status_code == 200
    days_pass(1)
    delete_due_accounts()
    for planted in (MAIL, PHONE, PHONE[3:], "wangming2026"):
        assert [row for row in everything_kept() if planted in row] == []
    shell = User.objects.get(pk=wang.pk)
    assert shell.deleted_at
    assert shell.language == ""
    assert not shell.is_active
    wang_record.refresh_from_db()
    assert (wang_record.name, wang_record.holder, wang_record.claimed_at) == ("王明", None, None)
    wang_problem.refresh_from_db()
    assert wang_problem.state == ReportState.WITHDRAWN
    assert not Claim.objects.filter(account=wang, ended_at=None).exists()
    assert not VerificationAttempt.objects.filter(account=wang).exclude(facts_sealed=b"").exists()
    assert not Session.objects.exists()
    assert client.get(PAGE).status_code == 302
    rows = AuditEntry.objects.filter(subject_key=str(wang.key), action__endswith="deletion")
    assert rows.exists()
    assert AuditEntry.objects.filter(action="accounts.delete_account").count() == 1


@pytest.mark.django_db
def test_deleting_an_account_twice_does_no_more_than_once(wang: User) -> None:
    assert deletion.ask_for_deletion(account=wang)
    first = wang.deletion_due_at
    assert not deletion.ask_for_deletion(account=wang)
    wang.refresh_from_db()
    assert wang.deletion_due_at == first
    days_pass(8)
    assert deletion.erase_due() == 1
    assert deletion.erase_due() == 0
    assert not deletion.erase_account(wang.pk)
    assert not deletion.cancel_deletion(account=wang)
    assert AuditEntry.objects.filter(action="accounts.delete_account").count() == 1


@pytest.mark.django_db
def test_phone_and_mailbox_are_free_again(wang: User) -> None:
    contacts.bind(account=wang, channel=Channel.SMS, address=PHONE)
    asked(wang)
    days_pass(8)
    deletion.erase_due()
    again = make_account(MAIL)
    contacts.bind(account=again, channel=Channel.SMS, address=PHONE)
    assert confirmed(again).get(PAGE).status_code == 200


@pytest.mark.django_db
def test_a_contact_cannot_come_back_to_the_shell(wang: User) -> None:
    asked(wang)
    days_pass(8)
    deletion.erase_due()
    for channel, address in ((Channel.SMS, PHONE), (Channel.EMAIL, MAIL)):
        with pytest.raises(IntegrityError), transaction.atomic():
            contacts.bind(account=wang, channel=channel, address=address)


@pytest.mark.django_db
def test_an_open_dispute_is_withdrawn(true_wang: User, dispute: Dispute) -> None:
    asked(true_wang)
    days_pass(8)
    deletion.erase_due()
    dispute.refresh_from_db()
    assert dispute.state == DisputeState.WITHDRAWN
    assert not StudentRecord.objects.filter(frozen_at__isnull=False).exists()


@pytest.mark.django_db
def test_the_holder_of_a_disputed_record_may_go(
    wang: User, dispute: Dispute, desk_registrar: User
) -> None:
    asked(wang)
    days_pass(8)
    deletion.erase_due()
    dispute.refresh_from_db()
    assert dispute.holder is None
    assert disputes_visible_to(desk_registrar).filter(pk=dispute.pk).exists()


@pytest.mark.django_db
def test_staff_must_hand_over_before_they_delete_the_account(registrar: User) -> None:
    client = sign_in(registrar)
    answer = client.post(PAGE)
    assert answer.status_code == 200
    assert "请先交接工作" in answer.content.decode()
    with pytest.raises(deletion.StaffAccountError):
        deletion.ask_for_deletion(account=registrar)


@pytest.mark.django_db
def test_who_has_become_staff_stays(wang: User) -> None:
    asked(wang)
    wang.role_grants.create(role="counselor")
    days_pass(8)
    assert deletion.erase_due() == 0
    wang.refresh_from_db()
    assert wang.is_active
    assert wang.deletion_due_at is None


@pytest.mark.django_db
def test_a_deletion_is_not_cancelled_from_another_account(wang: User, li: User) -> None:
    asked(wang)
    sign_in(li).post(CANCEL)
    wang.refresh_from_db()
    assert wang.deletion_due_at
    assert Client().post(CANCEL).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_cancelled_or_erased_never_both() -> None:
    for number in range(10):
        account = asked(make_account(f"racer{number}@example.org"))
        days_pass(8)
        ready = Barrier(4)

        def run(act: str, account: User = account, ready: Barrier = ready) -> tuple[str, bool]:
            try:
                ready.wait()
                if act == "cancel":
                    return act, deletion.cancel_deletion(account=account)
                return act, deletion.erase_account(account.pk)
            finally:
                connection.close()

        with ThreadPoolExecutor(4) as pool:
            won = [act for act, done in pool.map(run, ["cancel", "erase"] * 2) if done]
        assert len(won) == 1
        account.refresh_from_db()
        assert account.is_active == (won == ["cancel"])
        assert account.email == ("" if won == ["erase"] else f"racer{number}@example.org")
