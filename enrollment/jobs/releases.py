"""Releases of uploads that wait for a worker, and end with the right of who gave them."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from accounts.models import User
from enrollment.models import (
    BatchState,
    ImportBatch,
    Institution,
    PhotoBatch,
    PhotoBatchState,
)
from enrollment.offices import institutions_of


@dataclass(frozen=True)
class _Kind:
    """Uploads in ``state`` by the account in the column ``by``; ``values`` ask for it again."""

    name: str
    model: Any
    state: str
    by: str
    values: dict[str, Any]


_KINDS = (
    _Kind(
        "imports",
        ImportBatch,
        BatchState.PUBLISHING,
        "published_by",
        {"state": BatchState.REHEARSED, "published_by": None, "accepted_people": 0},
    ),
    _Kind(
        "photo_imports",
        PhotoBatch,
        PhotoBatchState.TAKING,
        "taken_by",
        {"state": PhotoBatchState.CHECKED, "taken_by": None, "started_at": None},
    ),
    _Kind(
        "photo_undos",
        PhotoBatch,
        PhotoBatchState.UNDOING,
        "undone_by",
        {"state": PhotoBatchState.TAKEN, "undone_by": None},
    ),
)


def end_releases(by: User | None = None) -> dict[str, int]:
    """Let a registrar release what ``by``, or anybody, has released; numbers by kind.

    What a worker is publishing now goes on, and is not waited for.
    """
    ended = {}
    for kind in _KINDS:
        waiting = kind.model.objects.filter(state=kind.state)
        if by is not None:
            waiting = waiting.filter(**{kind.by: by})
        with transaction.atomic():
            free = waiting.select_for_update(of=("self",), skip_locked=True)
            keys = list(free.values_list("pk", flat=True))
            found = kind.model.objects.filter(pk__in=keys)
            ended[kind.name] = found.update(**kind.values)
    return ended


def end_without_right(upload: ImportBatch | PhotoBatch) -> bool:
    """Whether who released ``upload`` works for its school no more; its release has ended then."""
    kind = next(one for one in _KINDS if one.state == upload.state)
    by: User | None = getattr(upload, kind.by)
    schools = institutions_of(by) if by is not None and by.is_active else Institution.objects.none()
    if schools.filter(pk=upload.institution_id).exists():
        return False
    found = kind.model.objects.filter(pk=upload.pk, state=kind.state)
    return bool(found.update(**kind.values))
