"""Notices: in the portal always, by message as one wishes."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice, User
from accounts.notices.services import notify
from delivery.models import OutboxMessage
from tests.people import make_account

pytestmark = pytest.mark.django_db
PATH = "/status/"


@pytest.fixture
def reader(client: Client, li: User) -> User:
    """李晓雨, signed in, with a mailbox and a phone."""
    now = timezone.now()
    User.objects.filter(pk=li.pk).update(phone="+8613912345678", phone_confirmed_at=now)
    client.force_login(li)
    li.refresh_from_db()
    return li


def sent() -> list[str]:
    """The ways by which messages left."""
    return sorted(OutboxMessage.objects.values_list("channel", flat=True))


def test_a_notice_stands_in_the_portal_and_goes_by_e_mail(client: Client, reader: User) -> None:
    notify(account=reader, kind="report_answer", path=PATH)
    assert sent() == ["email"]
    page = client.get(reverse("accounts:notices")).content.decode()
    assert "学校已答复" in page
    assert "</svg> 通知 <b" in " ".join(page.split())


def test_following_a_notice_reads_it(client: Client, reader: User) -> None:
    notify(account=reader, kind="report_answer", path=PATH)
    notice = Notice.objects.get()
    answer = client.get(reverse("accounts:notice", args=[notice.key]))
    assert answer.headers["Location"] == PATH
    notice.refresh_from_db()
    assert notice.read_at


def test_an_account_without_mailbox_hears_by_text_message(db: None) -> None:
    account = make_account("", phone="+8613912345679")
    account.emailaddress_set.all().delete()  # type: ignore[attr-defined]
    notify(account=account, kind="report_answer", path=PATH)
    assert sent() == ["sms"]


def test_wishes_are_kept_topic_by_topic(client: Client, reader: User) -> None:
    page = reverse("accounts:notice_choices")
    assert "等我处理的事项" not in client.get(page).content.decode()
    client.post(page, {"answers-sms": "on", "record-email": "on"})
    notify(account=reader, kind="report_answer", path=PATH)
    assert sent() == ["sms"]
    notify(account=reader, kind="reminder", path=PATH)
    assert sent() == ["sms"]


def test_nobody_reads_the_notices_of_others(client: Client, reader: User, wang: User) -> None:
    notify(account=wang, kind="report_answer", path=PATH)
    assert "学校已答复" not in client.get(reverse("accounts:notices")).content.decode()
    notice = Notice.objects.get()
    assert client.get(reverse("accounts:notice", args=[notice.key])).status_code == 404
    client.post(reverse("accounts:notices_read"))
    notice.refresh_from_db()
    assert notice.read_at is None
