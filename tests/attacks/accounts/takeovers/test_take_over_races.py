"""The taker acts at the very moment in which the owner takes the account back."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from allauth.account.adapter import get_adapter
from allauth.core.exceptions import ImmediateHttpResponse
from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from django.test import Client, RequestFactory

from accounts.codes import services as codes
from accounts.codes.services import Outcome
from accounts.contacts import services as contacts
from accounts.models import Code, CodePurpose, ContactChange, User
from accounts.password_state import PasswordReplacedError
from accounts.recovery import take_back, usernames
from delivery.models import Channel
from tests.people import PASSWORD, make_account

OWN, TAKERS, TAKERS_SECOND = "+8613912345678", "+8613812345678", "taker@example.org"
MAILBOX = "victim@example.org"


@pytest.fixture
def owner(db: None) -> User:
    return make_account(MAILBOX, phone=OWN)


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Run ``acts`` in threads that start together; what each returned."""
    ready = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        try:
            ready.wait()
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def asked_code(account: User, channel: Channel, address: str) -> str:
    contacts.request_code(account=account, channel=channel, address=address, client="198.51.100.7")
    return codes.derive(Code.objects.latest("pk"))


def changed(owner: User) -> ContactChange:
    """The taker has bound a phone; the change that the owner's link names."""
    with transaction.atomic():
        contacts.bind(account=owner, channel=Channel.SMS, address=TAKERS)
    return ContactChange.objects.latest("pk")


@pytest.mark.django_db
def test_a_request_under_way_binds_nothing_after_the_undo(owner: User) -> None:
    change = changed(owner)
    typed = asked_code(owner, Channel.EMAIL, TAKERS_SECOND)
    in_flight = User.objects.get(pk=owner.pk)  # as the taker's request has loaded it
    take_back.undo_change(change=change)
    Code.objects.update(closed_at=None)  # even if the code had been asked for meanwhile
    outcome = contacts.confirm_binding(account=in_flight, channel=Channel.EMAIL, typed=typed)
    assert outcome is Outcome.OVER
    assert contacts.contacts_of(owner) == [(Channel.EMAIL, MAILBOX), (Channel.SMS, OWN)]


@pytest.mark.django_db
def test_a_request_under_way_sets_neither_name_nor_password_after_the_undo(owner: User) -> None:
    change = changed(owner)
    in_flight = User.objects.get(pk=owner.pk)
    take_back.undo_change(change=change)
    request = RequestFactory().post("/")
    request.user = AnonymousUser()
    with pytest.raises(PasswordReplacedError):
        usernames.choose_username(account=in_flight, username="taker.2026", request=request)
    with pytest.raises(ImmediateHttpResponse):
        get_adapter(request).set_password(in_flight, "seven grey herons")
    owner.refresh_from_db()
    assert owner.username is None
    assert owner.phone == OWN
    assert not owner.has_usable_password()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", range(5))
def test_two_clicks_on_undo_beside_the_takers_binding(round_: int) -> None:
    owner = make_account(MAILBOX, phone=OWN)
    change = changed(owner)
    typed = asked_code(owner, Channel.EMAIL, TAKERS_SECOND)
    in_flight = User.objects.get(pk=owner.pk)
    link = f"/account/contacts/undo/{change.key}/"
    statuses = at_once(
        lambda: Client().post(link).status_code,
        lambda: Client().post(link).status_code,
        lambda: contacts.confirm_binding(account=in_flight, channel=Channel.EMAIL, typed=typed),
    )
    assert statuses[:2] == [200, 200]
    assert sorted(contacts.contacts_of(owner)) == [(Channel.EMAIL, MAILBOX), (Channel.SMS, OWN)]
    owner.refresh_from_db()
    assert not owner.check_password(PASSWORD)
    assert not Code.objects.filter(purpose=CodePurpose.BIND_EMAIL, closed_at=None).exists()
