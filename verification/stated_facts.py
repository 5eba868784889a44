"""What was stated in vain, for the reports that say that nothing was found."""

from collections import defaultdict
from collections.abc import Iterable

from accounts.models import User
from enrollment.records.stated_facts import StatedFacts, register_statements
from verification.models import AttemptState, VerificationAttempt
from verification.queries import last_unmatched, open_attempt


def facts_of(account: User) -> StatedFacts | None:
    """What ``account`` last stated without finding a record; None once it is forgotten."""
    attempt = open_attempt(account, AttemptState.THIRD_ITEM) or last_unmatched(account)
    if attempt is None or not attempt.facts_sealed:
        return None
    facts = attempt.facts
    return StatedFacts(
        facts.name, facts.certificate_type, facts.number, facts.third_item, attempt.submitted_at
    )


def seekers_of(certificate_hashes: Iterable[bytes]) -> dict[bytes, set[int]]:
    """The accounts whose attempts with these certificates found nothing: one query."""
    found: defaultdict[bytes, set[int]] = defaultdict(set)
    attempts = VerificationAttempt.objects.filter(
        state=AttemptState.UNMATCHED, certificate_hash__in=list(certificate_hashes)
    )
    for digest, account in attempts.values_list("certificate_hash", "account"):
        found[bytes(digest)].add(account)
    return found


register_statements(facts_of, seekers_of)
