"""Receivers for signals of the registry and of accounts."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.dispatch import receiver
from django.urls import reverse

from accounts.models import User
from accounts.notices.services import notify
from accounts.signals import account_deleted, account_rescued, backup_restored, entrances_closed
from audit.services import record_action
from delivery.task_queue import enqueue
from enrollment.models import Institution, StudentRecord
from enrollment.queries import records_visible_to
from enrollment.signals import (
    batch_published,
    certificate_changed,
    certificate_changing,
    records_released,
)
from verification import disputes
from verification.claims.alerts import restart_objection_periods
from verification.claims.ending import end_claims
from verification.disputes.holder_objections import restart_holders_periods
from verification.models import (
    AssistCode,
    Claim,
    Dispute,
    DisputeState,
    VerificationAttempt,
)
from verification.tasks import match_waiting


@receiver(batch_published, dispatch_uid="verification-match-waiting")
def match_waiting_attempts(**_: object) -> None:
    """Enqueue matching for unmatched accounts after a publication."""
    enqueue(match_waiting)


@receiver(certificate_changing, dispatch_uid="verification-lock-disputes")
def lock_disputes(*, record: StudentRecord, **_: object) -> None:
    """Lock the disputes about the record's number, which come before the record."""
    found = _disputes(record, bytes(record.certificate_hash)).order_by("pk")
    list(found.select_for_update(of=("self",), no_key=True).values_list("pk"))


def _disputes(record: StudentRecord, number: bytes) -> QuerySet[Dispute]:
    """Those about ``number`` at the school of ``record``."""
    return Dispute.objects.filter(certificate_hash=number, institution_code=record.institution.code)


@receiver(certificate_changed, dispatch_uid="verification-follow-certificate")
def move_claim_to_new_number(*, record: StudentRecord, old: bytes, new: bytes, **_: object) -> None:
    """Move claim and disputes to a corrected number, at the school that corrected it.

    An open one, so that its decision finds the record and unfreezes it; a decided one, so
    that it can be undone, its loser stays the loser, and who decided is no second person. Where a
    second row of the school still has the number, it stays there, unless the record is the one
    over which it was decided. Disputes about another person
    to whom the school has given the same number stay with the number.
    """
    school = record.institution.code
    claims = Claim.objects.filter(
        account=record.holder_id, certificate_hash=old, institution_code=school, ended_at=None
    )
    claims.update(certificate_hash=new)
    rows = StudentRecord.objects.filter(certificate_hash=old, institution=record.institution_id)
    names = set(rows.values_list("name_canonical", flat=True))
    contested = _disputes(record, old)
    if names:
        over_this = Q(claimant=record.holder_id) | Q(holder=record.holder_id)
        contested = contested.exclude(~over_this, state=DisputeState.DECIDED)
    mine = [one.pk for one in contested if _is_about(one, record.name_canonical, names)]
    Dispute.objects.filter(pk__in=mine).update(certificate_hash=new)


def _is_about(dispute: Dispute, name: str, others: AbstractSet[str]) -> bool:
    """Whether ``dispute`` is about the record of ``name``, beside ``others`` of the same number.

    As ``verification.disputes.records.records_of``: those of the stated name, else all of them.
    """
    stated = dispute.facts.name_canonical if bytes(dispute.facts_sealed) else name
    return stated == name or stated not in others


@receiver(records_released, dispatch_uid="verification-end-claims")
def end_claims_of_released(*, records: Sequence[StudentRecord], **_: object) -> None:
    """End a claim when its account holds no record of it at the institution any more."""
    for record in records:
        digest, account = bytes(record.certificate_hash), record.holder_id
        held = StudentRecord.objects.filter(
            holder=account, certificate_hash=digest, institution=record.institution_id
        )
        if not held.exists():
            end_claims(
                Claim.objects.filter(
                    account=account,
                    certificate_hash=digest,
                    institution_code=record.institution.code,
                )
            )


@receiver(account_rescued, dispatch_uid="verification-account-rescued")
def close_what_other_schools_opened(*, account: User, by: User | None, **_: object) -> None:
    """Keep open what the schools of ``by`` hold; to others the person proves who they are again.

    One member of staff has seen the person, and answers for their own school alone.
    """
    own = Institution.objects.filter(records__in=records_visible_to(by)) if by else ()
    elsewhere = account.held_records.exclude(institution__in=own).select_related("institution")
    closed = list(elsewhere.order_by("pk"))
    if not closed:
        return
    StudentRecord.objects.filter(pk__in=[record.pk for record in closed]).update(
        holder=None, claimed_at=None, withheld_until=None
    )
    end_claims_of_released(records=closed)
    for record in closed:
        record_action(
            action="verification.close_after_rescue",
            actor_id=None,
            subject_type="record",
            subject_key=record.key,
            institution_code=record.institution.code,
        )
    page = reverse("verification:further")
    notify(account=account, kind="records_to_prove_again", path=page, always=True)


@receiver(account_deleted, dispatch_uid="verification-account-deleted")
def end_claims_of_deleted_account(*, account: User, **_: object) -> None:
    """The claim ends, what was stated is deleted, and what the account contested is withdrawn."""
    Claim.objects.filter(account=account, ended_at=None).update(ended_at=Now())
    VerificationAttempt.objects.filter(account=account).delete()
    for dispute in Dispute.objects.filter(claimant=account, state=DisputeState.OPEN):
        disputes.withdraw(dispute=dispute)
    Dispute.objects.filter(holder=account).update(holder=None)


@receiver(entrances_closed, dispatch_uid="verification-entrances-closed")
def void_assist_code(*, account: User, **_: object) -> None:
    """Void a face-to-face code issued before the password was replaced."""
    AssistCode.objects.filter(account=account).delete()


@receiver(backup_restored, dispatch_uid="verification-backup-restored")
def close_or_restart_what_waits(**_: object) -> dict[str, int]:
    """Void face-to-face codes and restart the periods for objecting; returns the numbers."""
    deleted, _by_model = AssistCode.objects.all().delete()
    return {
        "assist_codes": deleted,
        "claim_alerts": restart_objection_periods(),
        "dispute_objections": restart_holders_periods(),
    }
