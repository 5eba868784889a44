"""The state of an account's password, to which grants and changes are tied.

A grant or a request that began before the password was replaced must not
change the account afterwards: it compares the state it saw with the current one.
"""

from accounts.models import User


class PasswordReplacedError(Exception):
    """The password was replaced since the account was loaded or the grant was given."""


def password_state(account: User) -> str:
    """A keyed digest of the password hash; every new password gives another one."""
    return account.get_session_auth_hash()


def lock_account(pk: int) -> User:
    """The account, locked until the transaction ends; every change of a way in takes this lock."""
    return User.objects.select_for_update(no_key=True).get(pk=pk)


def lock_unchanged(account: User) -> User:
    """Lock ``account``. Raises PasswordReplacedError if its password was replaced meanwhile."""
    locked = lock_account(account.pk)
    if locked.password != account.password:
        raise PasswordReplacedError
    return locked
