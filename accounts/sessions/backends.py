"""Loading of accounts: for a session, and by phone at sign-in."""

from collections.abc import Sequence
from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.http import HttpRequest

from accounts.models import User
from accounts.rows import FIELDS, account_from_row
from database.prepared_statements import read_prepared

ACCOUNT_WIDTH = len(FIELDS) + 2
# Everything that each page shows of an account. Roles are read on each request, so that
# withdrawing one takes effect on the next (T19). The account's key is appended.
ACCOUNT_SQL = f"""
SELECT {", ".join(f"u.{name}" for name in FIELDS)},
  ARRAY(SELECT g.role FROM accounts_rolegrant g WHERE g.user_id = u.id) AS granted_roles,
  (SELECT count(*) FROM accounts_notice n
    WHERE n.account_id = u.id AND n.read_at IS NULL) AS unread_notices
FROM accounts_user u WHERE u.id ="""


def account_from(row: Sequence[Any]) -> User:
    """The account in a row of ``ACCOUNT_SQL``, with roles and unread notices."""
    return account_from_row(row, "granted_roles", "unread_notices")


def account_with_roles(pk: int) -> User:
    """The account as it is now, with roles and unread notices."""
    [row] = read_prepared(f"{ACCOUNT_SQL} %s", [pk])
    return account_from(row)


class PortalBackend(AuthenticationBackend):
    """Loads an account together with its roles and the number of unread notices."""

    def _authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        self._refused: set[int] = set()
        found: User | None = super()._authenticate(request, **credentials)
        return found

    def _check_password(self, user: User | None, password: str) -> User | None:
        """The user if the password is right; each account is checked once.

        Checking an account found in two ways twice would show in the response time (T4).
        """
        if user is None or user.pk in self._refused:
            return None
        found: User | None = super()._check_password(user, password)
        if found is None:
            self._refused.add(user.pk)
        return found

    def get_user(self, user_id: Any) -> User | None:
        """The active account with this key and its roles; None if there is none."""
        rows = read_prepared(f"{ACCOUNT_SQL} %s", [int(user_id)])
        user = account_from(rows[0]) if rows else None
        return user if user is not None and self.user_can_authenticate(user) else None

    def _authenticate_by_phone(self, phone: str, password: str) -> User | None:
        """The account with the confirmed ``phone`` (E.164), if the password fits (guide row 14)."""
        owner = User.objects.filter(phone=phone, phone_confirmed_at__isnull=False).first()
        return self._check_password(owner, password)
