"""The clock of one host is off (F19): a code lives as long as the database says."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from accounts.codes.services import Outcome, derive
from accounts.contacts import services as contacts
from accounts.models import Code, User
from delivery.models import Channel

pytestmark = pytest.mark.django_db
PHONE = "+8613912345678"


@pytest.fixture(params=[-2, 2])
def host_off(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything that follows runs on a host whose clock is two hours off."""
    right = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: right() + timedelta(hours=request.param))


def ask(account: User) -> Code:
    contacts.request_code(
        account=account, channel=Channel.SMS, address=PHONE, client="198.51.100.7"
    )
    return Code.objects.get(account=account)


def confirm(account: User, code: Code) -> Outcome:
    return contacts.confirm_binding(account=account, channel=Channel.SMS, typed=derive(code))


@pytest.mark.usefixtures("host_off")
def test_a_code_made_and_typed_on_a_host_that_is_off_is_right(li: User) -> None:
    code = ask(li)
    assert code.expires_at - code.created_at == timedelta(hours=24)
    assert confirm(li, code) is Outcome.RIGHT


@pytest.mark.usefixtures("host_off")
def test_a_code_that_is_over_stays_over_on_a_host_that_is_off(li: User) -> None:
    code = ask(li)
    Code.objects.update(expires_at=Now() - timedelta(minutes=1))
    assert confirm(li, code) is Outcome.OVER
