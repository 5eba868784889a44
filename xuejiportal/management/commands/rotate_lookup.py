"""Replace every hash made with an earlier LOOKUP_KEY."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from audit.services import record_action
from enrollment.lookup_rotation import registry_is_current
from vault.key_checks import record_keys, refuse_wrong_keys
from vault.lookup_rotation import rotate


class Command(BaseCommand):
    """Stop web, workers and beat, set LOOKUP_KEY=new,old, run this, remove the old key, start.

    An interrupted run continues when the command is run again. Until it has finished nothing else
    starts, because the checks reject two look-up keys.
    """

    help = "Hash everything that is found by LOOKUP_KEY with its first key; the portal is stopped."
    requires_system_checks = ()

    def handle(self, **options: Any) -> None:
        """Rotate the hashes and print their numbers. Raises CommandError without an old key."""
        if not settings.EARLIER_LOOKUP_KEYS:
            raise CommandError("Set LOOKUP_KEY=new,old first: the old key is needed once more.")
        try:
            refuse_wrong_keys(rotates=True)
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        if registry_is_current():
            record_keys()
            self.stdout.write("The registry is found by the new key: take the old one away.")
            return
        told = {}
        for name, touched in rotate(settings.EARLIER_LOOKUP_KEYS):
            if touched:
                told[name] = touched
                self.stdout.write(f"{touched} {name}")
        record_keys()
        record_action(action="portal.rotate_lookup", actor_id=None, detail=told)
        self.stdout.write("Done: take the old key away and start the portal.")
