"""The closed lists of a registry file, with the spellings files really use."""

from enrollment.identity.certificates import CertificateType
from enrollment.models.record import Gender
from enrollment.statuses import ON_THE_BOOKS, Status

GENDERS: dict[str, int] = {
    **dict.fromkeys(("男", "男性", "男生", "1", "01", "M", "MALE"), Gender.MALE.value),
    **dict.fromkeys(("女", "女性", "女生", "2", "02", "F", "FEMALE"), Gender.FEMALE.value),
    **dict.fromkeys(("未知", "未知的性别", "0"), Gender.UNKNOWN.value),
    **dict.fromkeys(("未说明", "未说明的性别", "9"), Gender.UNSTATED.value),
}

# GB/T 3304-1991, in the order of its codes 01 to 56.
_GROUPS = (
    "汉 蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳 "
    "佤 畲 高山 拉祜 水 东乡 纳西 景颇 柯尔克孜 土 达斡尔 仫佬 羌 布朗 撒拉 毛南 "
    "仡佬 锡伯 阿昌 普米 塔吉克 怒 乌孜别克 俄罗斯 鄂温克 德昂 保安 裕固 京 塔塔尔 "
    "独龙 鄂伦春 赫哲 门巴 珞巴 基诺"
)
ETHNICITIES: dict[str, str] = {}
for _number, _group in enumerate(_GROUPS.split(), start=1):
    _full = _group if _group.endswith("族") else f"{_group}族"
    ETHNICITIES |= {_full: _full, _group: _full, f"{_number:02}": _full, str(_number): _full}
ETHNICITIES |= {
    "维族": "维吾尔族",
    "蒙族": "蒙古族",
    "朝族": "朝鲜族",
    "鲜族": "朝鲜族",
    "毛难族": "毛南族",
    "毛难": "毛南族",
    "崩龙族": "德昂族",
    "崩龙": "德昂族",
    "97": "其他",
    "其他": "其他",
    "其它": "其他",
    "穿青人": "穿青人",
    "98": "外国血统中国籍人士",
    "外国血统中国籍人士": "外国血统中国籍人士",
}

LEVELS: dict[str, str] = {
    **{
        level: level
        for level in (
            "博士研究生",
            "硕士研究生",
            "第二学士学位",
            "本科",
            "专科(高职)",
            "高升本",
            "专升本",
        )
    },
    "博士": "博士研究生",
    "硕士": "硕士研究生",
    "二学位": "第二学士学位",
    "第二学士": "第二学士学位",
    "专科": "专科(高职)",
    "高职": "专科(高职)",
    "高职专科": "专科(高职)",
    "高职(专科)": "专科(高职)",
    "大专": "专科(高职)",
    "专科(高职高专)": "专科(高职)",
    "本科生": "本科",
    **dict.fromkeys(("普通本科", "大学本科", "统招本科", "全日制本科", "普通全日制本科"), "本科"),
    **dict.fromkeys(("专科生", "大学专科", "普通专科", "统招专科", "高职高专"), "专科(高职)"),
    **dict.fromkeys(("硕士生", "硕士学位研究生"), "硕士研究生"),
    **dict.fromkeys(("博士生", "博士学位研究生"), "博士研究生"),
    "高中起点本科": "高升本",
    "专科起点本科": "专升本",
}

STUDY_MODES: dict[str, str] = {
    **{
        mode: mode
        for mode in (
            "普通全日制",
            "全日制",
            "非全日制",
            "函授",
            "业余",
            "脱产",
            "网络教育",
            "开放教育",
        )
    },
    **dict.fromkeys(("普通", "统招", "全日制统招", "统招全日制", "普通统招"), "普通全日制"),
    **dict.fromkeys(("夜大学", "夜大"), "业余"),
}

EDUCATION_TYPES: dict[str, str] = {
    "普通": "普通高等教育",
    "统招": "普通高等教育",
    "普通高校": "普通高等教育",
    "成人": "成人高等教育",
    "网络": "网络教育",
    "开放": "开放教育",
    "研究生": "研究生教育",
}

POLITICAL_STATUSES: dict[str, str] = {
    "01": "中共党员",
    "02": "中共预备党员",
    "03": "共青团员",
    "13": "群众",
    "党员": "中共党员",
    "中国共产党党员": "中共党员",
    "预备党员": "中共预备党员",
    "中国共产党预备党员": "中共预备党员",
    "团员": "共青团员",
    "中国共产主义青年团团员": "共青团员",
    "共产党员": "中共党员",
}

STATUSES: dict[str, str] = {
    **{status.value: status.value for status in Status},
    "注册": "注册学籍",
    "已注册": "注册学籍",
    "注册学籍(在籍)": "注册学籍",
    "暂缓": "暂缓注册",
    "转学(转出)": "转出",
    "保留学籍(入伍)": "保留学籍",
    "保留学籍(参军)": "保留学籍",
}
# 在籍 or 不在籍 alone could be any of several; with the state beside it there is no doubt.
for _status in Status:
    _books = "在籍" if _status in ON_THE_BOOKS else "不在籍"
    STATUSES |= dict.fromkeys(
        (f"{_books}({_status})", f"{_books}{_status}", f"{_books}-{_status}", f"{_books}/{_status}",
         f"{_status}({_books})", f"已{_status}"),
        _status.value,
    )  # fmt: skip

_NUMERALS = {"二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8}
SCHOOLING_YEARS: dict[str, str] = {
    f"{number}{ending}": f"{halves / 2:.1f}"
    for halves in range(3, 17)
    for number in {f"{halves / 2:g}", f"{halves / 2:.1f}"}
    for ending in ("", "年", "年制", "学年")
}
for _word, _years in {"一": 1, **_NUMERALS}.items():
    for _ending in ("年", "年制", ""):
        if _years > 1:
            SCHOOLING_YEARS[f"{_word}{_ending}"] = f"{_years}.0"
    if _years < 8:
        SCHOOLING_YEARS |= {f"{_word}年半": f"{_years}.5", f"{_word}年半制": f"{_years}.5"}

# The accepted words, which a fault of each list shows to the registrar.
_GROUP_EXAMPLES = "汉族、蒙古族、回族、藏族、维吾尔族…（GB/T 3304 的 56 个民族，或代码 01–56）"
ALLOWED: dict[str, str] = {
    "gender": "男、女、未知、未说明",
    "ethnicity": _GROUP_EXAMPLES,
    "level": "、".join(dict.fromkeys(LEVELS.values())),
    "study_mode": "、".join(dict.fromkeys(STUDY_MODES.values())),
    "schooling_years": "1.5、2、2.5 … 8",
    "status": "、".join(Status.values),
    "certificate_type": "、".join(CertificateType.values),
}
