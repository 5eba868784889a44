"""Check the hash chain over the audit trail."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit import chain
from audit.models import AuditEntry


class Command(BaseCommand):
    """``manage.py verify_audit``: exit status 1 names the first altered entry."""

    help = "Check the hash chain over the audit trail."

    def handle(self, *args: Any, **options: Any) -> None:
        broken = chain.first_broken()
        if broken is not None:
            raise CommandError(f"Entry {broken} has been altered: the chain breaks there.")
        unsealed = AuditEntry.objects.filter(seal__isnull=True).count()
        self.stdout.write(f"The trail is whole ({unsealed} entries not sealed yet).")
