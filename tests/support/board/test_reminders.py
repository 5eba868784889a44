"""Reminders from the class board: who is reminded, by what, and how often."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import Notice, User
from accounts.notices.services import text_of
from delivery.models import OutboxMessage
from enrollment.models import (
    Campaign,
    SchoolClass,
)
from support.board.figures import REMINDED
from support.board.reminders import remind
from support.models import Reminded, Reminder

pytestmark = pytest.mark.django_db


def test_one_click_reminds_who_can_act_and_says_who_was_reached(
    client: Client, counselor: User, school_class: SchoolClass
) -> None:
    answer = client.post(reverse("support:class_remind", args=[school_class.pk]), follow=True)
    text = answer.content.decode()
    holders = set(Notice.objects.values_list("account__email", flat=True))
    assert holders == {"to_check@example.org", "stale@example.org"}
    sent = OutboxMessage.objects.values_list("channel", "masked_recipient")
    assert sorted(channel for channel, _ in sent) == ["email", "email", "sms"]
    assert "甲unregistered" in text
    assert "甲unmatched" in text
    assert "甲confirmed" not in text
    again = client.post(reverse("support:class_remind", args=[school_class.pk]), follow=True)
    assert "5 人今天已经提醒过" in again.content.decode()
    assert OutboxMessage.objects.count() == 3


def test_a_reminder_names_school_class_and_last_day_and_is_read_before_it_leaves(
    client: Client, counselor: User, school_class: SchoolClass
) -> None:
    school = school_class.institution.name
    page = client.get(reverse("support:class_board", args=[school_class.pk])).content.decode()
    assert f"{school}提醒{school_class.code}的你核对学籍" in page
    Campaign.objects.create(
        institution=school_class.institution, name="核对", starts_on=date(2020, 1, 1),
        ends_on=date(2126, 12, 31), confirm_fields=["name"],
    )  # fmt: skip
    told = f"{school}提醒{school_class.code}的你在 2126-12-31 前核对学籍"
    page = client.get(reverse("support:class_board", args=[school_class.pk])).content.decode()
    assert told in page
    client.post(reverse("support:class_remind", args=[school_class.pk]))
    notice = Notice.objects.filter(account__email="to_check@example.org").get()
    title, text = text_of(notice)
    assert title == "请在 2126-12-31 前核对学籍"
    assert school in text
    assert school_class.code in text


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_remind_everyone_once(
    counselor: User, school_class: SchoolClass
) -> None:
    def click(_: int) -> None:
        remind(school_class=school_class, parts=REMINDED, by=counselor)
        connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(click, range(8)))
    assert OutboxMessage.objects.count() == 3


def test_ticked_people_alone_are_reminded(
    client: Client, counselor: User, school_class: SchoolClass
) -> None:
    page = reverse("support:class_part", args=[school_class.pk, "people"])
    keys = re.findall(r'name="people" value="([0-9a-f-]+)"', client.get(page).content.decode())
    assert len(keys) == 5
    ask = reverse("support:class_remind", args=[school_class.pk])
    given = {"ticked": "yes", "part": "", "people": [keys[0], "1"]}
    assert client.post(ask, given).status_code == 302
    assert [str(row.record.key) for row in Reminded.objects.all()] == [keys[0]]
    assert client.get(page).content.decode().count('name="people"') == 4
    nobody = client.post(ask, {"ticked": "yes", "part": ""}, follow=True).content.decode()
    assert "请至少勾选一人" in nobody
    assert Reminded.objects.count() == 1


def test_the_class_says_when_it_was_reminded_and_asks_no_second_time(
    client: Client, counselor: User, school_class: SchoolClass
) -> None:
    client.post(reverse("support:class_remind", args=[school_class.pk]))
    text = client.get(reverse("support:class_board", args=[school_class.pk])).content.decode()
    assert "今天" in text
    assert (
        reverse("support:class_reminded", args=[school_class.pk, Reminder.objects.get().key])
        in text
    )
    assert f'action="{reverse("support:class_remind", args=[school_class.pk])}"' not in text
