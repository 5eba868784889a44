"""Accounts from the rows of prepared statements."""

from collections.abc import Sequence
from typing import Any

from accounts.models import User
from database.prepared_statements import model_from_row

FIELDS = [field.attname for field in User._meta.concrete_fields]  # noqa: SLF001 - Django's API


def account_from_row(row: Sequence[Any], *more: str) -> User:
    """The account in a row of ``FIELDS``, followed by what becomes the attributes ``more``."""
    account = model_from_row(User, [*FIELDS, *more], row)
    if account.phone is not None:
        account.phone = account.phone  # converts the text to a PhoneNumber
    return account
