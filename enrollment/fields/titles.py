"""Column titles, brought to one spelling."""

import re

from accounts.text import fold

MAX_TITLE = 100
_DECORATION = re.compile(r"[(\[][^(\[)\]]*+[)\]]|[\s*:_\-/、·.]")


def fold_title(title: str) -> str:
    """A column title without the marks people put around it: “*姓 名（必填）” reads 姓名.

    Only the first ``MAX_TITLE`` characters tell titles apart.
    """
    return _DECORATION.sub("", fold(title[:MAX_TITLE]))
