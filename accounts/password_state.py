"""The state of an account's password, to which grants and changes are tied.

A grant or request from before the password was replaced must not change the account afterwards,
so it compares the state it saw with the current one.
"""

from collections.abc import Iterable

from django.db import connection
from django.db.transaction import TransactionManagementError

from accounts.models import User
from accounts.rows import FIELDS, account_from_row
from database.prepared_statements import read_prepared

_LOCKED = f"""
SELECT {", ".join(FIELDS)} FROM accounts_user WHERE id = %s FOR NO KEY UPDATE
"""  # noqa: S608 - names of fields alone


class PasswordReplacedError(Exception):
    """The password was replaced since the account was loaded or the grant was issued."""


def password_state(account: User) -> str:
    """A keyed digest of the password hash; it differs for every new password."""
    return account.get_session_auth_hash()


def lock_account(pk: int) -> User:
    """The account, locked until the transaction ends; taken by every change of its access.

    Raises User.DoesNotExist, and TransactionManagementError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("an account is locked in a transaction")
    for row in read_prepared(_LOCKED, [pk]):
        return account_from_row(row)
    raise User.DoesNotExist


def lock_undeleted(pk: int) -> User | None:
    """The account, locked until the transaction ends; None if it was deleted meanwhile."""
    return User.objects.select_for_update(no_key=True).filter(pk=pk, deleted_at=None).first()


def lock_accounts(pks: Iterable[int]) -> list[User]:
    """The accounts, locked until the transaction ends, in the order that avoids deadlocks."""
    return list(User.objects.select_for_update(no_key=True).filter(pk__in=pks).order_by("pk"))


def lock_unchanged(account: User) -> User:
    """Lock ``account``. Raises PasswordReplacedError if its password was replaced meanwhile."""
    locked = lock_account(account.pk)
    if locked.password != account.password:
        raise PasswordReplacedError
    return locked
