"""What an account stated in vain when it looked for its record, for staff who may see both.

The registry keeps records and the app ``verification`` keeps statements; a report that
nothing was found needs both beside each other.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from vault.lookup import keyed_hash


@dataclass(frozen=True)
class StatedFacts:
    """Name as typed, certificate type and canonical number, third item (may be empty), when."""

    name: str
    certificate_type: str
    number: str
    third_item: str
    at: datetime | None

    @property
    def certificate_hash(self) -> bytes:
        """The hash under which the registry keeps the same number."""
        return keyed_hash("certificate", self.number)


# Returns what an account last stated in vain, None for nothing that is still kept.
FactsFinder = Callable[[User], StatedFacts | None]
# Returns by certificate hash the accounts (primary keys) that look for these certificates in vain.
SeekersFinder = Callable[[Iterable[bytes]], Mapping[bytes, set[int]]]

_facts: list[FactsFinder] = []
_seekers: list[SeekersFinder] = []


def register_statements(facts: FactsFinder, seekers: SeekersFinder) -> None:
    """Register the app that keeps statements; call it in ``AppConfig.ready``."""
    _facts.append(facts)
    _seekers.append(seekers)


def stated_facts(account: User) -> StatedFacts | None:
    """What ``account`` last stated in vain. The caller checks permissions and notes the access."""
    return next((found for find in _facts if (found := find(account))), None)


def seekers_of(certificate_hashes: Iterable[bytes]) -> dict[bytes, set[int]]:
    """Which accounts (primary keys) look in vain for each of these certificates."""
    wanted = list(certificate_hashes)
    return {digest: pks for find in _seekers for digest, pks in find(wanted).items()}
