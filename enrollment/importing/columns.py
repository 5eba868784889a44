"""The columns of a registry file: their names in all spellings, and how a header is found.

Source: the national platform's layout (DOMAIN 2) with its DBF short names, and
the titles schools' own systems give the same things.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.text import fold, tidy
from enrollment.fields.two_row_heads import joined_rows, with_other_persons

HEADER_SEARCH_ROWS = 20
# Columns of a file in which titles are looked for; the ministry's layout has 24.
MOST_COLUMNS = 1000
# Columns that the portal itself adds to the rows it gives back to be mended.
ROW_NUMBER_TITLE, REASONS_TITLE = "原表行号", "问题"
# What a title means that is to be left out, in place of a column's name.
LEFT_OUT = ""


_DECORATION = re.compile(r"[(\[][^(\[)\]]*+[)\]]|[\s*:_\-/、·.]")


def fold_title(title: str) -> str:
    """A column title without the marks people put around it: “*姓 名（必填）” reads 姓名."""
    return _DECORATION.sub("", fold(title))


@dataclass(frozen=True)
class Column:
    """One thing a registry file may state; ``locked`` needs the province to change it.

    Where several titles of a file mean the column, one of ``over`` counts before
    ``title`` and ``short``, and these before ``aliases``.
    """

    name: str
    short: str
    title: str
    label: str | Promise
    aliases: tuple[str, ...] = ()
    over: tuple[str, ...] = ()
    required: bool = False
    locked: bool = False

    @property
    def ranks(self) -> dict[str, int]:
        """Every spelling of the title, folded, with its rank: the lower, the sooner it counts."""
        spellings = [*self.over, self.title, self.short, *self.aliases]
        return {fold_title(spelling): rank for rank, spelling in enumerate(spellings)}


COLUMNS: tuple[Column, ...] = (
    Column(
        "institution_code", "YXDM", "院校代码", _("Institution code"),
        ("学校代码", "学校标识码", "院校编码", "高校代码"),
    ),
    Column(
        "institution_name", "YXMC", "院校名称", _("Institution"),
        ("学校名称", "学校", "院校", "高校名称"),
    ),
    Column(
        "candidate_number", "KSH", "考生号", _("Candidate number"),
        ("高考考生号", "考生号码", "高考报名号"),
    ),
    Column(
        "student_number", "XH", "学号", _("Student number"),
        ("学生学号", "学生号", "学生编号", "学号码"),
    ),
    Column(
        "name", "XM", "姓名", _("Name"), ("学生姓名", "考生姓名", "中文姓名", "姓名汉字"),
        required=True, locked=True,
    ),
    Column("gender", "XB", "性别", _("Gender"), ("性别码", "性别代码"), locked=True),
    Column(
        "birth_date", "CSRQ", "出生日期", _("Date of birth"), ("生日", "出生年月日"), locked=True
    ),
    Column(
        "certificate_type", "ZJLX", "证件类型", _("Certificate type"),
        ("身份证件类型", "身份证件类型码", "证件种类", "证件类别", "有效证件类型", "SFZJLX"),
    ),
    Column(
        "certificate_number", "SFZH", "证件号码", _("Certificate number"),
        (
            "身份证号", "身份证号码", "证件号", "公民身份号码", "居民身份证号", "身份证件号",
            "ZJHM", "身份证", "公民身份证号码", "公民身份证号", "居民身份证号码", "居民身份证",
            "身份证件号码", "有效证件号码", "有效证件号", "证件编号", "SFZJH", "SFZHM",
        ),
        required=True, locked=True,
    ),
    Column("ethnicity", "MZ", "民族", _("Ethnic group"), ("民族码", "民族名称", "民族代码")),
    Column(
        "political_status", "ZZMM", "政治面貌", _("Political status"),
        ("政治面貌码", "政治面貌代码"),
    ),
    Column(
        "major_code", "ZYDM", "专业代码", _("Major code"),
        ("专业编码", "专业代号", "国标专业代码", "专业码"),
    ),
    Column(
        "major_name", "ZYMC", "专业名称", _("Major"),
        ("专业", "所学专业", "专业全称", "就读专业", "所在专业"), locked=True,
    ),
    Column(
        "level", "CC", "层次", _("Level"),
        ("培养层次", "学历层次", "办学层次", "学生层次", "培养层次名称"), locked=True,
    ),
    Column(
        "schooling_years", "XZ", "学制", _("Years of schooling"),
        ("学制年限", "学制年", "修业年限"), locked=True,
    ),
    Column(
        "education_type", "XLLB", "学历类别", _("Type of education"), ("办学类型", "教育类别")
    ),
    Column(
        "study_mode", "XXXS", "学习形式", _("Mode of study"), ("学习方式", "学习形式名称"),
        locked=True,
    ),
    Column(
        "entry_date", "RXRQ", "入学日期", _("Date of entry"),
        ("入学年月", "入学时间", "入学年月日", "入校日期", "入校时间"),
    ),
    Column(
        "college", "FY", "分院", _("College"),
        ("学院", "院系", "所属学院", "二级学院", "学院名称", "院系名称", "所在学院", "所属院系"),
    ),
    Column(
        "department", "XSH", "系所", _("Department"),
        ("系", "系所函授站", "系名称", "系别", "系部", "所在系"),
    ),
    Column(
        "class_code", "BH", "班号", _("Class"),
        (
            "班级号", "班级代码", "班级编号", "班别", "班级名", "所在班级", "行政班级",
            "行政班名称", "行政班级名称", "班",
        ),
        over=("班级", "班级名称", "行政班"),
    ),
    Column(
        "expected_leaving_date", "YJBYRQ", "预计毕业日期", _("Expected graduation"),
        (
            "离校日期", "预计毕业时间", "毕业日期", "LXRQ", "毕业时间", "预计毕业年月", "毕业年月",
            "离校时间",
        ),
    ),
    Column(
        "status", "XJZT", "学籍状态", _("Status"),
        ("状态", "在籍状态", "学生状态", "学籍状态名称", "学籍状况", "在校状态"), required=True,
    ),
    Column(
        "phone", "SJH", "手机号", _("Phone"),
        ("手机", "手机号码", "联系电话", "移动电话", "联系手机", "本人手机", "手机电话"),
    ),
)  # fmt: skip
BY_NAME: dict[str, Column] = {column.name: column for column in COLUMNS}
LOCKED = frozenset(column.name for column in COLUMNS if column.locked)

_BY_TITLE: dict[str, str] = {
    folded: column.name for column in COLUMNS for folded in column.ranks
} | {ROW_NUMBER_TITLE: LEFT_OUT, REASONS_TITLE: LEFT_OUT}
_RANKS: dict[str, int] = {
    folded: rank for column in COLUMNS for folded, rank in column.ranks.items()
}
_LIKE_DATA = re.compile(r"[0-9]{6}")


@dataclass(frozen=True)
class Header:
    """What the title row of a file says.

    ``mapping`` is column name → position; ``unknown`` and ``repeated`` are the
    titles that meant nothing, or the same as an earlier one.
    """

    row_number: int
    titles: list[str]
    mapping: dict[str, int]
    unknown: list[str] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)
    # Columns in which the whole file has nothing; they are not in ``mapping``.
    empty: list[str] = field(default_factory=list)

    @property
    def missing(self) -> list[str]:
        """Names of required columns that the file lacks; one of the two numbers is required."""
        return missing_columns(self.mapping)


def missing_columns(mapping: Mapping[str, int]) -> list[str]:
    """Names of the required columns that ``mapping`` does not place."""
    names = [c.name for c in COLUMNS if c.required and c.name not in mapping]
    if not {"student_number", "candidate_number"} & set(mapping):
        names.append("student_number")
    return names


def title_keys(titles: Sequence[str]) -> list[str]:
    """Under what each title of a row is remembered; the second of a kind has a key of its own."""
    seen: Counter[str] = Counter()
    keys = []
    for title in titles:
        folded = fold_title(title)
        seen[folded] += 1
        keys.append(folded if seen[folded] == 1 else f"{folded} {seen[folded]}")
    return keys


def meaning_of(key: str, remembered: Mapping[str, str]) -> str | None:
    """The column a title means; ``LEFT_OUT``, or None when nobody has said."""
    folded = key.partition(" ")[0]
    for known in (remembered.get(key), remembered.get(folded), _BY_TITLE.get(folded)):
        if known is not None:
            return known
    return None


def read_header(
    row_number: int, cells: Sequence[str], remembered: Mapping[str, str] | None = None
) -> Header:
    """Recognise one row as the title row; ``remembered`` is key of a title → column name.

    Of several titles with one meaning, what a person has said counts first, then
    the column's own title, then its other names in their order.
    """
    titles = [tidy(cell) for cell in cells[:MOST_COLUMNS]]
    keys = title_keys(titles)
    said = remembered or {}
    meanings = [meaning_of(key, said) for key in keys]
    places: dict[str, list[int]] = {}
    for position, name in enumerate(meanings):
        if name:
            places.setdefault(name, []).append(position)
    mapping = {
        name: min(found, key=lambda at: _rank(keys[at], said)) for name, found in places.items()
    }
    header = Header(row_number, titles, dict(sorted(mapping.items(), key=lambda pair: pair[1])))
    for position, (title, name) in enumerate(zip(titles, meanings, strict=True)):
        if name is None and title:
            header.unknown.append(title)
        elif name and mapping[name] != position:
            header.repeated.append(title)
    return header


def _rank(key: str, said: Mapping[str, str]) -> int:
    """How soon a title counts among several of one meaning; the first of equals stands."""
    folded = key.partition(" ")[0]
    return -1 if said.get(key) or said.get(folded) else _RANKS.get(folded, 0)


def remember(
    remembered: Mapping[str, str], titles: Sequence[str], meanings: Mapping[int, str]
) -> dict[str, str]:
    """``remembered`` with what a person has said: position of a title → column, or ``LEFT_OUT``.

    What the portal would understand by itself is not kept.
    """
    kept = dict(remembered)
    keys = title_keys(titles)
    for position in meanings:
        kept.pop(keys[position], None)
    for position, name in meanings.items():
        if (meaning_of(keys[position], kept) or LEFT_OUT) != name:
            kept[keys[position]] = name
    return kept


def likely_header(rows: Sequence[Sequence[str]]) -> Header | None:
    """The row that looks most like titles when none is known: most cells, no long number.

    None when every row holds data: titles are remembered, data never may be.
    """
    found = [
        read_header(number, cells)
        for number, cells in enumerate(rows[:HEADER_SEARCH_ROWS], start=1)
        if not any(_LIKE_DATA.search(cell) for cell in cells[:MOST_COLUMNS])
    ]
    best = max(found, key=lambda header: len(header.unknown) + len(header.mapping), default=None)
    return best if best and len(best.unknown) + len(best.mapping) >= 2 else None


def find_header(
    rows: Sequence[Sequence[str]], remembered: Mapping[str, str] | None = None
) -> Header | None:
    """The title row among the first rows of a file: the one that names most columns.

    Title lines and notes above it are passed over; where groups of titles stand
    above the titles, both rows are read. None when no row names two.
    """
    searched = [cells[:MOST_COLUMNS] for cells in rows[:HEADER_SEARCH_ROWS]]
    found = [
        read_header(number, cells, remembered) for number, cells in enumerate(searched, start=1)
    ]
    found += [
        read_header(number, titles, remembered)
        for number, titles in joined_rows(
            searched, lambda title: bool(meaning_of(fold_title(title), remembered or {}))
        )
    ]
    best = max(found, key=lambda header: len(header.mapping), default=None)
    if best is None or len(best.mapping) < 2:
        return None
    upper = searched[best.row_number - 2] if best.row_number > 1 else []
    titles = with_other_persons(upper, best.titles)
    return best if titles == best.titles else read_header(best.row_number, titles, remembered)
