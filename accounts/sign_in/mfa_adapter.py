"""The portal's storage and naming of second factors, as hooks of django-allauth."""

from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser

from accounts.sign_in.factor_seals import seal_text, unseal_text


class FactorAdapter(DefaultMFAAdapter):
    """Seals the secrets of authenticator apps and recovery codes (T13)."""

    def encrypt(self, text: str) -> str:
        """The sealed form of a secret, as text for a JSON column."""
        return seal_text(text)

    def decrypt(self, encrypted_text: str) -> str:
        """The secret. Raises UnsealError if it was not sealed for its row."""
        return unseal_text(encrypted_text)

    def _get_site_name(self) -> str:
        return str(settings.SITE_NAME)

    def get_public_key_credential_user_entity(self, user: AbstractBaseUser) -> dict[str, Any]:
        """The name that a device shows for a passkey: an e-mail address, never a number."""
        entity: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        return entity | {"display_name": entity["name"]}
