"""Column titles, brought to one spelling."""

import re

from accounts.text import fold

MAX_TITLE = 100
# A person other than the student.
OTHER_PERSON = r"父|(?<!字)母|监护|家长|家庭|亲属|配偶|辅导员|班主任|导师|联系人|担保|介绍人"
_OTHER_VALUE = rf"{OTHER_PERSON}|原(?!件|始)|旧|曾用|拼音|英文|外文|[农阴]历|高中|紧急|备用"
_NOTE = re.compile(r"[(\[][^(\[)\]]*+[)\]]")
_DECORATION = re.compile(rf"(?![(\[][^(\[)\]]*?(?:{_OTHER_VALUE})){_NOTE.pattern}|[\s*:_\-/、·.]")


def fold_title(title: str) -> str:
    """A column title without the marks people put around it: “*姓 名（必填）” reads 姓名.

    What stands in brackets goes too, unless it makes the title one of another thing, as in
    手机号（家长）. Only the first ``MAX_TITLE`` characters tell titles apart.
    """
    return _DECORATION.sub("", fold(title[:MAX_TITLE]))


def has_note(title: str) -> bool:
    """Whether something stands in brackets in a title."""
    return _NOTE.search(fold(title[:MAX_TITLE])) is not None
