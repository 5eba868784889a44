"""Finding the member of staff, or the account, that an auditor asks about."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.identifiers.services import owner_of, parse
from accounts.models import User

UNKNOWN = _("No account has this contact or name.")
MAX_FOUND = 20  # people who fit a search


def find_accounts(typed: str) -> list[User]:
    """The account with this contact or username, else the staff whose name begins so.

    Dismissed staff are found too: they keep their names. Raises ValidationError when nobody fits.
    """
    account = _account_with(typed)
    found = [account] if account else _staff_named(typed)
    if not found:
        raise ValidationError(UNKNOWN)
    return found


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
