"""Onboarding steps of a new account, and the first open one (guide row 30)."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.utils.functional import Promise

from accounts.models import User


@dataclass(frozen=True)
class Step:
    """One step: its order, the name of its URL, its title, and whether an account has done it."""

    position: int
    page: str
    title: str | Promise
    is_done: Callable[[User], bool]


_steps: list[Step] = []


def register_step(step: Step) -> None:
    """Add ``step`` in order of its position."""
    _steps.append(step)
    _steps.sort(key=lambda known: known.position)


def first_open_step(account: User | AnonymousUser) -> Step | None:
    """The next step of ``account``; None if all are done, and for visitors."""
    if not isinstance(account, User):
        return None
    return next((step for step in _steps if not step.is_done(account)), None)
