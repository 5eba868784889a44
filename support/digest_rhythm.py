"""How often a member of staff gets the digest."""

from accounts.models import User
from support.models import Digest, Rhythm


def digest_rhythm(account: User) -> Rhythm:
    """How often ``account`` gets the digest."""
    found = Digest.objects.filter(account=account).first()
    return Rhythm(found.rhythm) if found else Rhythm.NEVER


def choose_rhythm(*, account: User, rhythm: Rhythm) -> None:
    """Store how often ``account`` gets the digest."""
    Digest.objects.update_or_create(account=account, defaults={"rhythm": rhythm})
