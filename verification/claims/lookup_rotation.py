"""Keyed hashes of attempts, claims and disputes, and their source values, for ``rotate_lookup``."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from django.db.models.functions import Coalesce, Now

from accounts.privacy.lookup_rotation import sources
from enrollment.lookup_rotation import certificates
from enrollment.models import StudentRecord
from vault.lookup_rotation import forget, register_act, register_hash, register_values
from vault.rotation import rows_after
from verification.facts import PREFIX_LENGTH, Facts, canonical_item
from verification.models import AssistCode, Dispute, VerificationAttempt


def _stated() -> Iterator[Facts]:
    """Facts of every attempt and dispute that still has them."""
    for model in (VerificationAttempt, Dispute):
        for _, key, sealed in rows_after(model, "key", "facts_sealed"):
            if sealed:
                yield Facts.unseal(sealed, key)


def _numbers() -> Iterator[str]:
    return (facts.number for facts in _stated())


def _prefixes() -> Iterator[str]:
    for number in chain(certificates(), _numbers()):
        yield number[:PREFIX_LENGTH]


def _names() -> Iterator[str]:
    yield from (facts.name_canonical for facts in _stated())
    for _, name in rows_after(StudentRecord, "name_canonical"):
        yield name


def _third_items() -> Iterator[str]:
    yield from (canonical_item(facts.third_item) for facts in _stated() if facts.third_item)
    for _, *items in rows_after(StudentRecord, "candidate_number", "student_number"):
        yield from (canonical_item(item) for item in items if item)


def _end_claims(rows: Any) -> int:
    """End the claims on a number that no record has any more; its owner has to verify again."""
    return int(rows.update(certificate_hash=b"", ended_at=Coalesce("ended_at", Now())))


def _void_assist_codes() -> int:
    return AssistCode.objects.all().delete()[0]


_ATTEMPT, _CLAIM = "verification.VerificationAttempt", "verification.Claim"
register_values("certificate", _numbers)
register_values("verification-prefix", _prefixes)
register_values("verification-name", _names)
register_values("verification-address", sources)
register_values("third-item", _third_items)
register_act("assistance codes voided", "verification.AssistCode.code_hash", run=_void_assist_codes)
register_hash(f"{_ATTEMPT}.certificate_hash", "certificate", forget(certificate_hash=b""))
register_hash(f"{_ATTEMPT}.name_hash", "verification-name", forget(name_hash=b""))
register_hash(f"{_ATTEMPT}.prefix_hash", "verification-prefix", forget(prefix_hash=b""))
register_hash(f"{_ATTEMPT}.address_hash", "verification-address", forget(address_hash=b""))
register_hash(f"{_CLAIM}.item_hash", "third-item", forget(item_hash=b""))
register_hash("verification.Dispute.certificate_hash", "certificate", forget(certificate_hash=b""))
register_hash(f"{_CLAIM}.certificate_hash", "certificate", _end_claims)
