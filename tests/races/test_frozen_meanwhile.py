"""A record is frozen for a second cause at the moment in which the first one ends."""

from collections.abc import Callable

import pytest
from django.utils.timezone import localdate

from accounts.models import User
from accounts.roles import Role
from enrollment.models import StudentRecord
from enrollment.records.corrections.approvals import Approval
from enrollment.records.corrections.services import correct_record
from enrollment.records.corrections.values import Change
from tests.people import make_account, make_record, sample_number
from tests.races.meanwhile import meanwhile
from tests.verification.disputes.sides import state
from verification import disputes
from verification.disputes.claim_objections import object_to_claim, settle_objection
from verification.facts import Facts
from verification.models import ClaimAlert, Dispute

pytestmark = pytest.mark.django_db(transaction=True)
WANG = ("王明", sample_number(31))


@pytest.fixture
def record() -> StudentRecord:
    """A record that somebody holds."""
    record = make_record(name=WANG[0], number=WANG[1])
    state(make_account("wang@example.org"), *WANG, record.candidate_number)
    record.refresh_from_db()
    return record


def dispute_of(name: str, record: StudentRecord) -> Dispute:
    """A dispute that somebody of this name opens about the record."""
    claimant = make_account(f"{name}@example.org")
    state(claimant, *WANG, record.candidate_number)
    facts = Facts(WANG[0], "居民身份证", WANG[1], record.candidate_number)
    return disputes.open_dispute(account=claimant, facts=facts, statement=disputes.Statement("x"))


def alert_of(record: StudentRecord) -> ClaimAlert:
    """A message about the claim, to which its reader can object."""
    assert record.holder is not None
    return ClaimAlert.objects.create(
        account=record.holder, record=record, institution_code=record.institution.code
    )


def opened(record: StudentRecord) -> Callable[[], object]:
    second = dispute_of("second", record)
    return lambda: disputes.look_into(second)


def objected(record: StudentRecord) -> Callable[[], object]:
    alert = alert_of(record)
    return lambda: object_to_claim(alert)


@pytest.mark.parametrize("cause", [opened, objected])
def test_a_record_stays_frozen_when_a_dispute_is_withdrawn(
    cause: Callable[[StudentRecord], Callable[[], object]], record: StudentRecord
) -> None:
    first = dispute_of("first", record)
    disputes.look_into(first)
    meanwhile(cause(record), lambda: disputes.withdraw(dispute=first))
    record.refresh_from_db()
    assert record.frozen_at is not None


def test_a_record_stays_frozen_when_an_objection_is_settled(record: StudentRecord) -> None:
    registrar = make_account("desk@example.org", roles=(Role.REGISTRAR,))
    alert, second = alert_of(record), dispute_of("second", record)
    object_to_claim(alert)

    def settle() -> None:
        settle_objection(alert=alert, taken_back=False, reason="x", by=registrar)

    meanwhile(lambda: disputes.look_into(second), settle)
    record.refresh_from_db()
    assert record.frozen_at is not None
    assert User.objects.filter(held_records=record).exists()


def corrected(record: StudentRecord) -> Callable[[], object]:
    """One wrong digit of the number is corrected: it is the same person."""
    by = make_account("registrar@example.org", roles=(Role.REGISTRAR,))
    change = Change("certificate_number", sample_number(32), approval=Approval("7", localdate()))
    return lambda: correct_record(record=record, change=change, by=by)


@pytest.mark.parametrize("taken_back", [True, False])
def test_an_objection_is_settled_while_the_number_is_corrected(
    taken_back: bool, record: StudentRecord
) -> None:
    registrar = make_account("desk@example.org", roles=(Role.REGISTRAR,))
    alert = alert_of(record)
    object_to_claim(alert)
    as_read = ClaimAlert.objects.select_related("record").get()

    def settle() -> None:
        settle_objection(alert=as_read, taken_back=taken_back, reason="x", by=registrar)

    meanwhile(corrected(record), settle)
    record.refresh_from_db()
    assert (record.holder is None, record.frozen_at) == (taken_back, None)


def test_a_dispute_is_withdrawn_while_the_number_is_corrected(record: StudentRecord) -> None:
    dispute = dispute_of("first", record)
    disputes.look_into(dispute)
    as_read = Dispute.objects.get()
    meanwhile(corrected(record), lambda: disputes.withdraw(dispute=as_read))
    record.refresh_from_db()
    assert record.frozen_at is None


def test_a_number_is_corrected_while_a_dispute_about_it_is_withdrawn(
    record: StudentRecord,
) -> None:
    dispute = dispute_of("first", record)
    disputes.look_into(dispute)
    meanwhile(
        lambda: Dispute.objects.select_for_update().get(),
        corrected(record),
        lambda: disputes.withdraw(dispute=dispute),
    )
    record.refresh_from_db()
    assert record.frozen_at is None
