"""Sessions of the portal."""

from importlib import import_module

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models


class Session(AbstractBaseSession):
    """A browser session: Django's columns, and the signed-in account.

    ``session_key`` is a keyed hash of the key in the browser's cookie, so a copy of the table
    opens no session. Device and network are sealed in ``session_data``.
    """

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="sessions"
    )

    class Meta(AbstractBaseSession.Meta):  # type: ignore[name-defined]
        abstract = False

    def __str__(self) -> str:
        return f"session of account {self.account_id}"

    @classmethod
    def get_session_store_class(cls) -> type:
        """The store that reads and writes these rows."""
        store: type = import_module(settings.SESSION_ENGINE).SessionStore
        return store
