"""What registry files and ZIPs of photographs have in common as uploads."""

from collections.abc import Iterable
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import User
from database.random_keys import random_key


class WrongStateError(Exception):
    """The state of the upload does not allow this act, mostly after a concurrent one."""


class SamePersonError(Exception):
    """Two-person approval: the registrar who uploaded the file may not release it."""


class Upload(models.Model):
    """A file handed in for one institution: kept sealed, checked, released, worked on, forgotten.

    A subclass has ``institution``, ``created_by`` and ``state``, and says in ``BUSY`` in which
    states a worker is at work on it or will be.
    """

    BUSY: ClassVar[frozenset[str]]
    # Columns of the subclasses, which differ in detail.
    institution: Any
    institution_id: Any
    created_by_id: Any
    state: Any

    key = models.UUIDField(default=random_key, unique=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    file_name = models.CharField(max_length=200)
    upload = models.CharField(max_length=200, blank=True)
    failure = models.CharField(max_length=40, blank=True)

    class Meta:
        abstract = True

    def move(self, allowed: Iterable[str], to: str) -> None:
        """Change the state by one conditional update, so that of concurrent calls one succeeds.

        Raises WrongStateError.
        """
        if not self._all().filter(pk=self.pk, state__in=allowed).update(state=to):
            raise WrongStateError
        self.state = to

    @property
    def uploaders(self) -> set[int | None]:
        """Primary keys of the accounts that uploaded the file or a part of it."""
        return {self.created_by_id}

    def needs_second_person(self, by: User) -> bool:
        """Whether two-person approval applies and ``by`` is one of the uploaders."""
        return bool(self.institution.second_approver) and by.pk in self.uploaders

    def require_second_person(self, by: User) -> None:
        """Raise SamePersonError if another person than ``by`` must release the file."""
        if self.needs_second_person(by):
            raise SamePersonError

    @property
    def waits_behind_another(self) -> bool:
        """Whether an earlier upload of the institution is queued or running.

        Its task enqueues the next, so the queue holds few tasks of one institution and others
        get their turn in between.
        """
        earlier = self._all().filter(institution=self.institution_id, pk__lt=self.pk)
        return bool(earlier.filter(state__in=self.BUSY).exclude(upload="").exists())

    @classmethod
    def to_enqueue_again(cls, waiting: Q) -> list[int]:
        """Primary keys of ``waiting`` uploads: one per institution, with the fewest attempts.

        So many files of one institution do not delay the others.
        """
        found = cls._all().filter(waiting).exclude(upload="")
        first = found.order_by("institution", "attempts", "pk").distinct("institution")
        return sorted(first.values_list("pk", flat=True))

    def next_in_line(self, states: Iterable[str]) -> Self | None:
        """The institution's first other upload in one of ``states``."""
        waiting = self._all().filter(institution=self.institution_id, state__in=states)
        found: Self | None = waiting.exclude(upload="").exclude(pk=self.pk).order_by("pk").first()
        return found

    @classmethod
    def _all(cls) -> Any:
        return cls._default_manager.all()
