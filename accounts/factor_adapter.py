"""How the portal keeps and names second factors, on top of django-allauth's."""

from base64 import b64decode, b64encode
from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser

from vault.cipher import seal, unseal

# django-allauth tells neither the account nor the kind of secret.
CONTEXT = "second-factor"


class FactorAdapter(DefaultMFAAdapter):
    """Seals the secrets of authenticator apps and recovery codes (T13)."""

    def encrypt(self, text: str) -> str:
        """The sealed form of a secret, fit for a JSON column."""
        return b64encode(seal(text.encode(), context=CONTEXT)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The secret again. Raises UnsealError for one that this portal did not seal."""
        return unseal(b64decode(encrypted_text), context=CONTEXT).decode()

    def _get_site_name(self) -> str:
        return str(settings.SITE_NAME)

    def get_public_key_credential_user_entity(self, user: AbstractBaseUser) -> dict[str, Any]:
        """Shown by the device when it asks which passkey to use: an address, never a number."""
        entity: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        return entity | {"display_name": entity["name"]}
