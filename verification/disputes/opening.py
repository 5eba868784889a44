"""Opening a dispute, comparing it with the registry, and withdrawing it."""

from datetime import timedelta

from celery import current_app
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from accounts.models import User
from accounts.password_state import lock_undeleted
from database.clock import database_now
from delivery.task_queue import enqueue_after_commit
from enrollment.queries import schools_with_registrars
from verification.claims.matching import Match, match
from verification.disputes.common import Statement, TooLateError, keep, lock_dispute, note
from verification.disputes.holder_objections import involve_holder
from verification.disputes.records import records_of, thaw
from verification.facts import Facts
from verification.models import Dispute, DisputeState, Outcome

MAX_DISPUTES_PER_MONTH = 3
MAX_CLASSMATES = 2
CONTESTED = (Outcome.ALREADY_CLAIMED, Outcome.FROZEN)


class TooManyDisputesError(Exception):
    """The account has an open dispute, has opened the monthly maximum, or is deleted."""


def open_dispute(*, account: User, facts: Facts, statement: Statement) -> Dispute:
    """The new dispute of ``account``. Raises TooManyDisputesError."""
    month = Now() - timedelta(days=30)
    if (
        Dispute.objects.filter(claimant=account, opened_at__gte=month).count()
        >= MAX_DISPUTES_PER_MONTH
    ):
        raise TooManyDisputesError
    dispute = Dispute(claimant=account, certificate_hash=facts.certificate_hash)
    dispute.classmates = list(statement.classmates)[:MAX_CLASSMATES]
    dispute.stated_school = statement.school_code
    dispute.facts_sealed = facts.seal(dispute.key)
    dispute.statement_sealed = dispute.sealed(statement.words, "statement")
    with transaction.atomic():
        if lock_undeleted(account.pk) is None:
            raise TooManyDisputesError
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
    """Compare with the registry; if only the holder differs, freeze the records and notify them.

    Idempotent: a dispute already compared is skipped.
    """
    with transaction.atomic():
        found = lock_dispute(dispute, looked_at=None, state=DisputeState.OPEN)
        if found is None:
            return
        compared = match(found.facts, found.claimant)
        found.institution_code = _acting_school(found, compared)
        found.outcome = compared.outcomes.get(found.institution_code, compared.outcome)
        found.looked_at = database_now()
        if found.outcome in CONTESTED:
            involve_holder(found, records_of(found))
        found.save()


def withdraw(*, dispute: Dispute) -> None:
    """Withdraw the dispute and unfreeze its records. Raises TooLateError."""
    with transaction.atomic():
        # Since it was read it may have been compared, and its number corrected.
        mine = Dispute.objects.filter(pk=dispute.pk, state=DisputeState.OPEN)
        found = mine.select_for_update(of=("self",), no_key=True).first()
        if found is None:
            raise TooLateError
        mine.update(state=DisputeState.WITHDRAWN, decided_at=Now())
        thaw(found.certificate_hash, found.institution_code)
        note("withdraw_dispute", found, found.claimant)


def not_looked_into() -> QuerySet[Dispute]:
    """Open disputes that have not been compared with the registry yet."""
    return Dispute.objects.filter(looked_at=None, state=DisputeState.OPEN)


def _acting_school(dispute: Dispute, compared: Match) -> str:
    """The code of the one school that decides, about its own records only.

    It is the school that the claimant names, if it has a record; else one where another account
    holds the matching record; else any school with a record.
    """
    having = [record.institution.code for record in records_of(dispute)]
    if not having or dispute.stated_school in having:
        return _stated_school(dispute)
    held = (code for code in having if compared.outcomes.get(code) in CONTESTED)
    return next(held, having[0])


def _stated_school(dispute: Dispute) -> str:
    """The code of the school that the claimant names, or of the only school.

    Its registrar also answers disputes about numbers that no record has; otherwise these would
    never be answered.
    """
    codes = schools_with_registrars().values_list("code", flat=True)
    return dispute.stated_school or (codes[0] if len(codes) == 1 else "")
