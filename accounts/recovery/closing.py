"""Closing codes and grants that were issued before."""

from datetime import datetime

from accounts.codes import services as codes
from accounts.models import User
from accounts.signals import entrances_closed


def close_entrances(*, account: User, since: datetime | None = None) -> None:
    """Close every code of ``account``; each app closes its own grants.

    Call inside the transaction that replaces the password, which ends sessions and the grants
    tied to it. ``since``: the time from which an intruder may have acted as the owner.
    """
    codes.close_all(account=account)
    entrances_closed.send(User, account=account, since=since)
