"""English equivalents of the registry's terms, for readers of English."""

_LEVELS = {
    "博士研究生": "Doctoral programme",
    "硕士研究生": "Master's programme",
    "第二学士学位": "Second bachelor's degree",
    "本科": "Undergraduate (bachelor's) programme",
    "专科(高职)": "Junior college (higher vocational) programme",
    "高升本": "Undergraduate programme (from upper secondary)",
    "专升本": "Undergraduate programme (from junior college)",
}
_STUDY_MODES = {
    "普通全日制": "Full-time (regular)",
    "全日制": "Full-time",
    "非全日制": "Part-time",
    "业余": "Part-time (evening classes)",
    "函授": "Correspondence",
    "脱产": "Full-time (adult education)",
    "网络教育": "Online",
    "开放教育": "Open education",
}
_EDUCATION_TYPES = {
    "普通高等教育": "Regular higher education",
    "成人高等教育": "Adult higher education",
    "网络教育": "Online education",
    "开放教育": "Open education",
    "研究生教育": "Postgraduate education",
}
_TERMS = {"level": _LEVELS, "study_mode": _STUDY_MODES, "education_type": _EDUCATION_TYPES}
TRANSLATED = tuple(_TERMS)  # the fields whose values may have an English equivalent


def in_english(field: str, term: str) -> str:
    """The English of a value of ``field``; empty for a term without one."""
    return _TERMS.get(field, {}).get(term, "")
