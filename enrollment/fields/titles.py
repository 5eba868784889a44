"""Column titles, brought to one spelling."""

import re

from accounts.text import fold

MAX_TITLE = 100
# A person other than the student.
OTHER_PERSON = r"父|(?<!字)母|监护|家长|家庭|亲属|配偶|辅导员|班主任|导师|联系人|担保|介绍人"
_OTHER_VALUE = rf"{OTHER_PERSON}|原(?!件|始)|旧|曾用|拼音|英文|外文|[农阴]历|高中|紧急|备用"
_NOTE = re.compile(r"[(\[][^(\[)\]]*+[)\]]")
_DECORATION = re.compile(r"[\s*:_\-/、·.]")
_CLAUSE_END = re.compile(r"[,;、。:]")
_NAMES_OTHER = re.compile(_OTHER_VALUE)
# Said of the student's own value: do not enter a parent's, equal to the former one.
_SAYS_HOW = re.compile(
    r"(?:勿|不|非|禁|无须|无需)[^,;]*(?:" + _OTHER_VALUE + r")"
    r"|(?<!非)(?<!不是)本人|一致|相同|相符|为准|[如若]有|注明|备注"
)


def fold_title(title: str) -> str:
    """A column title without the marks people put around it: “*姓 名（必填）” reads 姓名.

    What stands in brackets goes too, unless it makes the title one of another thing, as in
    手机号（家长） but not in 手机号（本人，勿填家长）. Only the first ``MAX_TITLE`` characters tell
    titles apart.
    """
    return _DECORATION.sub("", _NOTE.sub(_note_kept, fold(title[:MAX_TITLE])))


def bare_title(title: str) -> str:
    """``fold_title`` of the title without any note."""
    return _DECORATION.sub("", _NOTE.sub("", fold(title[:MAX_TITLE])))


def _note_kept(note: re.Match[str]) -> str:
    """The note if one of its clauses names another thing, else nothing."""
    clauses = _CLAUSE_END.split(note[0])
    named = any(_NAMES_OTHER.search(said) and not _SAYS_HOW.search(said) for said in clauses)
    return note[0] if named else ""


def has_note(title: str) -> bool:
    """Whether something stands in brackets in a title."""
    return _NOTE.search(fold(title[:MAX_TITLE])) is not None
