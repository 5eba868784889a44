"""System checks at the start of production processes.

``manage.py`` runs the checks before each command; web servers and workers load the application
without it, so this module runs them.
"""

from typing import Any

from django.conf import settings
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured


def refuse_unfit_production(**kwargs: Any) -> None:
    """Raise ImproperlyConfigured listing every failed check, such as a fake SMS provider.

    Accepts and ignores the arguments of a Celery signal.
    """
    if not settings.PRODUCTION:
        return
    serious = [message for message in run_checks() if message.is_serious()]
    if serious:
        raise ImproperlyConfigured("\n".join(str(message) for message in serious))
