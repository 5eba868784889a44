"""An account is confirmed at the moment in which the cleaning deletes unfinished ones."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from accounts.sign_up.by_phone import forget_unactivated, forget_unconfirmed
from tests.people import make_account
from tests.races.meanwhile import meanwhile

pytestmark = pytest.mark.django_db(transaction=True)


def confirm_phone() -> None:
    User.objects.select_for_update(no_key=True).get()
    User.objects.update(phone_confirmed_at=timezone.now())


def confirm_mailbox() -> None:
    User.objects.select_for_update(no_key=True).get()
    EmailAddress.objects.update(verified=True)


@pytest.mark.parametrize(
    ("phone", "confirm", "forget"),
    [
        ("+8613912345678", confirm_phone, forget_unconfirmed),
        ("", confirm_mailbox, forget_unactivated),
    ],
    ids=["by phone", "by e-mail"],
)
def test_an_account_confirmed_while_unfinished_ones_are_deleted_stays(
    phone: str, confirm: Callable[[], None], forget: Callable[[], int]
) -> None:
    account = make_account("late@example.org", phone=phone)
    User.objects.update(phone_confirmed_at=None, date_joined=F("date_joined") - timedelta(days=400))
    EmailAddress.objects.update(verified=False)
    if phone:
        EmailAddress.objects.all().delete()
    meanwhile(confirm, forget)
    assert User.objects.filter(pk=account.pk).exists()
