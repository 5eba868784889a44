"""``manage.py sms_templates``: template texts to register with providers, and SMS_TEMPLATES."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from delivery.sms.kinds import PARAMETERS, PLACEHOLDERS, provider_template


class Command(BaseCommand):
    """Print the Chinese text of every kind in each provider's syntax, and SMS_TEMPLATES."""

    help = "Print the text of each kind of message in the providers' form, and SMS_TEMPLATES."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the texts and the setting; template ids already set are kept."""
        wanted = [name for name in settings.SMS_PROVIDERS if name in PLACEHOLDERS]
        providers = wanted or list(PLACEHOLDERS)
        for kind in PARAMETERS:
            self.stdout.write(f"{kind}")
            for provider in providers:
                self.stdout.write(f"  {provider}: {provider_template(kind, provider)}")
        known = settings.SMS_TEMPLATES
        ready = {
            kind: {provider: known.get(kind, {}).get(provider, "") for provider in providers}
            | {"params": list(names)}
            for kind, names in PARAMETERS.items()
        }
        self.stdout.write(f"\nSMS_TEMPLATES='{json.dumps(ready, ensure_ascii=False)}'")
