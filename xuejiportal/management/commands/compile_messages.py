"""Compile the translations with Babel, without GNU gettext."""

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Writes each django.mo that is older than its django.po."""

    help = "Compile translations whose catalogue has changed."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Compile the outdated catalogues."""
        for directory in settings.LOCALE_PATHS:
            for source in sorted(Path(directory).glob("*/LC_MESSAGES/django.po")):
                target = source.with_suffix(".mo")
                if not _is_current(target, source):
                    _compile(source, target)
                    self.stdout.write(f"Compiled {target.relative_to(directory)}")


def _is_current(target: Path, source: Path) -> bool:
    return target.exists() and target.stat().st_mtime >= source.stat().st_mtime


def _compile(source: Path, target: Path) -> None:
    with source.open("rb") as catalogue:
        messages = read_po(catalogue, locale=source.parts[-3])
    fresh = target.with_suffix(".mo.new")
    with fresh.open("wb") as compiled:
        write_mo(compiled, messages)
    fresh.rename(target)  # atomic: a reader sees the old file or the new one
