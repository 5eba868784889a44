"""A code is asked for at the moment in which its account is deleted."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.utils import timezone

from accounts.contacts.services import request_code
from accounts.deletion.services import erase_account
from accounts.models import Code, User
from delivery.models import Channel, OutboxMessage
from tests.accounts.codes.by_code import RESET, SIGN_IN
from tests.people import make_account
from tests.races.meanwhile import meanwhile

pytestmark = pytest.mark.django_db(transaction=True)
MAILBOX = "late@example.org"


def forget() -> None:
    User.objects.all().delete()


def erase() -> None:
    assert erase_account(User.objects.get().pk)


@pytest.fixture
def late() -> User:
    """An account that is about to be deleted."""
    account = make_account(MAILBOX)
    User.objects.update(deletion_due_at=timezone.now() - timedelta(days=1))
    return account


@pytest.mark.parametrize("delete", [forget, erase])
@pytest.mark.parametrize("door", [SIGN_IN, RESET])
def test_who_asks_for_a_code_reads_the_page_of_those_without_an_account(
    late: User, door: str, delete: Callable[[], None]
) -> None:
    EmailAddress.objects.update(verified=door == SIGN_IN)
    pages = []
    meanwhile(delete, lambda: pages.append(Client().post(door, {"login": MAILBOX}, follow=True)))
    assert pages[0].status_code == 200
    [code] = Code.objects.all()
    assert (code.account_id, code.is_decoy) == (None, True)
    assert not OutboxMessage.objects.exclude(reference=str(code.key)).exists()


@pytest.mark.parametrize("delete", [forget, erase])
def test_no_code_binds_a_contact_to_a_deleted_account(
    late: User, delete: Callable[[], None]
) -> None:
    def ask() -> None:
        request_code(
            account=late, channel=Channel.EMAIL, address="new@example.org", client="10.0.0.1"
        )

    meanwhile(delete, ask)
    assert not Code.objects.exists()
    assert not OutboxMessage.objects.exists()
