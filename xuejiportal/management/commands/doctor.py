"""Examine a deployment and say what to do."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from xuejiportal.monitoring.examination import examine_deployment


class Command(BaseCommand):
    """Prints a line for each finding, with the remedy where something is amiss."""

    help = "Examine settings, servers, storage, clock, TLS, mail, SMS and workers."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError when something is amiss."""
        faults = 0
        for finding in examine_deployment():
            mark = self.style.SUCCESS("ok") if finding.is_well else self.style.ERROR("!!")
            self.stdout.write(f"{mark}  {finding.name}: {finding.told}")
            faults += not finding.is_well
            if finding.advice and not finding.is_well:
                self.stdout.write(f"      {finding.advice}")
        if faults:
            raise CommandError(f"{faults} findings need attention.")
