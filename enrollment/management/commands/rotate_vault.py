"""Seal all personal data with the newest key."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts.rotation import rotate_factors
from enrollment.reporting.rotation import rotate_reports, rotate_signing_keys
from enrollment.rotation import rotate_before_images, rotate_photos, rotate_records


class Command(BaseCommand):
    """Put the new key first in VAULT_KEYS, restart, run this; leave the old key behind it.

    What people wrote (reports, disputes, evidence, corrections) is not sealed anew.

    It can be stopped and run again at any time, and the portal works meanwhile.
    """

    help = "Seal personal data and the secrets of second factors with the first key of VAULT_KEYS."

    def handle(self, **options: Any) -> None:
        """Prints how many of each were sealed anew."""
        for name, rotate in (
            ("records", rotate_records),
            ("records kept for undo", rotate_before_images),
            ("photos", rotate_photos),
            ("signing keys", rotate_signing_keys),
            ("status reports", rotate_reports),
            ("second factors", rotate_factors),
        ):
            self.stdout.write(f"{rotate(lambda done: None)} {name}")
