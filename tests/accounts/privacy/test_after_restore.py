"""An old backup restored (F21): nothing in it comes back to life."""

from datetime import timedelta
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.management import call_command
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.codes.services import Outcome, derive
from accounts.contacts import services as contacts
from accounts.deletion import services as deletion
from accounts.identifiers.services import parse
from accounts.models import Code, Notice, Rescue, Session, User
from accounts.recovery import staff_assisted
from accounts.roles import Role
from audit.models import AuditEntry
from delivery.models import Channel, OutboxMessage, Status
from delivery.outbox import sending, transitions
from enrollment.imports import tasks as imports_tasks
from enrollment.imports.tokens.services import create_token, find_token
from enrollment.institutions.appointments.services import Post, invite
from enrollment.institutions.settings.services import NotYoursToDecideError, decide_rules
from enrollment.models import (
    BatchState,
    ClassCounselor,
    ImportBatch,
    InstitutionRegistrar,
    PhotoBatch,
    PhotoBatchState,
    RuleChange,
    SchoolClass,
    StatusReport,
    StudentRecord,
    TokenRight,
)
from tests.outbox import Outbox
from tests.people import PASSWORD, enter, make_account, make_record, make_school, sample_number
from verification.disputes.claim_objections import object_to_claim
from verification.models import ClaimAlert, Dispute

pytestmark = pytest.mark.django_db
PHONE = "+8613912345678"


def restored() -> str:
    said = StringIO()
    call_command("after_restore", stdout=said)
    return said.getvalue()


def ask(account: User) -> Code:
    contacts.request_code(
        account=account, channel=Channel.SMS, address=PHONE, client="198.51.100.7"
    )
    return Code.objects.get(account=account)


def test_after_a_restore_codes_sent_before_are_void(li: User) -> None:
    code = ask(li)
    assert "1 codes void" in restored().splitlines()
    outcome = contacts.confirm_binding(account=li, channel=Channel.SMS, typed=derive(code))
    assert outcome is Outcome.OVER


def test_after_a_restore_all_sessions_have_ended(li: User) -> None:
    client = Client()
    client.force_login(li)
    page = reverse("accounts:security")
    assert client.get(page).status_code == 200
    restored()
    assert client.get(page).status_code == 302
    assert not Session.objects.exists()


def test_after_a_restore_queued_messages_are_asked_after_before_they_are_sent(
    li: User, outbox: Outbox
) -> None:
    ask(li)
    restored()
    assert sending.send_due() == 0
    assert outbox.texts() == []
    message = OutboxMessage.objects.get()
    assert message.status == Status.UNKNOWN
    assert message.handed_over_at  # reconciling looks it up by that day
    # The provider says that it never had the message: only then it leaves.
    assert transitions.requeue_absent(message.key)


def test_who_cancelled_since_is_not_erased(li: User, outbox: Outbox) -> None:
    deletion.ask_for_deletion(account=li)
    past = F("deletion_due_at") - timedelta(days=30)
    User.objects.filter(pk=li.pk).update(deletion_due_at=past)
    restored()
    assert deletion.erase_due() == 0
    li.refresh_from_db()
    assert li.deletion_due_on in outbox.emails()[-1].text


def test_the_trail_says_so_and_twice_is_harmless(li: User, auditor: User) -> None:
    ask(li)
    assert "1 codes void" in restored()
    again = restored()
    assert "0 codes void\n0 sessions ended\n0 messages to be looked up" in again
    first = AuditEntry.objects.filter(action="accounts.after_restore").earliest("pk")
    assert first.detail["codes"] == first.detail["messages"] == 1
    assert first.detail["review"] == [[auditor.pk, "auditor"]]


def test_a_recovery_that_the_old_contact_may_have_stopped_begins_again(
    outbox: Outbox, opened_rescue: Rescue
) -> None:
    Rescue.objects.filter(pk=opened_rescue.pk).update(due_at=F("due_at") - timedelta(days=30))
    assert "1 account recoveries begun again, old contacts told" in restored()
    assert staff_assisted.finish_due() == 0
    assert outbox.emails()[-1].to == "rescued@example.org"
    opened_rescue.refresh_from_db()
    assert opened_rescue.due_at is not None
    assert opened_rescue.due_at > timezone.now() + timedelta(hours=23)


def test_a_token_revoked_since_the_backup_opens_nothing(registrar: User) -> None:
    school = make_school()
    InstitutionRegistrar.objects.create(institution=school, user=registrar)
    _token, secret = create_token(
        institution=school, name="教务系统", right=TokenRight.PUBLISH, days=90, by=registrar
    )
    assert find_token(secret) is not None
    assert "1 import tokens revoked" in restored()
    assert find_token(secret) is None


def test_an_appointment_withdrawn_since_the_backup_gives_no_role(desk_registrar: User) -> None:
    person = make_account("p@example.org")
    school_class = SchoolClass.objects.create(institution=make_school(), code="软工2601")
    post = Post(Role.COUNSELOR, school_class=school_class)
    [made] = invite(posts=[(post, parse("p@example.org"))], by=desk_registrar)
    assert "1 appointments withdrawn" in restored()
    page = reverse("registry:appointment", args=[made.key])
    assert enter(person).post(page, {"answer": "yes"}).status_code == 404
    assert not ClassCounselor.objects.exists()


def test_looser_rules_refused_since_the_backup_are_not_agreed_to_by_waiting(
    rule_change: RuleChange, desk_registrar: User
) -> None:
    RuleChange.objects.update(asked_at=F("asked_at") - timedelta(days=30))
    assert "1 looser rules" in restored()
    rule_change.refresh_from_db()
    with pytest.raises(NotYoursToDecideError):
        decide_rules(change=rule_change, accepted=True, by=desk_registrar)
    assert make_school().third_item != "none"


def test_a_recovery_code_used_since_the_backup_opens_nothing(registrar: User) -> None:
    TOTP.activate(registrar, generate_totp_secret())
    [code, *_] = RecoveryCodes.activate(registrar).get_unused_codes()
    assert "1 accounts whose recovery codes are void" in restored()
    codes = Authenticator.objects.filter(user=registrar, type=Authenticator.Type.RECOVERY_CODES)
    assert not codes.exists()
    client = Client()
    client.post(reverse("account_login"), {"login": registrar.email, "password": PASSWORD})
    client.post(reverse("mfa_authenticate"), {"code": code})
    assert "_auth_user_id" not in client.session
    assert Notice.objects.filter(account=registrar, kind="recovery_codes_void").exists()


def test_the_operator_is_told_whose_roles_to_review(registrar: User) -> None:
    said = restored()
    assert "what was withdrawn since" in said
    assert "registrar: " in said


@pytest.mark.django_db(transaction=True)
def test_a_report_revoked_since_the_backup_is_not_valid_again(
    wang_report: StatusReport, wang: User
) -> None:
    assert "1 signed reports revoked" in restored()
    wang_report.refresh_from_db()
    assert not wang_report.is_valid
    assert Notice.objects.filter(account=wang, kind="reports_revoked").exists()


def test_an_objection_to_a_claim_made_since_the_backup_can_be_made_again(
    wang: User, outbox: Outbox
) -> None:
    record = make_record(
        name="王明", number=sample_number(31), phone=PHONE, holder=wang, claimed_at=timezone.now()
    )
    ClaimAlert.objects.create(account=wang, record=record, institution_code=record.institution.code)
    ClaimAlert.objects.update(made_at=F("made_at") - timedelta(days=29))
    assert "1 claims told once more" in restored()
    [text] = outbox.texts()
    assert text.to == PHONE
    alert = ClaimAlert.objects.get()
    assert alert.key.hex in text.text
    assert alert.made_at > timezone.now() - timedelta(days=1)
    assert object_to_claim(alert)


def test_a_holder_may_object_to_a_dispute_again(dispute: Dispute, wang: User) -> None:
    Dispute.objects.update(object_until=F("object_until") - timedelta(days=30))
    Notice.objects.all().delete()
    assert "1 holders in disputes" in restored()
    dispute.refresh_from_db()
    assert not dispute.can_be_decided
    assert Notice.objects.filter(account=wang, kind="dispute_to_answer").exists()


def test_a_publication_under_way_in_the_backup_waits_for_a_person(
    checked_import: ImportBatch, checked_photos: PhotoBatch, desk_registrar: User
) -> None:
    """It may have been published and undone since: the worker must not publish it by itself."""
    ImportBatch.objects.filter(pk=checked_import.pk).update(
        state=BatchState.PUBLISHING, published_by=desk_registrar, accepted_people=3
    )
    PhotoBatch.objects.update(state=PhotoBatchState.TAKING, taken_by=desk_registrar)
    said = restored()
    assert "1 publications that were under way wait for a registrar again" in said
    checked_import.refresh_from_db()
    assert checked_import.state == BatchState.REHEARSED
    assert (checked_import.published_by, checked_import.accepted_people) == (None, 0)
    checked_photos.refresh_from_db()
    assert (checked_photos.state, checked_photos.taken_by) == (PhotoBatchState.CHECKED, None)
    imports_tasks.publish_upload(checked_import.pk)
    assert not StudentRecord.objects.filter(created_in=checked_import).exists()
