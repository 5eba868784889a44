"""Ending claims, with what the account stated of the certificate."""

from django.db.models import QuerySet
from django.db.models.functions import Now

from accounts.password_state import lock_accounts
from verification.models import OPEN_STATES, AttemptState, Claim, VerificationAttempt


def end_claims(claims: QuerySet[Claim]) -> None:
    """End those of ``claims`` that have not ended, and empty their accounts' statements.

    A search for further records takes name and number from the record, so that an account which
    has lost the record would read them in its forms (threat T33). Call inside a transaction.

    The accounts are locked, so that no form is stored beside it; who locks claims, disputes or
    records as well locks the accounts before them.
    """
    claims = claims.filter(ended_at=None)
    lock_accounts(claims.values_list("account", flat=True))
    ended = list(claims.order_by("pk").select_for_update(of=("self",)))
    Claim.objects.filter(pk__in=[claim.pk for claim in ended]).update(ended_at=Now())
    for claim in ended:
        stated = VerificationAttempt.objects.filter(
            account=claim.account_id, certificate_hash=claim.certificate_hash
        )
        stated.filter(state=AttemptState.DRAFT).delete()
        stated.filter(state__in=OPEN_STATES).update(state=AttemptState.UNMATCHED)
        stated.update(facts_sealed=b"")
