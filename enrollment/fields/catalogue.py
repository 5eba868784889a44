"""The catalogue of a record's fields: name, titles in files, and what is done with each."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from enrollment.fields.titles import fold_title


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
