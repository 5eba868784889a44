"""How often a member of staff wants the digest."""

from accounts.models import User
from support.models import Digest, Rhythm


def digest_rhythm(account: User) -> Rhythm:
    """How often ``account`` wants the digest."""
    found = Digest.objects.filter(account=account).first()
    return Rhythm(found.rhythm) if found else Rhythm.NEVER


def choose_rhythm(*, account: User, rhythm: Rhythm) -> None:
    """Keep how often ``account`` wants the digest."""
    Digest.objects.update_or_create(account=account, defaults={"rhythm": rhythm})
