"""The block list (黑名单, guide row 43): who is on it, and lifting an entry."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

import audit.services as trail
from accounts.identifiers import services as identifiers
from accounts.limits.rate_limits import active_blocks, subject_of
from accounts.models import Block, User


def find_blocks(typed: str) -> QuerySet[Block]:
    """The blocks, past ones too, of an exactly typed number or mailbox, newest first."""
    try:
        identifier = identifiers.parse_contact(typed)
    except ValidationError:
        return Block.objects.none()
    found = Block.objects.filter(subject=subject_of(identifier.value))
    return found.select_related("lifted_by").order_by("-pk")


def blocks_now() -> QuerySet[Block]:
    """Every block that holds, the newest first."""
    return active_blocks().select_related("account", "lifted_by").order_by("-pk")


def blocks_of_schools(registrar: User) -> QuerySet[Block]:
    """The blocks that hold and were caused by holders of records of the registrar's schools."""
    mine = blocks_now().filter(account__held_records__institution__registrars__user=registrar)
    return mine.distinct()


def times_blocked(block: Block) -> int:
    """How often the same contact was blocked, this time included."""
    return Block.objects.filter(subject=block.subject, pk__lte=block.pk).count()


def lift_block(*, block: Block, reason: str, by: User) -> bool:
    """Let messages be sent again, with a reason; False when it no longer held."""
    with transaction.atomic():
        holding = active_blocks().filter(pk=block.pk)
        if not holding.update(lifted_at=Now(), lifted_by=by):
            return False
        trail.record(
            action="accounts.lift_block",
            actor_id=by.pk,
            subject_type="block",
            subject_key=block.pk,
            reason=reason,
        )
    return True
