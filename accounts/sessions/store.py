"""Sealed sessions in the database, read in one query with their account.

A session holds pending work: a second factor not yet confirmed, text not yet sent, the address of
a sign-up. A dump of the table reveals none of it (T13): it holds a keyed hash of each session
key, never the cookie's value, and the sealed data can only be opened in its own row.

The session's signed data remains the authority on its account: what was read in the same query is
used only if it agrees (``account_of_session``).
"""

from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, cached_property
from typing import Any

from django.conf import settings
from django.contrib.auth import (
    BACKEND_SESSION_KEY,
    HASH_SESSION_KEY,
    SESSION_KEY,
    get_user,
)
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import VALID_KEY_CHARS, UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.db.models.functions import Now
from django.http import HttpRequest
from django.urls import reverse
from django.utils.crypto import constant_time_compare, get_random_string
from django.utils.functional import SimpleLazyObject

from accounts.models import Session, User
from accounts.sessions.backends import ACCOUNT_SQL, ACCOUNT_WIDTH, account_from
from database.prepared_statements import read_prepared
from database.unavailable import is_database_away
from vault.cipher import UnsealError, seal, unseal
from vault.lookup import keyed_hash

_SELECT = f"""
SELECT s.session_data, extract(epoch FROM statement_timestamp())::bigint, a.*{{columns}}
FROM accounts_session s
LEFT JOIN LATERAL ({ACCOUNT_SQL} s.account_id) a ON true
{{along}}
WHERE s.session_key = %s AND s.expire_date > now()
"""
SESSION_SQL = _SELECT.format(columns="", along="")


@dataclass(frozen=True)
class ReadAlong:
    """Extra rows for one page, read in the same query as the session.

    ``sql`` selects them, with ``{account}`` for the account's key; ``params`` returns its
    parameters for each request.
    """

    sql: str
    params: Callable[[], list[Any]]

    @cached_property
    def session_sql(self) -> str:
        """The query for session, account and these rows."""
        along = self.sql.format(account="s.account_id")
        return _SELECT.format(columns=", p.*", along=f"LEFT JOIN LATERAL ({along}) p ON true")


_read_along: dict[str, ReadAlong] = {}


def register_read_along(page: str, along: ReadAlong) -> None:
    """Read ``along`` for the page with this name; call it in ``AppConfig.ready``."""
    _read_along[page] = along


@cache
def _along_by_path() -> dict[str, ReadAlong]:
    return {reverse(page): along for page, along in _read_along.items()}


class SessionStore(DatabaseSessionStore):
    """Django's session store; ``account`` is the signed-in account, if it was read along."""

    account: User | None = None
    read_at: int | None = None  # by the database's clock, in seconds since the epoch
    along: ReadAlong | None = None
    rows_along: list[tuple[Any, ...]] | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """The model of sessions."""
        return Session

    def load(self) -> dict[str, Any]:
        """The session's data; an expired or unknown session is empty and gets a new key."""
        rows = self._read() if self.session_key else []
        if not rows:
            self._session_key = None
            return {}
        data, self.read_at, *account = rows[0][: 2 + ACCOUNT_WIDTH]
        if account[0] is not None:
            self.account = account_from(account)
            if self.along is not None:
                tails = (row[2 + ACCOUNT_WIDTH :] for row in rows)
                self.rows_along = [tail for tail in tails if tail[0] is not None]
        return self.decode(data)

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """The row for ``data``, under the hash of the key."""
        self._get_or_create_session_key()  # type: ignore[attr-defined]
        return Session(
            session_key=self.handle,
            session_data=self.encode(data),
            expire_date=Now() + timedelta(seconds=self.get_expiry_age()),
            account_id=data.get(SESSION_KEY),
        )

    def save(self, must_create: bool = False) -> None:
        """Keep the session. Raises UpdateError where it has ended meanwhile.

        Django's says so of a lost connection, too: the person would be told of a bad request.
        """
        try:
            super().save(must_create)
        except UpdateError as error:
            away = error.__context__
            if away and is_database_away(away):
                raise away from away.__cause__
            raise

    def _get_new_session_key(self) -> str:
        """A random key; if a session has it, the database refuses it and another is tried.

        Django's asks beforehand, a query at each sign-in, whether it is free.
        """
        return get_random_string(32, VALID_KEY_CHARS)

    def cycle_key(self) -> None:
        """Give the session a new key; one that has none yet gets it when it is stored."""
        if self.session_key:
            super().cycle_key()

    def exists(self, session_key: str) -> bool:
        """Whether a session with this key exists."""
        return bool(super().exists(handle_of(session_key)))

    def delete(self, session_key: str | None = None) -> None:
        """End the session with this key, or this one."""
        key = session_key or self.session_key
        if key:
            Session.objects.filter(pk=handle_of(key)).delete()

    def encode(self, session_dict: dict[str, Any]) -> str:
        """The sealed form of the signed session data, as text."""
        signed: str = super().encode(session_dict)
        return b64encode(seal(signed.encode(), context=context_of(self.handle))).decode()

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        """The session data; empty if it is not sealed with a key of the portal."""
        return self.decode_row(self.handle, session_data)

    @property
    def handle(self) -> str:
        """The hash under which this session is stored; it cannot open the session."""
        return handle_of(self.session_key or "")

    @classmethod
    def decode_row(cls, handle: str, session_data: bytes | str) -> dict[str, Any]:
        """The data of the row ``handle``; empty if it cannot be unsealed."""
        try:
            signed = unseal(b64decode(session_data), context=context_of(handle)).decode()
        except (UnsealError, ValueError):
            return {}
        decoded: dict[str, Any] = DatabaseSessionStore.decode(cls(), signed)
        return decoded

    def _read(self) -> list[tuple[Any, ...]]:
        if self.along is None:
            return read_prepared(SESSION_SQL, [self.handle])
        return read_prepared(self.along.session_sql, [*self.along.params(), self.handle])


def handle_of(session_key: str) -> str:
    """The keyed hash of a session key: 40 hexadecimal digits, the width of the column."""
    return keyed_hash("session-key", session_key).hex()[:40]


def context_of(handle: str) -> str:
    """The sealing context of the row ``handle``."""
    return f"session:{handle}"


class SignedInMiddleware(AuthenticationMiddleware):
    """Django's, but uses the account that was read with the session."""

    def process_request(self, request: HttpRequest) -> None:
        """Set ``request.user``; nothing is read before it is used."""
        super().process_request(request)
        request.session.along = _along_by_path().get(request.path_info)  # type: ignore[attr-defined]
        request.user = SimpleLazyObject(lambda: _current_user(request))  # type: ignore[assignment]


def _current_user(request: HttpRequest) -> User | AnonymousUser:
    # Replaces the lazy object, which costs time on every access.
    request.user = account_of_session(request) or get_user(request)
    return request.user


def rows_along(request: HttpRequest, account: User) -> list[tuple[Any, ...]] | None:
    """The rows read along for ``account``; None if its page has to query them."""
    session = request.session
    if getattr(session, "account", None) is not account:
        return None
    rows: list[tuple[Any, ...]] | None = getattr(session, "rows_along", None)
    return rows


def account_of_session(request: HttpRequest) -> User | None:
    """The account read along, if the session's signed data names it and it is active."""
    session = request.session
    named = session.get(SESSION_KEY)  # loads the session, and the account with it
    account: User | None = getattr(session, "account", None)
    if account is None or not account.is_active or named != str(account.pk):
        return None
    if session.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return None
    agreed = session.get(HASH_SESSION_KEY) or ""
    if not constant_time_compare(agreed, account.get_session_auth_hash()):
        return None  # password changed elsewhere: fall back to Django's check
    return account
