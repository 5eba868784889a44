"""Sealed secrets of second factors, each bound to its account and kind.

django-allauth encrypts a secret before its row is known, and decrypts it without saying which row
it came from. So a new secret is sealed without a row, sealed for its row when it is saved, and
carries the row's context when it is loaded. A value copied into another account's row cannot be
opened there.
"""

from base64 import b64decode, b64encode
from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models.signals import post_init, pre_save

from vault.cipher import seal, unseal

SECRETS = ("secret", "seed")  # of authenticator apps and recovery codes
UNBOUND_CONTEXT = "second-factor"


class BoundSecret(str):
    """The sealed form of a secret, with the context of its row."""

    __slots__ = ("context",)
    context: str


def context_of(user_id: int, kind: str) -> str:
    """The sealing context of this factor's secrets."""
    return f"{UNBOUND_CONTEXT}:{user_id}:{kind}"


def seal_text(text: str, context: str = UNBOUND_CONTEXT) -> str:
    """The sealed form of a secret, as text for a JSON column."""
    return b64encode(seal(text.encode(), context=context)).decode()


def unseal_text(sealed: str) -> str:
    """The secret. Raises UnsealError if it was not sealed for its row."""
    context = sealed.context if isinstance(sealed, BoundSecret) else UNBOUND_CONTEXT
    return unseal(b64decode(sealed), context=context).decode()


def listen() -> None:
    """Bind secrets when rows are saved and loaded."""
    pre_save.connect(_bind, sender=Authenticator, dispatch_uid="factor-seals-bind")
    post_init.connect(_mark, sender=Authenticator, dispatch_uid="factor-seals-mark")


def _bind(instance: Authenticator, **_: Any) -> None:
    context = context_of(instance.user_id, instance.type)
    for name in _secrets_in(instance):
        sealed = instance.data[name]
        if not isinstance(sealed, BoundSecret) or sealed.context != context:
            instance.data[name] = _bound(seal_text(unseal_text(sealed), context), context)


def _mark(instance: Authenticator, **_: Any) -> None:
    if instance.pk is None or instance.get_deferred_fields():
        return
    context = context_of(instance.user_id, instance.type)
    for name in _secrets_in(instance):
        instance.data[name] = _bound(instance.data[name], context)


def _secrets_in(factor: Authenticator) -> list[str]:
    return [name for name in SECRETS if factor.data.get(name)]


def _bound(sealed: str, context: str) -> BoundSecret:
    secret = BoundSecret(sealed)
    secret.context = context
    return secret
