"""An attacker spreads guesses and messages over spellings that the database takes for one name.

PostgreSQL compares in capitals, where ı is I and ſ is S. Each spelling must count as the name.
"""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import LimitHit, User
from tests.outbox import Outbox
from tests.people import make_account

pytestmark = pytest.mark.django_db
MAILBOX = "sissi.li@example.org"
SPELLINGS = ("xiaoyu.si", "xıaoyu.si", "XİAOYU.SI", "xiaoyu.ſi", "ｘiaoyu.si")


@pytest.fixture
def sissi() -> User:
    """A person with a mailbox and a username."""
    account = make_account(MAILBOX)
    User.objects.filter(pk=account.pk).update(username="xiaoyu.si")
    account.refresh_from_db()
    return account


def test_wrong_passwords_count_for_the_account_however_its_name_is_written(sissi: User) -> None:
    for number, login in enumerate(SPELLINGS):
        client = Client(REMOTE_ADDR=f"198.51.100.{number}")
        client.post(reverse("account_login"), {"login": login, "password": "wrong"})
    tries = LimitHit.objects.filter(action="sign_in")
    assert tries.count() == len(SPELLINGS)
    assert tries.values("subject").distinct().count() == 1


def test_a_username_sends_one_code_a_minute_however_it_is_written(
    sissi: User, outbox: Outbox
) -> None:
    for number, login in enumerate(SPELLINGS):
        client = Client(REMOTE_ADDR=f"198.51.100.{number}")
        client.post(reverse("account_code"), {"login": login})
    assert len([letter for letter in outbox.emails() if letter.to == MAILBOX]) == 1
