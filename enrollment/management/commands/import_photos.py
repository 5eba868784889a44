"""Import a ZIP of photographs from the command line."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from tqdm import tqdm

from enrollment.files.faults import FileFault, FileFaultError
from enrollment.models import Institution, PhotoKind
from enrollment.photos.archive import PhotoTally
from enrollment.photos.direct_import import import_zip

EXIT_INCOMPLETE, EXIT_REFUSED = 1, 2


class Command(BaseCommand):
    """Exit status: 0 all imported, 1 some refused (and listed), 2 the file was refused."""

    help = "Take the photographs of a ZIP, named by certificate, candidate or student number."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the command's arguments."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--institution", metavar="CODE", required=True)
        parser.add_argument("--kind", choices=PhotoKind.values, default=PhotoKind.ADMISSION.value)

    def handle(self, *, file: Path, institution: str, kind: str, **options: Any) -> None:
        """Raises CommandError with the exit status described above."""
        school = Institution.objects.filter(code=institution).first()
        if school is None:
            error = FileFaultError(FileFault.UNKNOWN_INSTITUTION, f"[{institution}]")
            raise CommandError(error.message, returncode=EXIT_REFUSED)
        try:
            with file.open("rb") as source, tqdm(file=sys.stderr, disable=None) as bar:
                tally = import_zip(
                    institution=school,
                    kind=PhotoKind(kind),
                    file_name=file.name,
                    source=source,
                    report=lambda done: (bar.update(done - bar.n), None)[1],
                )
        except FileFaultError as error:
            raise CommandError(error.message, returncode=EXIT_REFUSED) from error
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}", returncode=EXIT_REFUSED) from error
        for line in _told(tally):
            self.stdout.write(line)
        if tally.refused:
            message = _("%(number)s entries were not imported") % {"number": len(tally.refused)}
            raise CommandError(message, returncode=EXIT_INCOMPLETE)


def _told(tally: PhotoTally) -> Iterator[str]:
    """The lines that say what was imported, and which entries were not."""
    yield _("%(number)s photos imported") % {"number": tally.stored}
    if tally.replaced:
        words = _("%(number)s of them have replaced an earlier photo")
        yield words % {"number": tally.replaced}
    if tally.same:
        yield _("%(number)s photos are the same as before") % {"number": tally.same}
    if tally.ignored:
        words = _("%(number)s files of the operating system were ignored: %(names)s")
        names = "、".join(sorted(set(tally.ignored))[:10])
        yield words % {"number": len(tally.ignored), "names": names}
    for name, fault in tally.refused:
        yield f"{name}: {fault.label}"
