"""Sign status reports with a key from a certificate authority."""

import sys
from argparse import ArgumentParser
from getpass import getpass
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from enrollment.models import Institution
from enrollment.status_reports.signing import UnfitKeyError, fingerprint, import_key


class Command(BaseCommand):
    """Imports a key; the password is prompted for or read from standard input.

    It is never an argument, because other users of the machine can read a command line.
    """

    help = "Take a key and its certificates (PKCS #12) that an institution signs reports with."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the command's arguments."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--institution", metavar="CODE", required=True)

    def handle(self, *, file: Path, institution: str, **options: Any) -> None:
        """Raises CommandError when the file or the institution is not accepted."""
        school = Institution.objects.filter(code=institution).first()
        if school is None:
            raise CommandError(_("This institution code is not known here."))
        password = getpass() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
        try:
            key = import_key(institution=school, pkcs12_file=file.read_bytes(), password=password)
        except (UnfitKeyError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(fingerprint(bytes(key.certificate)))
