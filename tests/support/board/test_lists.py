"""What is taken away from the class board: the list of a class, the paper for the noticeboard."""

import io
from urllib.parse import unquote

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice, User
from delivery.models import OutboxMessage
from enrollment.models import (
    SchoolClass,
    StudentRecord,
)
from tests.people import PASSWORD, make_record, sample_number

pytestmark = pytest.mark.django_db


def test_the_list_of_a_class_is_masked_and_holds_no_formula(
    client: Client, counselor: User, school_class: SchoolClass
) -> None:
    make_record(name="=甲1+1", number=sample_number(333))
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.post(reverse("registry:reason"), {"words": "班级名单", "for_all": "on"})
    answer = client.get(reverse("support:class_export", args=[school_class.pk]))
    sheet = openpyxl.load_workbook(io.BytesIO(answer.getvalue())).active
    assert sheet is not None
    rows = list(sheet.iter_rows(values_only=True))
    assert len(rows) == 1 + 8
    assert {"手机号", "上次提醒"} <= set(rows[0])
    assert sheet.freeze_panes == "A2"
    name = unquote(answer.headers["Content-Disposition"])
    assert f"{school_class.code}-核对进度-{timezone.localdate()}.xlsx" in name
    assert any("甲1+1" in str(row[0]) for row in rows)
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert all(sample_number(serial) not in str(rows) for serial in range(201, 208))


def test_the_paper_for_the_noticeboard_names_no_one(
    client: Client, counselor: User, school_class: SchoolClass
) -> None:
    text = client.get(reverse("support:class_poster", args=[school_class.pk])).content.decode()
    assert "甲" not in text
    assert "<svg" in text
    assert "已确认 1 / 7 人" in text


def test_the_list_says_whether_the_reminder_arrived(
    client: Client, counselor: User, school_class: SchoolClass
) -> None:
    client.post(reverse("support:class_remind", args=[school_class.pk]))
    page = reverse("support:class_part", args=[school_class.pk, "people"])
    text = client.get(page).content.decode()
    assert text.count("邮件：等待发送") == 2
    assert "没有手机号" in text
    assert "短信：等待发送" in text
    OutboxMessage.objects.update(status="failed", sealed=b"")
    text = client.get(page).content.decode()
    assert text.count("邮件：发送失败") == 2
    assert "短信：发送失败" in text


def test_the_list_has_masked_phones_of_the_school_or_of_the_holder(
    client: Client, counselor: User, school_class: SchoolClass
) -> None:
    holder = User.objects.get(email="to_check@example.org")
    holder.phone, holder.phone_confirmed_at = "+8613900139021", timezone.now()
    holder.save()
    page = reverse("support:class_part", args=[school_class.pk, "people"])
    text = client.get(page).content.decode()
    assert "138****8021" in text
    assert "139****9021" in text
    assert "13800138021" not in text
    assert "13900139021" not in text


def test_a_holder_by_text_message_sees_one_and_the_list_says_what_became_of_it(
    client: Client, counselor: User, school_class: SchoolClass
) -> None:
    holder = User.objects.get(email="to_check@example.org")
    holder.email, holder.phone, holder.phone_confirmed_at = "", "+8613900139021", timezone.now()
    holder.save()
    second = make_record(name="甲二", number=sample_number(222))
    StudentRecord.objects.filter(pk=second.pk).update(holder=holder, claimed_at=timezone.now())
    client.post(reverse("support:class_remind", args=[school_class.pk]))
    assert Notice.objects.filter(account=holder).count() == 1
    assert OutboxMessage.objects.filter(account=holder).count() == 1
    OutboxMessage.objects.filter(account=holder).update(status="delivered", sealed=b"")
    page = reverse("support:class_part", args=[school_class.pk, "people"])
    assert client.get(page).content.decode().count("短信：已送达") == 2
