"""The view model of the record page: a card's values as texts in the reader's language.

``enrollment.status_page.precompiled`` requires this form: texts that vary by person are
``str``, and everything else (statuses, kinds, field names) belongs to the page's structure.
"""

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language

from enrollment.fields.catalogue import is_in_chinese
from enrollment.fields.checklist import listed
from enrollment.fields.display import Value
from enrollment.fields.terms import TRANSLATED, in_english
from enrollment.models import StudentRecord
from enrollment.records.withholding import is_withheld
from enrollment.status_page.cards import Card, Change, GivenAnswer, Happening, PhotoSlot
from enrollment.status_page.status_line import StatusLine, status_line

_ANY_KEY = UUID(int=0)
_LINKS = ("record", "certificate", "answer", "reports", "viewings")


def page_data(card: Card, *, revealed: str = "") -> dict[str, Any]:
    """Everything the record page shows of ``card``.

    ``revealed`` is the full certificate number, in place of the masked one.
    """
    record, key, write = card.record, str(card.record.key), Formatter(get_language())
    line = status_line(card)
    asked = set(card.asked)
    return {
        "anchor": f"record-{record.pk}",
        "status": card.status,
        "frozen": record.frozen_at is not None,
        "withheld": is_withheld(record),
        "school": record.institution.name,
        "level": record.level,
        "entry_year": str(card.entry_year or ""),
        "line": _line(line, write),
        "person": _unasked(card.person, asked, write),
        "certificate": {
            "label": str(card.certificate_label),
            "number": revealed or card.own_certificate,
            "asked": "certificate_number" in asked,
            "revealed": bool(revealed),
        },
        "study": _unasked(card.study, asked, write),
        "dates": _unasked(card.dates, asked, write),
        "photos": [_photo(photo, write, is_withheld(record)) for photo in card.photos],
        "checklist": write.all(card.checklist),
        "english": _english(record, write),
        "ignored": listed(card.ignored),
        "campaign": {"name": card.campaign_name, "ends": write(card.campaign_ends)},
        "given": _given(card.given, write),
        "history": [_happening(one, write) for one in card.history],
        "links": {name: address_of(name, key) for name in _LINKS},
    }


class Formatter:
    """Formats values in one language.

    The language is looked up once: looking it up for each value costs more than formatting
    it.
    """

    def __init__(self, language: str | None) -> None:
        self.language = language

    def __call__(self, value: Value) -> str:
        """A value in the card's format; empty for None."""
        return _day(value, self.language) if isinstance(value, date) else value or ""

    def all(self, values: Mapping[str, Value]) -> dict[str, str]:
        """All ``values`` in the card's format."""
        return {name: self(value) for name, value in values.items()}

    def changed(self, name: str, value: Value) -> str:
        """One side of a change in the card's format; on English pages with its English."""
        text = self(value)
        english = in_english(name, text) if self.language == "en" else ""
        return f"{text} · {english}" if english else text

    def moment(self, moment: datetime) -> str:
        """A moment in local time, to the minute."""
        local = timezone.localtime(moment)
        return _minute(local.replace(second=0, microsecond=0), self.language)


def address_of(name: str, key: str) -> str:
    """The address of the page ``name`` for the object with this key."""
    return _address_for_any(name).replace(str(_ANY_KEY), key)


@lru_cache(maxsize=4096)
def _day(day: date, language: str | None) -> str:
    """A formatted date, cached because formatting one takes longer than a cache hit."""
    return date_format(day, "DATE_FORMAT")


@lru_cache(maxsize=256)
def _minute(moment: datetime, language: str | None) -> str:
    return date_format(moment, "DATETIME_FORMAT")


@lru_cache(maxsize=16)
def _address_for_any(name: str) -> str:
    return reverse(f"enrollment:{name}", args=[_ANY_KEY])


def _english(record: StudentRecord, write: Formatter) -> dict[str, str]:
    """What stands beside the Chinese values on an English page, by field name."""
    if write.language != "en":
        return {}
    return {name: in_english(name, getattr(record, name)) for name in TRANSLATED}


def _line(line: StatusLine, write: Formatter) -> dict[str, Any]:
    dispute, leads_to = line.dispute, line.dispute or line.reply
    return {
        "face": line.face,
        "unexplained": listed(line.unexplained),
        "path": leads_to.path if leads_to else "",
        "until": write.moment(dispute.until) if dispute and dispute.until else "",
    }


def _unasked(values: Mapping[str, Value], asked: set[str], write: Formatter) -> dict[str, str]:
    """The values that are there and not among those to be checked, which stand above."""
    texts = write.all({name: value for name, value in values.items() if name not in asked})
    return {name: text for name, text in texts.items() if text}


def _photo(photo: PhotoSlot, write: Formatter, withheld: bool) -> dict[str, Any]:
    there = photo.key is not None and not withheld
    return {
        "kind": photo.kind,
        "ignored": photo.ignored,
        "src": address_of("photo", photo.key or "") if there else "",
        "action": address_of("photo_answer", photo.key or "") if there else "",
        "width": str(photo.width),
        "height": str(photo.height),
        "added_on": write(photo.added_on),
        "answer": photo.answer,
    }


def _given(given: GivenAnswer | None, write: Formatter) -> dict[str, Any] | None:
    if given is None:
        return None
    return {
        "answer": given.answer,
        "at": write.moment(given.made_at) if given.made_at else "",
        "wrong": listed(given.wrong_labels),
        "changes": [_change(change, write) for change in given.changes],
        "receipt": address_of("receipt", given.key),
    }


def _happening(one: Happening, write: Formatter) -> dict[str, Any]:
    return {
        "on": write(one.on),
        "event": one.event,
        "status_after": one.status_after,
        "note": one.note,
        "change": _change(one.change, write) if one.change else None,
    }


def _change(change: Change, write: Formatter) -> dict[str, Any]:
    return {
        "in_chinese": is_in_chinese(change.field),
        "label": str(change.label),
        "old": write.changed(change.field, change.old_shown),
        "new": write.changed(change.field, change.new_shown),
    }
