"""A field's value as a reader sees it."""

from datetime import date

from django.utils.dateparse import parse_date
from django.utils.html import format_html
from django.utils.translation import get_language, gettext

from enrollment.fields.catalogue import Field
from enrollment.fields.terms import in_english
from enrollment.models.record import Gender, StudentRecord

Value = str | date | None


def shown(name: str, stored: str) -> Value:
    """A field's stored text in the form shown to readers; terms of the registry stay Chinese."""
    if name == "gender":
        return str(Gender(int(stored)).label) if stored.isdigit() else stored
    if name == "schooling_years" and stored:
        return gettext("%(years)s years") % {"years": stored.removesuffix(".0")}
    if name.endswith("_date"):
        return parse_date(stored) or stored
    return stored


def value_of(field: Field, record: StudentRecord) -> Value:
    """The field's value in ``record`` in the form shown to readers; None becomes empty text."""
    value = field.read(record)
    if isinstance(value, date):
        return value
    return shown(field.name, "" if value is None else str(value))


def beside(name: str, value: str) -> str:
    """``value`` for a page in Chinese words, with its English beside it on English pages."""
    english = in_english(name, value) if get_language() == "en" else ""
    return format_html('{} <span lang="en">· {}</span>', value, english) if english else value
