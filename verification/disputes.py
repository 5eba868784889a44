"""身份异议: somebody else's account holds my record (guide rows 35, 36).

What a claimant reads is the same whatever is found: the comparison, the notice
to the holder and the freezing happen in the background, after the page.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from uuid import UUID

from celery import current_app
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

import audit.services as trail
from accounts.models import User
from accounts.notices import tell
from enrollment.evidence import Evidence, forget_evidence, keep_evidence
from enrollment.models import ClassCounselor, EvidencePurpose, Institution, StudentRecord
from enrollment.queries import institutions_of
from verification.facts import Facts
from verification.matching import match
from verification.models import Claim, ClaimMethod, Decision, Dispute, DisputeState, Outcome, Vouch

logger = logging.getLogger(__name__)
DISPUTES = EvidencePurpose.DISPUTE
OPENED_PER_MONTH = 3
CLASSMATES = 2
UNDO_DAYS = 30


class TooManyDisputesError(Exception):
    """The account has opened as many disputes as it may for now, or has one open."""


class TooLateError(Exception):
    """The dispute has moved on meanwhile; nothing was changed."""


class TooEarlyError(Exception):
    """The holder may still object."""


@dataclass(frozen=True)
class Statement:
    """What a side says and shows."""

    words: str
    evidence: Sequence[Evidence] = ()
    classmates: Sequence[str] = ()  # student numbers of people who may vouch


def open_dispute(*, account: User, facts: Facts, statement: Statement) -> Dispute:
    """Take down what ``account`` says. Raises TooManyDisputesError."""
    month = timezone.now() - timedelta(days=30)
    if Dispute.objects.filter(claimant=account, opened_at__gte=month).count() >= OPENED_PER_MONTH:
        raise TooManyDisputesError
    dispute = Dispute(claimant=account, certificate_hash=facts.certificate_hash)
    dispute.classmates = list(statement.classmates)[:CLASSMATES]
    dispute.facts_sealed = facts.seal(dispute.key)
    dispute.statement_sealed = dispute.sealed(statement.words, "statement")
    with transaction.atomic():
        try:
            with transaction.atomic():
                dispute.save(force_insert=True)
        except IntegrityError as error:
            raise TooManyDisputesError from error
        _keep(dispute.key, statement, account)
        _note("open_dispute", dispute, account)
        transaction.on_commit(partial(_ring, str(dispute.key)), robust=True)
    return dispute


def look_into(dispute: Dispute) -> None:
    """Compare with the registry; freeze and tell the holder where everything else fits.

    Twice does no more than once: a dispute that was looked into is left alone.
    """
    with transaction.atomic():
        locked = Dispute.objects.select_for_update().filter(
            pk=dispute.pk, looked_at=None, state=DisputeState.OPEN
        )
        found = locked.first()
        if found is None:
            return
        outcome = match(found.facts, found.claimant).outcome
        records = _records(found)
        found.outcome, found.looked_at = outcome, timezone.now()
        found.institution_code = records[0].institution.code if records else _only_school()
        if outcome in (Outcome.ALREADY_CLAIMED, Outcome.FROZEN):
            _freeze(found, records)
        found.save()


def object_to(*, dispute: Dispute, holder: User, statement: Statement) -> None:
    """The holder says why the record is theirs. Raises TooLateError."""
    with transaction.atomic():
        mine = Dispute.objects.filter(
            pk=dispute.pk, holder=holder, state=DisputeState.OPEN, objected_at=None
        )
        sealed = dispute.sealed(statement.words, "objection")
        if not mine.update(objection_sealed=sealed, objected_at=Now()):
            raise TooLateError
        _keep(dispute.objection_subject, statement, holder)
        _note("object_to_dispute", dispute, holder)


def _ask_classmates(dispute: Dispute, classes: Sequence[int]) -> None:
    """Ask those named to vouch. Whether there are such classmates the claimant never learns."""
    mates = StudentRecord.objects.filter(
        school_class__in=classes,
        student_number__in=dispute.classmates,
        holder__isnull=False,
    ).exclude(holder__in=[dispute.claimant_id, dispute.holder_id or 0])
    for mate in mates.select_related("holder"):
        if mate.holder is not None:
            _ask_to_vouch(dispute, mate.holder)


def vouch(*, vouch: Vouch, knows: bool) -> None:
    """Say whether the claimant is who they say. Raises TooLateError."""
    asked = Vouch.objects.filter(pk=vouch.pk, answer=None, dispute__state=DisputeState.OPEN)
    if not asked.update(answer=knows, answered_at=Now()):
        raise TooLateError
    _note("vouch", vouch.dispute, vouch.account, {"knows": knows})


def withdraw(*, dispute: Dispute) -> None:
    """The claimant gives it up; nothing stays frozen for it. Raises TooLateError."""
    with transaction.atomic():
        mine = Dispute.objects.filter(pk=dispute.pk, state=DisputeState.OPEN)
        if not mine.update(state=DisputeState.WITHDRAWN, decided_at=Now()):
            raise TooLateError
        _thaw(dispute)
        _note("withdraw_dispute", dispute, dispute.claimant)


def decide(*, dispute: Dispute, decision: Decision, reason: str, by: User) -> None:
    """The registrar decides: who holds the records from now on.

    Raises TooEarlyError while the holder may still object, and TooLateError.

    Also where nobody holds them: then only the claimant or nobody can be right.
    A holder whom nobody told yet, for what was stated did not fit, is told first.
    """
    with transaction.atomic():
        locked = Dispute.objects.select_for_update().filter(pk=dispute.pk, state=DisputeState.OPEN)
        found = locked.first()
        if found is None or not _may_stand(found, decision):
            raise TooLateError
        if decision == Decision.CLAIMANT and found.holder is None:
            _freeze(found, _records(found))
            found.save()
        ripe = found.is_ripe
        if ripe:
            _conclude(found, decision, reason, by)
    if not ripe:
        raise TooEarlyError


def _conclude(found: Dispute, decision: Decision, reason: str, by: User) -> None:
    found.state, found.decision, found.decided_by = DisputeState.DECIDED, decision, by
    found.decided_at, found.reason_sealed = timezone.now(), found.sealed(reason, "reason")
    found.save()
    if _moves(found):
        _move(found, found.claimant if decision == Decision.CLAIMANT else None)
    _thaw(found)
    _note("decide_dispute", found, by, {"decision": decision})
    _tell_both(found, "dispute_decided")


def undo_decision(*, dispute: Dispute, by: User) -> None:
    """Put the records back to who held them, and open the dispute again.

    Raises TooLateError after UNDO_DAYS, once what was stated is forgotten, or once
    somebody else holds them.
    """
    with transaction.atomic():
        locked = Dispute.objects.select_for_update().filter(
            pk=dispute.pk,
            state=DisputeState.DECIDED,
            decided_at__gte=timezone.now() - timedelta(days=UNDO_DAYS),
        )
        found = locked.exclude(facts_sealed=b"").first()
        if found is None or not _stands_as_decided(found):
            raise TooLateError
        if _moves(found):
            _move(found, found.holder, claimed_at=found.holder_claimed_at)
        found.state, found.decision, found.decided_at = DisputeState.OPEN, "", None
        found.save()
        if found.holder is not None:
            _set_frozen(_records(found))
        _note("undo_dispute", found, by)
        _tell_both(found, "dispute_reopened")


def forget_old_disputes() -> int:
    """Delete evidence and words of disputes over for ``EVIDENCE_DAYS``; how many."""
    before = timezone.now() - timedelta(days=settings.EVIDENCE_DAYS)
    over = Dispute.objects.filter(decided_at__lt=before).exclude(statement_sealed=b"")
    gone = list(over.exclude(state=DisputeState.OPEN))
    subjects = [key for dispute in gone for key in (dispute.key, dispute.objection_subject)]
    with transaction.atomic():
        forget_evidence(purpose=DISPUTES, subjects=subjects)
        Dispute.objects.filter(pk__in=[dispute.pk for dispute in gone]).update(
            statement_sealed=b"", objection_sealed=b"", facts_sealed=b""
        )
    return len(gone)


def disputes_visible_to(user: User) -> QuerySet[Dispute]:
    """Those about records of this registrar's institutions; the open ones first."""
    codes = institutions_of(user).values("code")
    found = Dispute.objects.filter(institution_code__in=codes).select_related("claimant", "holder")
    return found.order_by(F("decided_at").desc(nulls_first=True), "opened_at")


def not_looked_into() -> QuerySet[Dispute]:
    """Disputes that the background has still to compare."""
    return Dispute.objects.filter(looked_at=None, state=DisputeState.OPEN)


def records_of(dispute: Dispute) -> list[StudentRecord]:
    """The records the dispute is about, for the registrar's page."""
    return _records(dispute)


def _records(dispute: Dispute) -> list[StudentRecord]:
    """Those of the stated name; where none bears it, all of the number.

    Two people may have one number: a school's mistake, or certificates of two types.
    """
    found = StudentRecord.objects.filter(certificate_hash=dispute.certificate_hash)
    records = list(found.select_related("institution", "holder", "school_class").order_by("pk"))
    name = dispute.facts.name_canonical if bytes(dispute.facts_sealed) else None
    return [record for record in records if record.name_canonical == name] or records


def _only_school() -> str:
    """The code of the one institution that works with the portal, "" where there are several.

    Its registrar answers also those whose number no record has: they would wait in vain.
    """
    found = Institution.objects.filter(registrars__isnull=False).distinct()
    codes = list(found.values_list("code", flat=True)[:2])
    return codes[0] if len(codes) == 1 else ""


def _freeze(dispute: Dispute, records: Sequence[StudentRecord]) -> None:
    held = next((record for record in records if record.holder_id), None)
    if held is None or held.holder is None:
        return
    dispute.holder, dispute.holder_claimed_at = held.holder, held.claimed_at
    dispute.object_until = timezone.now() + timedelta(hours=settings.OBJECTION_HOURS)
    _set_frozen(records)
    path = reverse("verification:objection", args=[dispute.key])
    tell(account=held.holder, kind="dispute_against_me", path=path, always=True)
    classes = [record.school_class_id for record in records if record.school_class_id]
    for link in ClassCounselor.objects.filter(school_class__in=classes).select_related("user"):
        _ask_to_vouch(dispute, link.user)
    _ask_classmates(dispute, classes)


def _set_frozen(records: Sequence[StudentRecord]) -> None:
    keys = [record.pk for record in records]
    StudentRecord.objects.filter(pk__in=keys, frozen_at=None).update(frozen_at=Now())


def _thaw(dispute: Dispute) -> None:
    """Unfreeze, unless another open dispute about the same certificate needs it."""
    others = Dispute.objects.filter(
        certificate_hash=dispute.certificate_hash,
        state=DisputeState.OPEN,
        holder__isnull=False,
    )
    if not others.exclude(pk=dispute.pk).exists():
        # By the number: the name may have been corrected since the record was frozen.
        frozen = StudentRecord.objects.filter(certificate_hash=dispute.certificate_hash)
        frozen.filter(frozen_at__isnull=False).update(frozen_at=None)


def _may_stand(dispute: Dispute, decision: Decision) -> bool:
    """A holder can be right only if there is one; the claimant only if records are known."""
    if decision == Decision.HOLDER:
        return dispute.holder is not None
    return decision == Decision.NEITHER or bool(_records(dispute))


def _moves(dispute: Dispute) -> bool:
    """Whether the decision changes who holds the records; never behind a holder's back."""
    neither = dispute.decision == Decision.NEITHER and dispute.holder is not None
    return neither or dispute.decision == Decision.CLAIMANT


def _stands_as_decided(dispute: Dispute) -> bool:
    if dispute.decision == Decision.NEITHER and dispute.holder is None:
        return True
    expected = {
        Decision.CLAIMANT: dispute.claimant_id,
        Decision.HOLDER: dispute.holder_id,
        Decision.NEITHER: None,
    }[Decision(dispute.decision)]
    return all(record.holder_id == expected for record in _records(dispute))


def _move(dispute: Dispute, to: User | None, *, claimed_at: object = None) -> None:
    """Make ``to`` the holder of the records and the bearer of the certificate, or nobody."""
    digest = dispute.certificate_hash
    ended = Q(certificate_hash=digest) | (Q(account=to) if to is not None else Q())
    Claim.objects.filter(ended, ended_at=None).update(ended_at=Now())
    if to is not None:
        Claim.objects.create(account=to, certificate_hash=digest, method=ClaimMethod.DECIDED)
    keys = [record.pk for record in _records(dispute)]
    StudentRecord.objects.filter(pk__in=keys).update(
        holder=to, claimed_at=(claimed_at or Now()) if to is not None else None
    )


def _ask_to_vouch(dispute: Dispute, account: User) -> None:
    asked, new = Vouch.objects.get_or_create(dispute=dispute, account=account)
    if new:
        path = reverse("verification:vouch", args=[asked.pk])
        tell(account=account, kind="asked_to_vouch", path=path)


def _tell_both(dispute: Dispute, kind: str) -> None:
    mine = reverse("verification:dispute")
    tell(account=dispute.claimant, kind=kind, path=mine)
    if dispute.holder is not None:
        theirs = reverse("verification:objection", args=[dispute.key])
        tell(account=dispute.holder, kind=kind, path=theirs)


def _keep(subject: UUID, statement: Statement, by: User) -> None:
    keep_evidence(purpose=DISPUTES, subject=subject, files=statement.evidence, by=by)


def _note(act: str, dispute: Dispute, by: User, detail: dict[str, object] | None = None) -> None:
    trail.record(
        action=f"verification.{act}",
        actor_id=by.pk,
        subject_type="dispute",
        subject_key=dispute.key,
        institution_code=dispute.institution_code,
        detail=detail,
    )


def _ring(key: str) -> None:
    try:
        current_app.send_task("verification.tasks.look_into_dispute", [key])
    except (KombuError, RedisError, OSError):
        logger.warning("broker away: a dispute waits for the clock")
