"""Notices: in the portal always, by message as one wishes."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice, User
from accounts.notices.services import notify
from accounts.roles import Role
from delivery.models import OutboxMessage
from support.models import Report
from support.reports.desk.services import answer_reports, ask_back
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


def test_a_notice_is_shown_in_the_portal_and_sent_by_email(client: Client, reader: User) -> None:
    notify(account=reader, kind="report_answer", path=PATH)
    assert sent() == ["email"]
    page = client.get(reverse("accounts:notices")).content.decode()
    assert "学校已答复" in page
    assert "</svg>通知 <b" in " ".join(page.split())


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


def test_the_notices_of_another_account_are_not_found(
    client: Client, reader: User, wang: User
) -> None:
    notify(account=wang, kind="report_answer", path=PATH)
    assert "学校已答复" not in client.get(reverse("accounts:notices")).content.decode()
    notice = Notice.objects.get()
    assert client.get(reverse("accounts:notice", args=[notice.key])).status_code == 404
    client.post(reverse("accounts:notices_read"))
    notice.refresh_from_db()
    assert notice.read_at is None


def test_a_question_says_that_an_answer_is_wanted(
    client: Client, wang: User, wang_problem: Report
) -> None:
    counselor = make_account("counselor@example.org", roles=(Role.COUNSELOR,))
    ask_back(reports=Report.objects.all(), words="请上传身份证", by=counselor)
    client.force_login(wang)
    page = client.get(reverse("accounts:notices")).content.decode()
    assert "学校向你提问，请回复" in page
    assert "学校已答复" not in page
    assert wang_problem.institution.name in page
    answer_reports(reports=Report.objects.all(), words="已更正", by=counselor)
    assert "学校已答复" in client.get(reverse("accounts:notices")).content.decode()
    assert Notice.objects.filter(account=wang).count() == 2


def test_the_header_counts_unread_notices(client: Client, wang: User, wang_record: object) -> None:
    client.force_login(wang)
    for address in ("/", "/status/", reverse("accounts:security")):
        assert "条未读通知" not in client.get(address).content.decode()
    notify(account=wang, kind="report_answer", path=PATH)
    for address in ("/", "/status/", reverse("accounts:security")):
        page = client.get(address).content.decode()
        assert re.search(r"masthead__count num\">1<", page), address
        assert "条未读通知" in page
