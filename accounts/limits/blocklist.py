"""The block list (黑名单, guide row 43): its entries, and lifting one."""

from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from accounts.identifiers import services as identifiers
from accounts.limits.rate_limits import active_blocks, subject_of
from accounts.models import Block, User
from audit.services import record_action
from database.clock import read_with_clock

# The accounts a registrar is responsible for; known to the app that keeps schools and records.
Scope = Callable[[User], QuerySet[User]]

_scopes: list[Scope] = []


def find_blocks(typed: str) -> QuerySet[Block]:
    """All blocks, also past ones, of a number or mailbox typed in full, newest first."""
    try:
        identifier = identifiers.parse_contact(typed)
    except ValidationError:
        return Block.objects.none()
    found = read_with_clock(Block.objects.filter(subject=subject_of(identifier.value)))
    return found.select_related("lifted_by").order_by("-pk")


def blocks_now() -> QuerySet[Block]:
    """Every block in force, newest first."""
    return read_with_clock(active_blocks()).select_related("account", "lifted_by").order_by("-pk")


def register_scope(accounts_of: Scope) -> None:
    """Let registrars read the blocks caused by the accounts of ``accounts_of(registrar)``.

    Call it in ``AppConfig.ready``.
    """
    _scopes.append(accounts_of)


def blocks_of_schools(registrar: User) -> QuerySet[Block]:
    """The blocks in force caused by accounts in the registrar's scope."""
    accounts = User.objects.none()
    for accounts_of in _scopes:
        accounts |= accounts_of(registrar)
    return blocks_now().filter(account__in=accounts.values("pk"))


def times_blocked(block: Block) -> int:
    """The number of blocks of the same contact up to and including this one."""
    return Block.objects.filter(subject=block.subject, pk__lte=block.pk).count()


def lift_block(*, block: Block, reason: str, by: User) -> bool:
    """Lift a block with a reason for the trail; False if it was not in force any more."""
    with transaction.atomic():
        holding = active_blocks().filter(pk=block.pk)
        if not holding.update(lifted_at=Now(), lifted_by=by):
            return False
        record_action(
            action="accounts.lift_block",
            actor_id=by.pk,
            subject_type="block",
            subject_key=block.pk,
            reason=reason,
        )
    return True
