"""Finding the member of staff, or the account, that an auditor asks about."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.identifiers.services import owner_of, parse
from accounts.models import User
from delivery.masking import masked_email, masked_phone

UNKNOWN = _("No account has this contact or name.")
MAX_FOUND = 20  # people who fit a search


def find_accounts(typed: str) -> list[User]:
    """The account with this contact or username, and the staff whose name begins so.

    Dismissed staff are found too: they keep their names. Raises ValidationError when nobody fits.
    """
    account = _account_with(typed)
    named = [one for one in _staff_named(typed) if one != account]
    if account is None and not named:
        raise ValidationError(UNKNOWN)
    return [account, *named] if account else named


def told_apart(account: User) -> str:
    """What tells ``account`` from others of its name: username, else a contact, masked."""
    if account.username:
        return account.username
    if account.email:
        return masked_email(account.email)
    return masked_phone(str(account.phone)) if account.phone else ""


def _account_with(typed: str) -> User | None:
    try:
        owner = owner_of(parse(typed))
    except ValidationError:  # neither a contact nor a username: a name
        return None
    return owner.account if owner else None


def _staff_named(typed: str) -> list[User]:
    # The first condition is that of the index on names.
    staff = User.objects.exclude(staff_name="").prefetch_related("role_grants")
    return list(staff.filter(staff_name__startswith=typed).order_by("staff_name", "pk")[:MAX_FOUND])
