"""The certificate types a person can be enrolled with (JY/T 1001, 身份证件类型)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.text import fold


class CertificateType(models.TextChoices):
    """证件类型; the values are the registry's own terms."""

    RESIDENT_ID = "居民身份证", _("Resident identity card")
    RESIDENCE_PERMIT = (
        "港澳台居民居住证",
        _("Residence permit for Hong Kong, Macao and Taiwan residents"),
    )
    HK_MACAO_PERMIT = (
        "港澳居民来往内地通行证",
        _("Mainland travel permit for Hong Kong and Macao residents"),
    )
    TAIWAN_PERMIT = "台湾居民来往大陆通行证", _("Mainland travel permit for Taiwan residents")
    PASSPORT = "护照", _("Passport")
    PERMANENT_RESIDENT = "外国人永久居留身份证", _("Foreign permanent resident identity card")
    HOUSEHOLD_REGISTER = "户口簿", _("Household register")
    OFFICER = "军官证", _("Military officer's certificate")
    SOLDIER = "士兵证", _("Soldier's certificate")
    CIVILIAN_CADRE = "文职干部证", _("Military civilian's certificate")
    RETIRED_MILITARY = "部队离退休证", _("Retired military certificate")
    OTHER = "其他", _("Other certificate")


# GB 11643 issues the numbers of these types from one series: no two of them share a number.
_ONE_SERIES = frozenset(
    [
        CertificateType.RESIDENT_ID,
        CertificateType.RESIDENCE_PERMIT,
        CertificateType.PERMANENT_RESIDENT,
    ]
)
# Alternative spellings in files and forms; codes after JY/T 1001.
ALIASES: dict[str, CertificateType] = {
    "身份证": CertificateType.RESIDENT_ID,
    "二代身份证": CertificateType.RESIDENT_ID,
    "第二代居民身份证": CertificateType.RESIDENT_ID,
    "中华人民共和国居民身份证": CertificateType.RESIDENT_ID,
    "1": CertificateType.RESIDENT_ID,
    "01": CertificateType.RESIDENT_ID,
    "居民身份证件": CertificateType.RESIDENT_ID,
    "公民身份证": CertificateType.RESIDENT_ID,
    "港澳台居住证": CertificateType.RESIDENCE_PERMIT,
    "港澳台居民居住证件": CertificateType.RESIDENCE_PERMIT,
    "港澳居民往来内地通行证": CertificateType.HK_MACAO_PERMIT,
    "港澳居民来往内地通行证(回乡证)": CertificateType.HK_MACAO_PERMIT,
    "港澳通行证": CertificateType.HK_MACAO_PERMIT,
    "回乡证": CertificateType.HK_MACAO_PERMIT,
    "港澳居民通行证": CertificateType.HK_MACAO_PERMIT,
    "台胞证": CertificateType.TAIWAN_PERMIT,
    "台湾通行证": CertificateType.TAIWAN_PERMIT,
    "台湾居民通行证": CertificateType.TAIWAN_PERMIT,
    "台湾居民往来大陆通行证": CertificateType.TAIWAN_PERMIT,
    "台湾居民来往大陆通行证(台胞证)": CertificateType.TAIWAN_PERMIT,
    "8": CertificateType.TAIWAN_PERMIT,
    "08": CertificateType.TAIWAN_PERMIT,
    "外国护照": CertificateType.PASSPORT,
    "中国护照": CertificateType.PASSPORT,
    "因私护照": CertificateType.PASSPORT,
    "护照号": CertificateType.PASSPORT,
    "PASSPORT": CertificateType.PASSPORT,
    "A": CertificateType.PASSPORT,
    "0A": CertificateType.PASSPORT,
    "外国人永久居留证": CertificateType.PERMANENT_RESIDENT,
    "户口本": CertificateType.HOUSEHOLD_REGISTER,
    "户口薄": CertificateType.HOUSEHOLD_REGISTER,
    "0B": CertificateType.HOUSEHOLD_REGISTER,
    "B": CertificateType.HOUSEHOLD_REGISTER,
    "2": CertificateType.OFFICER,
    "02": CertificateType.OFFICER,
    "3": CertificateType.SOLDIER,
    "03": CertificateType.SOLDIER,
    "4": CertificateType.CIVILIAN_CADRE,
    "04": CertificateType.CIVILIAN_CADRE,
    "5": CertificateType.RETIRED_MILITARY,
    "05": CertificateType.RETIRED_MILITARY,
    "部队离退休证件": CertificateType.RETIRED_MILITARY,
    "Z": CertificateType.OTHER,
    "其它": CertificateType.OTHER,
    "其他证件": CertificateType.OTHER,
}
# All spellings, folded.
WORDS: dict[str, CertificateType] = {
    **{fold(word): kind for word, kind in ALIASES.items()},
    **{fold(kind.value): kind for kind in CertificateType},
}


def number_series(kind: str) -> str:
    """The series in which numbers of this type are unique; "" for identity numbers.

    Identity numbers of several types share one series (GB 11643). A passport and a travel
    permit with the same digits belong to two people.
    """
    return "" if kind in _ONE_SERIES else kind


def series_sql(row: str) -> str:
    """An SQL expression equal to ``number_series`` of ``row``'s ``certificate_type``."""
    kinds = ", ".join(f"'{kind}'" for kind in sorted(_ONE_SERIES))
    return f"CASE WHEN {row}.certificate_type IN ({kinds}) THEN '' ELSE {row}.certificate_type END"


def certificate_type(text: str) -> CertificateType | None:
    """The type that ``text`` in a file or form denotes; None when unknown."""
    return WORDS.get(fold(text))
