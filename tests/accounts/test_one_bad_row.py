"""What is done for many people is done for the others where it fails for one."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from accounts.deletion import services as deletion
from accounts.models import Rescue, User
from accounts.notices import audit_letter
from accounts.recovery import staff_assisted
from accounts.roles import Role
from accounts.tasks import anchor_trail
from audit.services import record_action
from audit.tasks import extend_chain
from delivery.models import Channel, OutboxMessage
from enrollment.models import StudentRecord
from tests.people import make_account, make_record, sample_number
from verification.claims.alerts import restart_objection_periods
from verification.models import ClaimAlert

pytestmark = pytest.mark.django_db


def broken_first(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> list[int]:
    """Let ``module.name`` fail in the database the first time; counts the calls."""
    right, calls = getattr(module, name), []

    def act(*args: Any, **kwargs: Any) -> Any:
        calls.append(1)
        if len(calls) == 1:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1/0")
        return right(*args, **kwargs)

    monkeypatch.setattr(module, name, act)
    return calls


def open_rescue(email: str) -> Rescue:
    return Rescue.objects.create(
        account=make_account(email),
        channel=Channel.EMAIL,
        contact_sealed=b"x",
        due_at=timezone.now() - timedelta(days=1),
    )


def test_an_anchor_reaches_the_other_auditors(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        make_account(f"auditor{number}@example.org", roles=(Role.AUDITOR,))
    record_action(action="test", actor_id=None)
    extend_chain()
    broken_first(monkeypatch, audit_letter, "queue_email")
    anchor_trail()
    assert OutboxMessage.objects.filter(purpose=audit_letter.PURPOSE).count() == 2


def test_old_contacts_of_other_rescues_are_told_again(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        open_rescue(f"old{number}@example.org")
    broken_first(monkeypatch, staff_assisted, "alert_contacts")
    assert staff_assisted.restart_objection_periods() == 3
    assert OutboxMessage.objects.count() == 2
    assert not Rescue.objects.filter(due_at__lt=Now()).exists()


def test_a_recovery_stops_even_where_no_contact_can_be_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rescue = open_rescue("old@example.org")
    assert rescue.account is not None
    broken_first(monkeypatch, staff_assisted, "record_event")
    staff_assisted.stop_pending(account=rescue.account)
    assert staff_assisted.finish_due() == 0
    rescue.refresh_from_db()
    assert rescue.objected_at


def test_owners_of_other_accounts_are_told_of_their_deletion(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for number in range(3):
        deletion.ask_for_deletion(account=make_account(f"leaving{number}@example.org"))
    OutboxMessage.objects.all().delete()
    broken_first(monkeypatch, deletion, "alert_contacts")
    assert deletion.restart_cooling_periods() == 3
    assert OutboxMessage.objects.count() == 2


def test_a_record_that_does_not_open_stops_no_alert_of_another(wang: User) -> None:
    for serial in (31, 32):
        record = make_record(
            name="王明",
            number=sample_number(serial),
            phone=f"+86139123456{serial}",
            holder=wang,
            claimed_at=timezone.now(),
        )
        ClaimAlert.objects.create(
            account=wang, record=record, institution_code=record.institution.code
        )
    first = StudentRecord.objects.order_by("pk")[0]
    StudentRecord.objects.filter(pk=first.pk).update(phone_sealed=b"damaged")
    assert restart_objection_periods() == 1
    assert OutboxMessage.objects.count() == 1
