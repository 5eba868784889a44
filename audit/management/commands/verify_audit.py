"""Verify the hash chain over the audit trail."""

from argparse import ArgumentParser, FileType
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit import chain
from audit.anchors import anchors_in
from audit.models import AuditAnchor, AuditEntry


class Command(BaseCommand):
    """``manage.py verify_audit``: fails with the first altered or missing entry.

    The chain is compared with the anchors in the database and, with ``--anchors``,
    with those in a log or an e-mail kept elsewhere, since entries and anchors could
    have been removed from the database together.
    """

    help = "Check the hash chain over the audit trail, and compare it with its anchors."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """``--anchors``: a file of lines that may hold anchors."""
        parser.add_argument(
            "--anchors",
            type=FileType(encoding="utf-8", errors="replace"),
            help="a log or letter with audit-anchor lines; - for standard input",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError for an altered trail, or a file without an anchor."""
        anchors = list(AuditAnchor.objects.all())
        if options["anchors"]:
            outside = anchors_in(options["anchors"])
            if not outside:
                raise CommandError("The file holds no audit-anchor line.")
            anchors += outside
        broken = chain.first_broken(anchors)
        if broken is not None:
            raise CommandError(
                f"Entry {broken} has been altered or removed: the chain breaks there."
            )
        unsealed = AuditEntry.objects.filter(seal__isnull=True).count()
        self.stdout.write(
            f"The trail is whole ({unsealed} entries not sealed yet, {len(anchors)} anchors fit)."
        )
