"""The signs that a reader of workbooks puts before a cell that has no plain value.

They are control characters, which no text of a registry may hold, and travel in
the rows until a check turns them into a fault at the cell.
"""

import re
from typing import Final

# A number too long for a number cell: its last digits are gone. The digits left follow.
LOST_DIGITS: Final = "\x1a"
# A formula whose result was never saved.
UNSAVED: Final = "\x19"
# A value that its number format does not show.
NOT_SHOWN: Final = "\x18"
# Blank to the eye, though the cell holds a formula or blanks: it never clears a value.
SEEMING_BLANK: Final = "\x17"
# What databases, programs and people write where there is no value.
NOTHING: Final = frozenset(
    r"NULL null Null (null) (NULL) <null> \N None none nan NaN NA N/A n/a <NA> undefined "
    "- -- — —— － / \\ ／ 无 暂无".split()
)
# What old systems put behind a text: NUL up to the width of a field, and the end of a DOS file.
PADDING: Final = "\x00\x1a"
MARKS: Final = LOST_DIGITS + UNSAVED + NOT_SHOWN + SEEMING_BLANK

# What spreadsheets show where a value cannot be: #N/A, #REF!, Err:502, ###### (too narrow).
_ERROR = re.compile(r"#[A-Z][A-Z0-9/_]*[!?]?|Err:[0-9]{3}|#{3,}")
UNNAMED_ERROR: Final = "#ERROR!"


def is_error(text: str) -> bool:
    """Whether a cell shows an error of a spreadsheet in place of a value."""
    return text[:1] in ("#", "E") and _ERROR.fullmatch(text) is not None
