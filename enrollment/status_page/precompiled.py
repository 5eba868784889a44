"""A page set once and printed many times.

Of a page made from texts alone, all but those texts is the same for everybody
whose page has the same *shape*: the same sections, rows and choices. A plate
is the template rendered once for a language and a shape, with a numbered blank
in the place of each text; printing fills the blanks in. The setter sees the
shape and nothing else, so that no plate can hold anything of a person.

Texts are plain ``str``; whatever else a page depends on (enumerations, truth
values, None, the keys of a ``dict``) belongs to the shape.
"""

import re
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from html import escape
from itertools import count
from typing import Any

from django.template.loader import get_template
from django.utils.translation import get_language

_BLANK = re.compile("\ue000([0-9]+)\ue001")  # private-use characters: no template has them


class _Text:
    """In a shape: here stands a text that is not empty."""


class _Fields:
    """In a shape: the first of a tuple of pairs that was a dict."""


_TEXT, _FIELDS = _Text(), _Fields()


@dataclass(frozen=True)
class _Plate:
    """What stands between the blanks, and which text each blank takes."""

    pieces: tuple[str, ...]
    takes: tuple[int, ...]


def print_page(template: str, context: dict[str, Any]) -> str:
    """``template`` rendered with ``context``, exactly as the template engine would.

    Raises TypeError for a value that is neither text nor shape.
    """
    texts: list[str] = []
    shape = _shape_of(context, texts)
    plate = _set_plate(template, get_language() or "", shape)
    # All at once is ten times faster than each; PostgreSQL keeps no NUL in a text.
    escaped = escape("\0".join(texts)).split("\0")
    parts = [plate.pieces[0]]
    for number, piece in zip(plate.takes, plate.pieces[1:], strict=True):
        parts += (escaped[number], piece)
    return "".join(parts)


def _shape_of(value: Any, texts: list[str]) -> Hashable:
    """The shape of ``value``; its texts are appended to ``texts`` in order."""
    kind = type(value)
    if kind is str:
        if not value:
            return ""
        texts.append(value)
        return _TEXT
    if kind is dict:
        return (_FIELDS, *[(key, _shape_of(held, texts)) for key, held in value.items()])
    if kind is tuple or kind is list:
        return tuple([_shape_of(held, texts) for held in value])
    if value is None or kind is bool or isinstance(value, Enum):
        return value  # type: ignore[no-any-return]
    raise TypeError(f"a {kind.__name__} is neither text nor shape")


@lru_cache(maxsize=512)
def _set_plate(template: str, language: str, shape: Hashable) -> _Plate:
    """The plate of ``template`` for ``shape`` in ``language``, which is active."""
    context = _blanked(shape, count())
    pieces = _BLANK.split(get_template(template).render(context))
    return _Plate(tuple(pieces[::2]), tuple(map(int, pieces[1::2])))


def _blanked(shape: Any, numbers: Iterator[int]) -> Any:
    """``shape`` with a numbered blank for each text, in the order of ``_shape_of``."""
    if shape is _TEXT:
        return f"\ue000{next(numbers)}\ue001"
    if type(shape) is tuple and shape and shape[0] is _FIELDS:
        return {key: _blanked(held, numbers) for key, held in shape[1:]}
    if type(shape) is tuple:
        return tuple(_blanked(held, numbers) for held in shape)
    return shape
