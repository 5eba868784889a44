"""What a student is asked to check."""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import pgettext

from enrollment.fields.catalogue import BY_NAME
from enrollment.models import (
    PhotoKind,
)

# The four items every student checks (guide row 19); a campaign may name others.
CHECKLIST = ("name", "gender", "birth_date", "certificate_number")
# How a campaign names the photos among what it asks or leaves out.
PHOTO_ITEMS = {
    PhotoKind.ADMISSION: "admission_photo",
    PhotoKind.GRADUATION: "graduation_photo",
}
_LABELS: dict[str, str | Promise] = {name: column.label for name, column in BY_NAME.items()} | {
    item: kind.label for kind, item in PHOTO_ITEMS.items()
}


def labels(names: Iterable[str]) -> list[str]:
    """The names of fields in the reader's language."""
    return [str(_LABELS[name]) for name in names if name in _LABELS]


def listed(words: Iterable[object]) -> str:
    """The words as one list, with the mark that the reader's language sets between them."""
    return pgettext("between the words of a list", ", ").join(map(str, words))
