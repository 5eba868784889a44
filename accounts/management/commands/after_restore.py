"""Make a restored backup safe to start."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from accounts.privacy.after_restore import after_restore


class Command(BaseCommand):
    """Run once after a restore, before web, workers and beat start: see docs/operations.md."""

    help = "After a backup was restored: void codes, end sessions, send nothing twice."

    def handle(self, **options: Any) -> None:
        """Print how many of each kind were closed, and whose rights to review.

        Raises CommandError if the keys do not fit the backup.
        """
        try:
            restored = after_restore()
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        self.stdout.write("The keys fit the backup.")
        for kind, number in restored.counts.items():
            self.stdout.write(f"{number} {LABELS.get(kind, kind)}")
        self.stdout.write(REVIEW)
        for grant in restored.grants:
            name = grant.user.username or f"account {grant.user_id}"
            self.stdout.write(f"  {grant.role}: {name}, since {grant.granted_at:%Y-%m-%d}")


LABELS = {
    "codes": "codes void",
    "sessions": "sessions ended",
    "messages": "messages to be looked up",
    "deletions": "deletions begun again, owners told",
    "rescues": "account recoveries begun again, old contacts told",
    "staff_codes": "set-up codes void",
    "recovery_codes": "accounts whose recovery codes are void, owners told",
    "reports": "signed reports revoked, their holders told",
    "claim_alerts": "claims told once more to the phones that schools know",
    "dispute_objections": "holders in disputes told once more that they may object",
    "tokens": "import tokens revoked",
    "appointments": "appointments withdrawn",
    "rule_changes": "looser rules that waited for a second registrar refused",
    "imports": "publications that were under way wait for a registrar again",
    "photo_imports": "imports of photographs that were under way wait for a registrar again",
    "assist_codes": "codes for help face to face void",
}
REVIEW = (
    "The backup does not know what was withdrawn since: roles, second factors, passwords.\n"
    "Review everybody who works here; withdraw what no longer holds (the list is in the trail):"
)
