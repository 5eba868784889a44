"""Sealed columns of accounts, for ``rotate_vault``."""

from base64 import b64decode, b64encode
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models.functions import Now

from accounts.models import Session
from accounts.sessions.store import context_of
from accounts.sign_in.factor_seals import SECRETS
from vault.cipher import UnsealError, key_ring
from vault.rotation import register, register_columns, resealed, rows_after


def rotate_factors() -> int:
    """Re-seal the secrets of second factors; returns the number of factors changed."""
    return sum(_rotate_factor(pk) for (pk,) in rows_after(Authenticator))


def rotate_sessions() -> int:
    """Re-seal the data of current sessions; returns the number of sessions changed."""
    living = Session.objects.filter(expire_date__gt=Now())
    return sum(_rotate_session(row) for row in living.iterator())


def _rotate_session(row: Session) -> int:
    try:
        fresh = resealed(b64decode(row.session_data), context_of(row.session_key))
    except (UnsealError, ValueError):
        return 0  # such a session signs in no one anyway
    if fresh is None:
        return 0
    unchanged = Session.objects.filter(pk=row.pk, session_data=row.session_data)
    return unchanged.update(session_data=b64encode(fresh).decode())


@transaction.atomic
def _rotate_factor(pk: int) -> bool:
    factor = Authenticator.objects.select_for_update().filter(pk=pk).first()
    fresh = _fresh_values(factor.data) if factor else {}
    if factor and fresh:
        factor.data = factor.data | fresh
        factor.save(update_fields=["data"])
    return bool(fresh)


def _fresh_values(data: dict[str, Any]) -> dict[str, str]:
    adapter = get_adapter()
    old = {name: data[name] for name in SECRETS if name in data}
    return {
        name: adapter.encrypt(adapter.decrypt(value))
        for name, value in old.items()
        if not key_ring().seals_with_newest(b64decode(value))
    }


register_columns("codes", "accounts.Code", address_sealed="code-address")
register_columns("contact changes", "accounts.ContactChange", old_sealed="contact-change")
register_columns("sources of sign-ins", "accounts.SecurityEvent", source_sealed="event-source")
register_columns("rescues", "accounts.Rescue", contact_sealed="rescue-contact")
register("second factors", "mfa.Authenticator.data", run=rotate_factors)
register("sessions", "accounts.Session.session_data", run=rotate_sessions)
