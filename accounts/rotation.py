"""Seal the secrets of second factors with the newest key, so that an old one can go."""

from base64 import b64decode
from collections.abc import Callable
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.db import transaction

from vault.cipher import key_ring

SEALED = ("secret", "seed")  # of an authenticator app, and of recovery codes


def rotate_factors(report: Callable[[int], None]) -> int:
    """Seal the secrets anew; how many factors were touched. Raises vault.cipher.UnsealError."""
    touched = 0
    for pk in Authenticator.objects.order_by("pk").values_list("pk", flat=True):
        touched += _rotate(pk)
        report(touched)
    return touched


@transaction.atomic
def _rotate(pk: int) -> int:
    factor = Authenticator.objects.select_for_update().filter(pk=pk).first()
    fresh = _fresh_values(factor.data) if factor else {}
    if factor and fresh:
        factor.data = factor.data | fresh
        factor.save(update_fields=["data"])
    return bool(fresh)


def _fresh_values(data: dict[str, Any]) -> dict[str, str]:
    adapter = get_adapter()
    old = {name: data[name] for name in SEALED if name in data}
    return {
        name: adapter.encrypt(adapter.decrypt(value))
        for name, value in old.items()
        if not key_ring().seals_with_newest(b64decode(value))
    }
