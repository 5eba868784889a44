"""Onboarding steps of a new account, and the page on which an account continues (guide row 30)."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils.functional import Promise

from accounts.models import User
from accounts.roles import Role

# The home page of each role, the narrower role first.
HOME_PAGES = {
    Role.COUNSELOR: "today",
    Role.REGISTRAR: "today",
    Role.AUDITOR: "trail",
}


@dataclass(frozen=True)
class Step:
    """One step: its order, the name of its URL, its title, and whether an account has done it.

    ``address_of`` returns the address to which ``page`` would redirect the account.
    """

    position: int
    page: str
    title: str | Promise
    is_done: Callable[[User], bool]
    address_of: Callable[[User], str] | None = None


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


def landing_of(account: User) -> str:
    """The address of the next open step, else of the record or the home page of the role."""
    step = first_open_step(account)
    if step is not None:
        return step.address_of(account) if step.address_of else reverse(step.page)
    if account.is_superuser:
        return reverse("operator")
    pages = (page for role, page in HOME_PAGES.items() if role in account.roles)
    return reverse(next(pages, "enrollment:status"))
