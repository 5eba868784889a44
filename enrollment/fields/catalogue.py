"""The catalogue of a record's fields: name, titles in files, and what is done with each.

Every list of fields elsewhere is derived from it. How a cell is converted is said in
``values.CONVERTERS``: the process that unpacks workbooks reads this module without a database.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from enrollment.fields.titles import fold_title


@dataclass(frozen=True)
class Field:
    """One field of a student record, and one column of a registry file.

    Where several titles of a file mean the field, one of ``over`` has priority over
    ``title`` and ``short``, and these over ``aliases``. A number from ``checkable`` to
    ``exported`` is the field's place in that list; 0 leaves it out.
    """

    name: str
    short: str
    title: str
    label: str | Promise
    aliases: tuple[str, ...] = ()
    over: tuple[str, ...] = ()
    required: bool = False
    # A change needs the province.
    locked: bool = False
    # Attributes from the record to the value; the name itself by default.
    path: str = ""
    # Purpose of the keyed hash; such a value is kept encrypted, in two columns.
    sealed: str = ""
    # Whose cells are converted together and remembered: a "class" or a "person". Those of a
    # "row" differ from row to row. Empty for what the check of a row treats apart.
    shared_by: str = ""
    # A blank cell is filled from the identity card number and never clears a value.
    from_id_number: bool = False
    # Type of the staging table's column of this name; empty for none.
    staged: str = "text DEFAULT ''"
    # Part of the status page that shows the field, and the place in it.
    card: tuple[str, int] = ("", 0)
    # Printed on a status report, whose reader is told of later changes.
    stated: bool = False
    # Cause of a problem report about the field (support.models.Cause).
    report_cause: str = "study"
    # The value is in Chinese whatever the language of the page.
    in_chinese: bool = False
    checkable: int = 0
    correctable: int = 0
    exported: int = 0

    @property
    def ranks(self) -> dict[str, int]:
        """Every spelling of the title, folded → its rank; the lowest has priority."""
        spellings = [*self.over, self.title, self.short, *self.aliases]
        return {fold_title(spelling): rank for rank, spelling in enumerate(spellings)}

    @property
    def is_plain(self) -> bool:
        """Whether the record has one unencrypted column with the field's name."""
        return not self.path and not self.sealed

    @property
    def sealed_column(self) -> str:
        """The column of the encrypted value."""
        return f"{self.sealed}_sealed"

    @property
    def hash_column(self) -> str:
        """The column of the keyed hash by which an encrypted value is found and compared."""
        return f"{self.sealed}_hash"

    @property
    def purpose(self) -> str:
        """The first part of the encryption context; the record's key is the second."""
        return f"record-{self.sealed}"

    def read(self, record: object) -> Any:
        """The unencrypted value in ``record``; None where there is none."""
        value: Any = record
        for name in (self.path or self.name).split("."):
            value = getattr(value, name, None)
        return value


FIELDS: tuple[Field, ...] = (
    Field(
        "institution_code", "YXDM", "院校代码", _("Institution code"),
        ("学校代码", "学校标识码", "院校编码", "高校代码"),
        path="institution.code", staged="",
    ),
    Field(
        "institution_name", "YXMC", "院校名称", _("Institution"),
        ("学校名称", "学校", "院校", "高校名称"),
        path="institution.name", staged="",
        in_chinese=True,
    ),
    Field(
        "candidate_number", "KSH", "考生号", _("Candidate number"),
        ("高考考生号", "考生号码", "高考报名号"), shared_by="row",
        card=("study", 90), exported=20,
    ),
    Field(
        "student_number", "XH", "学号", _("Student number"),
        ("学生学号", "学生号", "学生编号", "学号码"), shared_by="row",
        card=("study", 80), exported=10,
    ),
    Field(
        "name", "XM", "姓名", _("Name"), ("学生姓名", "考生姓名", "中文姓名", "姓名汉字"),
        required=True, locked=True,
        staged="text", card=("person", 10), stated=True,
        checkable=10, correctable=10, exported=30,
        report_cause="name", in_chinese=True,
    ),
    Field(
        "name_pinyin", "XMPY", "姓名拼音", _("Name in pinyin"),
        ("姓名汉语拼音", "汉语拼音", "拼音姓名", "拼音", "姓名(拼音)", "姓名(汉语拼音)"),
        shared_by="row",
        card=("person", 15), stated=True, checkable=15, correctable=15, exported=35,
    ),
    Field(
        "gender", "XB", "性别", _("Gender"), ("性别码", "性别代码"), locked=True,
        from_id_number=True, staged="smallint",
        card=("person", 20), stated=True, checkable=20, correctable=20, exported=40,
        report_cause="gender",
    ),
    Field(
        "birth_date", "CSRQ", "出生日期", _("Date of birth"), ("生日", "出生年月日"), locked=True,
        from_id_number=True, staged="date",
        card=("person", 30), stated=True, checkable=30, correctable=30, exported=50,
        report_cause="birth_date",
    ),
    Field(
        "certificate_type", "ZJLX", "证件类型", _("Certificate type"),
        ("身份证件类型", "身份证件类型码", "证件种类", "证件类别", "有效证件类型", "SFZJLX"),
        shared_by="person", card=("certificate", 10),
    ),
    Field(
        "certificate_number", "SFZH", "证件号码", _("Certificate number"),
        (
            "身份证号", "身份证号码", "证件号", "公民身份号码", "居民身份证号", "身份证件号",
            "ZJHM", "身份证", "公民身份证号码", "公民身份证号", "居民身份证号码", "居民身份证",
            "身份证件号码", "有效证件号码", "有效证件号", "证件编号", "SFZJH", "SFZHM",
        ),
        required=True, locked=True,
        sealed="certificate", staged="", card=("certificate", 20), stated=True,
        checkable=40, correctable=40,
        report_cause="certificate",
    ),
    Field(
        "ethnicity", "MZ", "民族", _("Ethnic group"), ("民族码", "民族名称", "民族代码"),
        shared_by="person",
        checkable=50, correctable=50, exported=60,
        in_chinese=True,
    ),
    Field(
        "political_status", "ZZMM", "政治面貌", _("Political status"),
        ("政治面貌码", "政治面貌代码"),
        shared_by="person",
        in_chinese=True,
    ),
    Field(
        "major_code", "ZYDM", "专业代码", _("Major code"),
        ("专业编码", "专业代号", "国标专业代码", "专业码"),
        shared_by="class",
    ),
    Field(
        "major_name", "ZYMC", "专业名称", _("Major"),
        ("专业", "所学专业", "专业全称", "就读专业", "所在专业"), locked=True,
        shared_by="class",
        card=("study", 30), stated=True, checkable=60, correctable=60, exported=70,
        report_cause="major", in_chinese=True,
    ),
    Field(
        "level", "CC", "层次", _("Level"),
        ("培养层次", "学历层次", "办学层次", "学生层次", "培养层次名称"), locked=True,
        shared_by="class",
        card=("study", 50), stated=True, checkable=70, correctable=70, exported=80,
        in_chinese=True,
    ),
    Field(
        "schooling_years", "XZ", "学制", _("Years of schooling"),
        ("学制年限", "学制年", "修业年限"), locked=True,
        shared_by="class", staged="numeric(3,1)",
        card=("dates", 20), checkable=90, correctable=80,
    ),
    Field(
        "education_type", "XLLB", "学历类别", _("Type of education"), ("办学类型", "教育类别"),
        shared_by="class", card=("study", 70),
        in_chinese=True,
    ),
    Field(
        "study_mode", "XXXS", "学习形式", _("Mode of study"), ("学习方式", "学习形式名称"),
        locked=True,
        shared_by="class",
        card=("study", 60), stated=True, checkable=80, correctable=90, exported=90,
        in_chinese=True,
    ),
    Field(
        "entry_date", "RXRQ", "入学日期", _("Date of entry"),
        ("入学年月", "入学时间", "入学年月日", "入校日期", "入校时间"),
        shared_by="class", staged="date",
        card=("dates", 10), stated=True, checkable=100, correctable=120, exported=100,
    ),
    Field(
        "college", "FY", "分院", _("College"),
        ("学院", "院系", "所属学院", "二级学院", "学院名称", "院系名称", "所在学院", "所属院系"),
        shared_by="class",
        card=("study", 10), checkable=110, correctable=100, exported=110,
        in_chinese=True,
    ),
    Field(
        "department", "XSH", "系所", _("Department"),
        ("系", "系所函授站", "系名称", "系别", "系部", "所在系"),
        shared_by="class",
        card=("study", 20), checkable=120, correctable=110, exported=120,
        in_chinese=True,
    ),
    Field(
        "class_code", "BH", "班号", _("Class"),
        (
            "班级号", "班级代码", "班级编号", "班别", "班级名", "所在班级", "行政班级",
            "行政班名称", "行政班级名称", "班",
        ),
        over=("班级", "班级名称", "行政班"),
        path="school_class.code", shared_by="class",
        card=("study", 40), checkable=130, exported=130,
        in_chinese=True,
    ),
    Field(
        "expected_leaving_date", "YJBYRQ", "预计毕业日期", _("Expected graduation"),
        (
            "离校日期", "预计毕业时间", "毕业日期", "LXRQ", "毕业时间", "预计毕业年月", "毕业年月",
            "离校时间",
        ),
        shared_by="class", staged="date",
        card=("dates", 30), stated=True, checkable=140, correctable=130, exported=140,
    ),
    Field(
        "status", "XJZT", "学籍状态", _("Status"),
        ("状态", "在籍状态", "学生状态", "学籍状态名称", "学籍状况", "在校状态"), required=True,
        shared_by="person",
        card=("status", 10), stated=True, exported=150,
        report_cause="status", in_chinese=True,
    ),
    Field(
        "phone", "SJH", "手机号", _("Phone"),
        ("手机", "手机号码", "联系电话", "移动电话", "联系手机", "本人手机", "手机电话"),
        sealed="phone", staged="",
    ),
)  # fmt: skip
BY_NAME: dict[str, Field] = {field.name: field for field in FIELDS}
# One of them identifies a record within its institution.
NUMBERS = ("student_number", "candidate_number")
LOCKED = frozenset(field.name for field in FIELDS if field.locked)
SEALED: dict[str, Field] = {field.name: field for field in FIELDS if field.sealed}
# Columns of StudentRecord that hold a field as it is.
RECORD_COLUMNS = [field.name for field in FIELDS if field.is_plain]


def ordered(place: Callable[[Field], int]) -> list[Field]:
    """The fields whose ``place`` in a list is not 0, in that order."""
    return sorted((field for field in FIELDS if place(field)), key=place)


# The fields of each part of the status page's card, in their order.
CARD: dict[str, list[Field]] = {
    part: [field for field in ordered(lambda field: field.card[1]) if field.card[0] == part]
    for part in ("person", "study", "dates")
}


def report_cause(name: str) -> str:
    """The cause of a problem report about this field or item of the card."""
    return BY_NAME[name].report_cause if name in BY_NAME else Field.report_cause


def is_in_chinese(name: str) -> bool:
    """Whether the value of this field or item is in Chinese on pages of every language."""
    return name == "school" or (name in BY_NAME and BY_NAME[name].in_chinese)
