"""What one page tells on the next ("Saved"), in a sealed cookie: telling it writes no session."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage
from django.core.signing import BadSignature
from django.http import HttpRequest

from vault.cipher import UnsealError, seal, unseal


class _Sealer:
    """Seals the messages for who is signed in; to anybody else they are as good as absent."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    def sign_object(self, messages: list[str], serializer: Any, compress: bool) -> str:
        """The text of the cookie."""
        sealed = seal(serializer().dumps(messages), context=self._context())
        return urlsafe_b64encode(sealed).decode()

    def unsign_object(self, text: str, serializer: Any) -> Any:
        """The messages of a cookie. Raises BadSignature for what was not sealed for this person."""
        try:
            found = unseal(urlsafe_b64decode(text.encode()), context=self._context())
        except (Error, UnsealError) as error:
            raise BadSignature from error
        return serializer().loads(found)

    def _context(self) -> str:
        return f"messages:{self.request.session.get(SESSION_KEY, '')}"


class _SealedCookieStorage(CookieStorage):
    cookie_name = settings.MESSAGES_COOKIE_NAME

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.signer = _Sealer(request)


class MessageStorage(FallbackStorage):
    """In the cookie; what has no room there, in the session."""

    storage_classes = (_SealedCookieStorage, SessionStorage)
