"""Invented registry rows: valid in every check, deterministic, of no real person.

Used by the demo school, the tests and the benchmarks. Certificate numbers have
valid check digits and are unique within a file of up to ten million rows; the
institution's code (19998) belongs to no school on the ministry's list.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from enrollment.fields.catalogue import FIELDS
from enrollment.identity.number import check_character

HEADER: list[str] = [column.title for column in FIELDS]
INSTITUTION_CODE = "19998"
INSTITUTION_NAME = "明德示范大学"
CLASS_SIZE = 40
FIRST_ENTRY_YEAR = 2023
ENTRY_YEARS = 4

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏"
    "吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱"
)
_GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰涛明超秀霞平刚桂英华玉萍红建文辉力健世广志义兴良海山仁波宁贵福生龙元"
    "全国胜学祥才发武新利清飞彬富顺信子昌成康星光天达安岩中茂进林有坚和彪博诚先敬震振壮会思群豪心邦"
    "雨欣怡梓涵诗琪嘉宇轩浩然子墨若曦婉清书瑶沐阳景行知远"
)
# The reading of each of them, in the same order.
_SURNAME_READINGS = (
    "wang li zhang liu chen yang huang zhao wu zhou xu sun ma zhu hu guo he gao lin luo zheng "
    "liang xie song tang xu han feng deng cao peng zeng xiao tian dong yuan pan yu jiang cai yu "
    "du ye cheng su wei lü ding ren shen yao lu jiang cui zhong tan lu wang fan jin shi liao "
    "jia xia wei fu fang bai zou meng xiong qin qiu jiang yin xue yan duan lei hou long shi tao "
    "li he gu mao hao gong shao wan qian"
).split()
_GIVEN_READINGS = (
    "wei fang na min jing li qiang lei jun yang yong yan jie tao ming chao xiu xia ping gang "
    "gui ying hua yu ping hong jian wen hui li jian shi guang zhi yi xing liang hai shan ren bo "
    "ning gui fu sheng long yuan quan guo sheng xue xiang cai fa wu xin li qing fei bin fu shun "
    "xin zi chang cheng kang xing guang tian da an yan zhong mao jin lin you jian he biao bo "
    "cheng xian jing zhen zhen zhuang hui si qun hao xin bang yu xin yi zi han shi qi jia yu "
    "xuan hao ran zi mo ruo xi wan qing shu yao mu yang jing xing zhi yuan"
).split()
_READINGS = dict(zip(_SURNAMES + _GIVEN, _SURNAME_READINGS + _GIVEN_READINGS, strict=True))
_RARE = ("㛃", "䶮", "\U00020087", "\U0002cc56")
_UYGHUR = ("买买提", "艾力", "阿依古丽", "古丽娜尔", "努尔兰", "哈力克", "迪丽", "阿不都")
_REGIONS = [
    "110101",
    "120103",
    "130102",
    "140105",
    "150102",
    "210102",
    "220102",
    "230102",
    "310101",
    "320102",
    "330102",
    "340102",
    "350102",
    "360102",
    "370102",
    "410102",
    "420102",
    "430102",
    "440103",
    "450102",
    "460105",
    "500103",
    "510104",
    "520102",
    "530102",
    "540102",
    "610102",
    "620102",
    "630102",
    "640104",
]
_MAJORS = (
    ("计算机与软件学院", "计算机系", "080901", "计算机科学与技术", "计科"),
    ("计算机与软件学院", "软件工程系", "080902", "软件工程", "软工"),
    ("文学院", "中文系", "050101", "汉语言文学", "中文"),
    ("外国语学院", "英语系", "050201", "英语", "英语"),
    ("经济管理学院", "会计系", "120203K", "会计学", "会计"),
    ("经济管理学院", "金融系", "020301K", "金融学", "金融"),
    ("机械工程学院", "机械系", "080202", "机械设计制造及其自动化", "机械"),
    ("土木工程学院", "土木系", "081001", "土木工程", "土木"),
    ("医学院", "临床医学系", "101101", "护理学", "护理"),
    ("法学院", "法学系", "030101K", "法学", "法学"),
)
_STATUSES = ("注册学籍",) * 94 + ("休学",) * 2 + ("保留学籍", "暂缓注册", "退学", "转出")
_ETHNICITIES = ("汉族",) * 90 + ("回族", "满族", "壮族", "苗族", "土家族", "彝族", "藏族", "蒙古族")
_POLITICAL = ("共青团员",) * 8 + ("群众", "中共党员")

_DAYS = 365
_SEQUENCES = 998
_COMBINATIONS = _DAYS * len(_REGIONS) * _SEQUENCES
# A prime that does not divide the number of combinations: stepping by it visits each once.
_STEP = 15_485_863


@dataclass(frozen=True)
class SampleClass:
    """One invented class."""

    code: str
    entry_year: int
    major: tuple[str, str, str, str, str]


def sample_class(index: int) -> SampleClass:
    """The class at ``index`` of the invented school."""
    year = FIRST_ENTRY_YEAR + index % ENTRY_YEARS
    major = _MAJORS[index // ENTRY_YEARS % len(_MAJORS)]
    serial = index // (ENTRY_YEARS * len(_MAJORS)) + 1
    return SampleClass(f"{major[4]}{year % 100}{serial:02}", year, major)


def sample_rows(count: int, *, seed: int) -> Iterator[list[str]]:
    """``count`` rows in the order of ``HEADER``; equal arguments give equal rows."""
    chance = random.Random(seed)  # noqa: S311  invented people, not secrets
    offset = chance.randrange(_COMBINATIONS)
    for index in range(count):
        school_class = sample_class(index // CLASS_SIZE)
        yield _row(index, (index * _STEP + offset) % _COMBINATIONS, school_class, chance)


def _row(index: int, combination: int, cls: SampleClass, chance: random.Random) -> list[str]:
    day, rest = combination % _DAYS, combination // _DAYS
    region, sequence = _REGIONS[rest % len(_REGIONS)], rest // len(_REGIONS) + 1
    born = date(cls.entry_year - 19, 9, 1) + timedelta(days=day)
    first_17 = f"{region}{born:%Y%m%d}{sequence:03}"
    name = _name(index, chance)
    college, department, major_code, major_name, _short = cls.major
    cells = {
        "institution_code": INSTITUTION_CODE,
        "institution_name": INSTITUTION_NAME,
        "candidate_number": f"{cls.entry_year % 100}{region[:4]}{index:08}",
        "student_number": f"{cls.entry_year}{index:08}",
        "name": name,
        "name_pinyin": _pinyin(name),
        "gender": "男" if sequence % 2 else "女",
        "birth_date": f"{born:%Y%m%d}",
        "certificate_type": "居民身份证",
        "certificate_number": first_17 + check_character(first_17),
        "ethnicity": _ETHNICITIES[index * 7 % len(_ETHNICITIES)],
        "political_status": _POLITICAL[index * 3 % len(_POLITICAL)],
        "major_code": major_code,
        "major_name": major_name,
        "level": "本科",
        "schooling_years": "4",
        "education_type": "普通高等教育",
        "study_mode": "普通全日制",
        "entry_date": f"{cls.entry_year}0901",
        "college": college,
        "department": department,
        "class_code": cls.code,
        "expected_leaving_date": f"{cls.entry_year + 4}0630",
        "status": _STATUSES[index * 37 % len(_STATUSES)],
        "phone": f"170{index % 100_000_000:08}",
    }
    return [cells.get(field.name, "") for field in FIELDS]


def _name(index: int, chance: random.Random) -> str:
    draw = chance.random
    surname = _SURNAMES[int(draw() * len(_SURNAMES))]
    if index % 97 == 13:
        return f"{_UYGHUR[int(draw() * 8)]}·{_UYGHUR[int(draw() * 8)]}"
    if index % 193 == 7:
        return surname + _RARE[index // 193 % len(_RARE)]
    given = _GIVEN[int(draw() * len(_GIVEN))]
    if draw() < 0.8:
        given += _GIVEN[int(draw() * len(_GIVEN))]
    return surname + given


def _pinyin(name: str) -> str:
    """The name as a Chinese passport writes it; empty for a name that is not Chinese or rare."""
    if not all(character in _READINGS for character in name):
        return ""
    given = "".join(_READINGS[character] for character in name[1:])
    return f"{_READINGS[name[0]]} {given}".title()
