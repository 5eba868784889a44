"""``manage.py sms_templates``: the texts to hand in at the providers, and the setting for them."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from delivery.sms.kinds import PARAMETERS, PLACEHOLDERS, form_of


class Command(BaseCommand):
    """Print every kind with its Chinese text in each provider's form."""

    help = "Print the text of each kind of message in the providers' form, and SMS_TEMPLATES."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print; ids that SMS_TEMPLATES has already are kept."""
        wanted = [name for name in settings.SMS_PROVIDERS if name in PLACEHOLDERS]
        providers = wanted or list(PLACEHOLDERS)
        for kind in PARAMETERS:
            self.stdout.write(f"{kind}")
            for provider in providers:
                self.stdout.write(f"  {provider}: {form_of(kind, provider)}")
        known = settings.SMS_TEMPLATES
        ready = {
            kind: {provider: known.get(kind, {}).get(provider, "") for provider in providers}
            | {"params": list(names)}
            for kind, names in PARAMETERS.items()
        }
        self.stdout.write(f"\nSMS_TEMPLATES='{json.dumps(ready, ensure_ascii=False)}'")
