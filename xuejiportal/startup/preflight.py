"""System checks at the start of production processes.

``manage.py`` runs the checks before each command; web servers and workers load the application
without it, so this module runs them.
"""

import logging
import os
import pwd
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import Tags, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection

logger = logging.getLogger(__name__)


def refuse_unfit_production(**kwargs: Any) -> None:
    """Raise ImproperlyConfigured listing every failed check, such as a fake SMS provider.

    Accepts and ignores the arguments of a Celery signal.
    """
    if not settings.PRODUCTION:
        return
    refuse_other_account()
    _refuse(run_checks())
    _check_keys()


def refuse_web_without_static_files() -> None:
    """Raise ImproperlyConfigured where the pages would lack their style sheets."""
    if settings.PRODUCTION:
        _refuse(run_checks(tags=[Tags.staticfiles], include_deployment_checks=True))


def refuse_other_account() -> None:
    """Raise ImproperlyConfigured for an account that does not own ``VAR_DIR``.

    Root would leave files there that the services cannot change; every other account
    fails at the first file that it writes.
    """
    if not settings.PRODUCTION:
        return
    place = Path(settings.VAR_DIR)
    if not place.is_dir():
        raise ImproperlyConfigured(
            f"VAR_DIR={place} is missing. Make it for the account of the service: "
            f"install -d -o xuejiportal -m 750 {place}"
        )
    owner = place.stat().st_uid
    if owner != os.geteuid():
        raise ImproperlyConfigured(
            f"VAR_DIR={place} belongs to {_account(owner)}, and this is {_account(os.geteuid())}. "
            "Run commands with: sudo deploy/portal COMMAND"
        )


def _check_keys() -> None:
    """Refuse keys that do not fit the database; keep marks of those that do.

    A database that cannot be reached or has no such table yet is no reason to refuse.
    """
    from vault.key_checks import has_marks, record_keys, refuse_wrong_keys  # needs loaded apps

    try:
        if not has_marks():
            _refuse_keys_of_another_registry()
        refuse_wrong_keys()
        record_keys()
    except DatabaseError as error:
        logger.warning("The keys were not compared: %s", type(error).__name__)
    finally:
        if not connection.in_atomic_block:
            connection.close()


def _refuse_keys_of_another_registry() -> None:
    """Before the first marks are kept, the newest record shows whether the keys are right."""
    from enrollment.lookup_rotation import registry_is_current
    from enrollment.models import StudentRecord
    from vault.cipher import UnsealError

    if not StudentRecord.objects.exists():
        return
    try:
        if not registry_is_current():
            raise ImproperlyConfigured("LOOKUP_KEY is not the key by which records are found.")
    except UnsealError as error:
        raise ImproperlyConfigured("VAULT_KEYS lacks the key that sealed the records.") from error


def _refuse(messages: list[Any]) -> None:
    serious = [message for message in messages if message.is_serious()]
    if serious:
        raise ImproperlyConfigured("\n".join(str(message) for message in serious))


def _account(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:  # a container's number without a name
        return f"account {number}"
