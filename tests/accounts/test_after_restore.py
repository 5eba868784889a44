"""An old backup restored (F21): nothing in it comes back to life."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db.models import F
from django.test import Client
from django.urls import reverse

from accounts.codes import Outcome, derive
from accounts.journeys import binding, deletion
from accounts.models import Code, Session, User
from audit.models import AuditEntry
from delivery import claims, sending
from delivery.models import Channel, OutboxMessage, Status
from tests.outbox import Outbox

pytestmark = pytest.mark.django_db
PHONE = "+8613912345678"


def restored() -> str:
    said = StringIO()
    call_command("after_restore", stdout=said)
    return said.getvalue()


def ask(account: User) -> Code:
    binding.request_code(account=account, channel=Channel.SMS, address=PHONE, client="198.51.100.7")
    return Code.objects.get(account=account)


def test_codes_are_void(li: User) -> None:
    code = ask(li)
    assert restored().startswith("1 codes void")
    outcome = binding.confirm_binding(account=li, channel=Channel.SMS, typed=derive(code))
    assert outcome is Outcome.OVER


def test_sessions_have_ended(li: User) -> None:
    client = Client()
    client.force_login(li)
    page = reverse("accounts:security")
    assert client.get(page).status_code == 200
    restored()
    assert client.get(page).status_code == 302
    assert not Session.objects.exists()


def test_nothing_is_sent_twice_blindly(li: User, outbox: Outbox) -> None:
    ask(li)
    restored()
    assert sending.send_due() == 0
    assert outbox.texts() == []
    message = OutboxMessage.objects.get()
    assert message.status == Status.UNKNOWN
    assert message.handed_over_at  # reconciling looks it up by that day
    # The provider says that it never had the message: only then it leaves.
    assert claims.requeue_absent(message.key)


def test_who_cancelled_since_is_not_erased(li: User, outbox: Outbox) -> None:
    deletion.ask_for_deletion(account=li)
    past = F("deletion_due_at") - timedelta(days=30)
    User.objects.filter(pk=li.pk).update(deletion_due_at=past)
    restored()
    assert deletion.erase_due() == 0
    li.refresh_from_db()
    assert li.deletion_due_on in outbox.emails()[-1].text


def test_the_trail_says_so_and_twice_is_harmless(li: User) -> None:
    ask(li)
    restored()
    assert restored() == (
        "0 codes void, 0 sessions ended, 0 messages to be looked up, 0 deletions begun anew\n"
    )
    first = AuditEntry.objects.filter(action="accounts.after_restore").earliest("pk")
    assert first.detail == {"codes": 1, "sessions": 0, "messages": 1, "deletions": 0}
