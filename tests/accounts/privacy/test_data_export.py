"""A person's copy of their own data: all of it, theirs alone, and only after the password."""

import io
import json
import zipfile

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit.models import AuditEntry
from enrollment.models import Confirmation, StudentRecord
from tests.people import PASSWORD, make_record, sample_number

pytestmark = pytest.mark.django_db


def sign_in(user: User) -> Client:
    client = Client()
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    return client


def download(user: User, language: str = "zh-hans") -> zipfile.ZipFile:
    client = sign_in(user)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    answer = client.post(reverse("accounts:my_data"))
    assert answer["Content-Type"] == "application/zip"
    assert "no-store" in answer["Cache-Control"]
    return zipfile.ZipFile(io.BytesIO(answer.content))


def test_the_copy_holds_everything_in_json_and_to_read(
    wang: User, wang_record: StudentRecord, answered: Confirmation
) -> None:
    archive = download(wang)
    data = json.loads(archive.read("data.json"))
    [account], [record], [answer] = data["account"], data["records"], data["confirmations"]
    assert data["language"] == "zh-hans"
    assert account["email"] == wang.email
    assert record["certificate_number"] == sample_number(31)
    assert record["birth_date"] == "2007-08-15"
    assert record["status"] == "注册学籍"
    assert answer["receipt"] == answered.code
    assert [line["kind"] for line in data["security_log"]] == ["再次输入了密码", "登录"]
    page = archive.read("我的数据.html").decode()
    for told in ("王明", sample_number(31), "明德示范大学", wang.email):
        assert told in page


def test_the_terms_of_the_registry_are_the_same_in_a_copy_in_english(
    wang: User, wang_record: StudentRecord
) -> None:
    archive = download(wang, "en")
    assert "My data.html" in archive.namelist()
    [record] = json.loads(archive.read("data.json"))["records"]
    assert (record["level"], record["study_mode"]) == ("本科", "普通全日制")


def test_the_copy_of_my_data_holds_nothing_of_another_person(
    li: User, wang_record: StudentRecord
) -> None:
    archive = download(li)
    text = "".join(archive.read(name).decode() for name in archive.namelist())
    assert "王明" not in text
    assert sample_number(31) not in text
    assert json.loads(archive.read("data.json"))["records"] == []


def test_markup_in_a_value_of_the_copy_stays_text(wang: User, wang_record: StudentRecord) -> None:
    StudentRecord.objects.filter(pk=wang_record.pk).update(college="<script>alert(1)</script>")
    assert b"<script>" not in download(wang).read("我的数据.html")


def test_a_record_without_holder_is_in_no_copy(li: User) -> None:
    make_record(name="李晓雨", number=sample_number(12))
    assert json.loads(download(li).read("data.json"))["records"] == []


def test_a_session_left_open_is_asked_for_the_password_first(
    wang: User, wang_record: StudentRecord
) -> None:
    client = Client()
    client.force_login(wang)
    for send in (client.get, client.post):
        answer = send(reverse("accounts:my_data"))
        assert answer.status_code == 302
        assert reverse("account_reauthenticate") in answer["Location"]
    assert not AuditEntry.objects.filter(action="accounts.export_data").exists()


def test_the_trail_is_told_without_personal_data(wang: User) -> None:
    download(wang)
    entry = AuditEntry.objects.get(action="accounts.export_data")
    assert (entry.actor_id, entry.subject_key) == (wang.pk, str(wang.key))
    assert wang.email not in str(entry.detail)
