"""Load the ministry's list of institutions."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from enrollment.files.faults import FileFaultError
from enrollment.files.readers import open_table
from enrollment.institutions.ministry_list import read_institutions
from enrollment.models import Institution

STATED = ["name", "national_code", "authority", "location", "level", "remark"]


class Command(BaseCommand):
    """Adds new institutions and updates known ones; settings made in the portal are kept."""

    help = "Load institutions from the ministry's list (XLS, XLSX or CSV)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the command's arguments."""
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **options: Any) -> None:
        """Raises CommandError for a file that cannot be read or names no institution."""
        try:
            with file.open("rb") as source:
                table = open_table(source, file.name)
                institutions = list(read_institutions(table))
                table.close()
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        except FileFaultError as error:
            raise CommandError(error.message) from error
        if not institutions:
            raise CommandError("The file names no institution.")
        Institution.objects.bulk_create(
            institutions, update_conflicts=True, unique_fields=["code"], update_fields=STATED
        )
        self.stdout.write(f"{len(institutions)} institutions")
