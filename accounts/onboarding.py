"""The steps from a new account to a finished one, and the first that is open (guide row 30)."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.utils.functional import Promise

from accounts.models import User


@dataclass(frozen=True)
class Step:
    """One step: its place in the order, the name of its address, its name, whether it is done."""

    position: int
    page: str
    title: str | Promise
    is_done: Callable[[User], bool]


_steps: list[Step] = []


def register_step(step: Step) -> None:
    """Put ``step`` in its place on the way."""
    _steps.append(step)
    _steps.sort(key=lambda known: known.position)


def first_open_step(account: User | AnonymousUser) -> Step | None:
    """What ``account`` has to do next; None when nothing is left, and for visitors."""
    if not isinstance(account, User):
        return None
    return next((step for step in _steps if not step.is_done(account)), None)
