"""The privacy notices in all versions: ``texts/<purpose>-<version>.toml``.

A published file is never changed: a new text is a new file with the next number, and everyone is
asked again. Files are cached, so that no page queries the database for them.
"""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import Purpose

DIRECTORY = Path(__file__).resolve().parent / "texts"


@dataclass(frozen=True)
class Notice:
    """One version in one language; ``short`` holds its main points, ``body`` is Markdown."""

    purpose: Purpose
    version: int
    published: date
    title: str
    short: list[tuple[str, str]]
    body: str


def current_version(purpose: Purpose) -> int:
    """The number of the current version."""
    return max(_versions(purpose))


def find_notice(purpose: Purpose, version: int | None = None) -> Notice | None:
    """A version in the language of the page, by default the current one; None if unknown."""
    number = current_version(purpose) if version is None else version
    text = _versions(purpose).get(number)
    if text is None:
        return None
    spoken = text["en"] if (get_language() or "").startswith("en") else text["zh-hans"]
    return Notice(
        purpose,
        number,
        text["published"],
        spoken["title"],
        [(name, _filled(words)) for name, words in spoken["short"]],
        _filled(spoken["body"]),
    )


def current_notice(purpose: Purpose) -> Notice:
    """The current version, in the language of the page."""
    found = find_notice(purpose)
    assert found is not None  # noqa: S101 - ``_versions`` names it
    return found


def read_versions(purpose: Purpose, directory: Path) -> dict[int, dict[str, Any]]:
    """All versions in ``directory``, by number."""
    return {
        int(path.stem.rpartition("-")[2]): tomllib.loads(path.read_text(encoding="utf-8"))
        for path in directory.glob(f"{purpose.value}-*.toml")
    }


@cache
def _versions(purpose: Purpose) -> dict[int, dict[str, Any]]:
    return read_versions(purpose, DIRECTORY)


def _filled(words: str) -> str:
    return words.format(
        processor=settings.DATA_PROCESSOR or settings.SITE_NAME,
        contact=settings.PRIVACY_CONTACT or _("the registrar of your school"),
        unactivated=settings.UNACTIVATED_DAYS,
        days=settings.DELETION_DAYS,
        facts=settings.FACTS_DAYS,
        ended=settings.ENDED_DAYS,
    )
