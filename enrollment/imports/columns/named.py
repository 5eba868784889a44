"""Parse column names given with a file, such as “所在行政班=班级,备注=”."""

import re

from enrollment.fields.catalogue import BY_NAME
from enrollment.fields.headers import LEFT_OUT, meaning_of
from enrollment.fields.titles import fold_title
from enrollment.files.faults import FileFault, FileFaultError

_SEPARATOR = re.compile("[,，;；\n]")


def parse_named_columns(text: str) -> dict[str, str]:
    """Folded title → column, as ``Institution.column_titles`` keeps them.

    A column is named by any of its titles, its short name or its internal name; an
    empty name leaves the column out. Raises FileFaultError that quotes the invalid
    part.
    """
    named = {}
    for part in filter(None, map(str.strip, _SEPARATOR.split(text))):
        title, sign, field = part.replace("＝", "=").partition("=")
        key = fold_title(title)
        if not key or not sign:
            raise FileFaultError(FileFault.COLUMN_NAMES, part[:50])
        named[key] = _column(field.strip(), part)
    return named


def _column(field: str, part: str) -> str:
    if not field:
        return LEFT_OUT
    if field.lower() in BY_NAME:
        return field.lower()
    meaning = meaning_of(fold_title(field), {})
    if not meaning:
        raise FileFaultError(FileFault.COLUMN_NAMES, part[:50])
    return meaning
