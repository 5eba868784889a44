"""A dispute begins: taken down, compared with the registry, perhaps given up."""

from datetime import timedelta

from celery import current_app
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from delivery.task_queue import enqueue_after_commit
from enrollment.queries import schools_with_registrars
from verification.claims.matching import Match, match
from verification.disputes.common import Statement, TooLateError, keep, note
from verification.disputes.objection import call_in_the_holder
from verification.disputes.records import records_of, thaw
from verification.facts import Facts
from verification.models import Dispute, DisputeState, Outcome

OPENED_PER_MONTH = 3
CLASSMATES = 2
CONTESTED = (Outcome.ALREADY_CLAIMED, Outcome.FROZEN)


class TooManyDisputesError(Exception):
    """The account has opened as many disputes as it may for now, or has one open."""


def open_dispute(*, account: User, facts: Facts, statement: Statement) -> Dispute:
    """Take down what ``account`` says. Raises TooManyDisputesError."""
    month = timezone.now() - timedelta(days=30)
    if Dispute.objects.filter(claimant=account, opened_at__gte=month).count() >= OPENED_PER_MONTH:
        raise TooManyDisputesError
    dispute = Dispute(claimant=account, certificate_hash=facts.certificate_hash)
    dispute.classmates = list(statement.classmates)[:CLASSMATES]
    dispute.stated_school = statement.school_code
    dispute.facts_sealed = facts.seal(dispute.key)
    dispute.statement_sealed = dispute.sealed(statement.words, "statement")
    with transaction.atomic():
        try:
            with transaction.atomic():
                dispute.save(force_insert=True)
        except IntegrityError as error:
            raise TooManyDisputesError from error
        keep(dispute.key, statement, account)
        note("open_dispute", dispute, account)
        look = current_app.signature("verification.tasks.look_into_dispute")
        enqueue_after_commit(look, str(dispute.key))
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
        compared = match(found.facts, found.claimant)
        found.institution_code = _acting_school(found, compared)
        found.outcome = compared.outcomes.get(found.institution_code, compared.outcome)
        found.looked_at = timezone.now()
        if found.outcome in CONTESTED:
            call_in_the_holder(found, records_of(found))
        found.save()


def withdraw(*, dispute: Dispute) -> None:
    """The claimant gives it up; nothing stays frozen for it. Raises TooLateError."""
    with transaction.atomic():
        mine = Dispute.objects.filter(pk=dispute.pk, state=DisputeState.OPEN)
        if not mine.update(state=DisputeState.WITHDRAWN, decided_at=Now()):
            raise TooLateError
        # The background may have looked into it, and frozen the records, since it was read.
        dispute.refresh_from_db(fields=["institution_code"])
        thaw(dispute.certificate_hash, dispute.institution_code)
        note("withdraw_dispute", dispute, dispute.claimant)


def not_looked_into() -> QuerySet[Dispute]:
    """Disputes that the background has still to compare."""
    return Dispute.objects.filter(looked_at=None, state=DisputeState.OPEN)


def _acting_school(dispute: Dispute, compared: Match) -> str:
    """The one school that decides, about its own records alone.

    The school that the claimant names, if it has a record; else the one where
    another account holds what fits; else any that has one.
    """
    having = [record.institution.code for record in records_of(dispute)]
    if not having or dispute.stated_school in having:
        return _stated_school(dispute)
    held = (code for code in having if compared.outcomes.get(code) in CONTESTED)
    return next(held, having[0])


def _stated_school(dispute: Dispute) -> str:
    """The code of the school that the claimant names, or of the only one.

    Its registrar answers also those whose number no record has: they would wait in vain.
    """
    codes = schools_with_registrars().values_list("code", flat=True)
    return dispute.stated_school or (codes[0] if len(codes) == 1 else "")
