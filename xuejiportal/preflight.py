"""Production does not start unless its system checks pass.

``manage.py`` runs the checks before each command; a web server or a worker
loads the application without it, so the same is done for them here.
"""

from typing import Any

from django.conf import settings
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured


def refuse_unfit_production(**kwargs: Any) -> None:
    """Raise ImproperlyConfigured with every error, such as SMS that only pretends to be sent.

    Takes and ignores what a Celery signal passes.
    """
    if not settings.PRODUCTION:
        return
    serious = [message for message in run_checks() if message.is_serious()]
    if serious:
        raise ImproperlyConfigured("\n".join(str(message) for message in serious))
