"""Template filters for certificates, names and record fields."""

from collections.abc import Mapping

from django import template
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from enrollment.fields.catalogue import BY_NAME, is_in_chinese, report_cause
from enrollment.fields.terms import in_english
from enrollment.identity.certificates import certificate_type
from enrollment.identity.name import mask_name
from enrollment.identity.number import mask_number
from enrollment.models.record import Gender
from enrollment.statuses import Status

register = template.Library()

# Items of the card that are not columns of a registry file.
CARD_LABELS = {"school": _("School"), "left_on": _("Left on")}

register.filter("masked_number", mask_number)
register.filter("masked_name", mask_name)
register.filter("report_cause", report_cause)
register.filter("is_in_chinese", is_in_chinese)


@register.filter
def certificate_label(kind: str) -> str:
    """The name of a certificate type in the reader's language."""
    known = certificate_type(kind)
    return str(known.label) if known else kind


@register.filter
def spaced(number: str) -> str:
    """A number in groups as printed on the card: 110101 20060101 0001."""
    if len(number) != 18:
        return number
    return f"{number[:6]} {number[6:14]} {number[14:]}"


@register.filter
def status_label(state: str) -> str:
    """The name of a status in the reader's language."""
    return str(Status(state).label) if state in Status else state


@register.filter
def level_label(level: str) -> str:
    """The English name of a level of study; empty for a term without one."""
    return in_english("level", level)


@register.filter
def study_mode_label(mode: str) -> str:
    """The English name of a mode of study; empty for a term without one."""
    return in_english("study_mode", mode)


@register.filter
def of_field(values: Mapping[str, str], name: str) -> str:
    """The entry of a field in ``values``; empty without one."""
    return values.get(name, "")


@register.filter
def gender_label(code: int) -> str:
    """男 or 女 in the reader's language."""
    return str(Gender(code).label)


@register.filter
def iso_date(text: str) -> str:
    """An ISO date formatted for the reader; "—" for an empty or invalid one."""
    day = parse_date(text) if text else None
    return date_format(day, "DATE_FORMAT") if day else "—"


@register.filter
def field_label(name: str) -> str:
    """The name of a record's field in the reader's language."""
    if name in CARD_LABELS:
        return str(CARD_LABELS[name])
    return str(BY_NAME[name].label) if name in BY_NAME else name
