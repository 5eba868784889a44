"""Vendors' rules for text messages: known at the start, looked at before sending, no dead end."""

import ast
import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings as project
from django.core.management import call_command
from django.urls import resolve
from pytest_django import Settings

from accounts.models import Notice, User
from accounts.notices.services import notify_all
from delivery import services as delivery
from delivery.checks import check_sms_templates
from delivery.models import OutboxMessage, Status
from delivery.outbox import sending
from delivery.sms.kinds import PARAMETERS, provider_template, render_text
from tests.delivery import fake_sms
from tests.delivery.fake_sms import Fake
from tests.people import make_account

pytestmark = pytest.mark.django_db
PHONE = "+8613800138000"
SAMPLES = {
    "code": "367071", "key": "0" * 32, "days": "7", "school": "明德示范大学",
    "moment": "2026年11月27日 08:00", "until": "2026-12-31", "class_code": "计科2301",
    "username": "s***o", "mailbox": "l***", "phone": "139****5678",
}  # fmt: skip


@pytest.fixture
def fake(settings: Settings) -> Iterator[Fake]:
    with fake_sms.serving() as serving:
        settings.ALIYUN_SMS_ENDPOINT = settings.TENCENT_SMS_ENDPOINT = serving.url
        settings.ALIYUN_ACCESS_KEY_ID, settings.TENCENT_SECRET_ID = "aliyun-id", "tencent-id"
        settings.ALIYUN_ACCESS_KEY_SECRET = "aliyun-secret"
        settings.TENCENT_SECRET_KEY = "tencent-secret"
        settings.ALIYUN_SMS_SIGN_NAME, settings.TENCENT_SMS_SIGN_NAME = "阿里签名", "腾讯签名"
        settings.TENCENT_SMS_APP_ID = "1400"
        settings.SMS_TEMPLATES = {
            kind: {"aliyun": "SMS_1", "tencent": "11", "params": list(names)}
            for kind, names in PARAMETERS.items()
        }
        settings.SMS_PROVIDERS = ["aliyun", "tencent"]
        yield serving


def send(kind: str, **params: str) -> OutboxMessage:
    message = delivery.queue_sms(to=PHONE, kind=kind, params=params, purpose="test")
    sending.send_due()
    message.refresh_from_db()
    return message


def test_every_text_has_its_kind_and_every_kind_its_text() -> None:
    files = {path.stem for path in Path("templates/delivery/sms").glob("*.txt")}
    assert files == set(PARAMETERS)


@pytest.mark.parametrize("kind", PARAMETERS)
def test_no_parameter_is_a_link_and_every_link_leads_somewhere(kind: str, fake: Fake) -> None:
    given = {name: SAMPLES[name] for name in PARAMETERS[kind]}
    for language in ("zh-hans", "en"):
        text = render_text(kind, given, language)
        assert all(value in text for value in given.values())
        for link in re.findall(rf"{re.escape(project.SITE_URL)}(/\S*)", text):
            resolve(link)
    message = send(kind, **given)
    assert (message.status, message.provider) == (Status.SENT, "aliyun")


@pytest.mark.parametrize("provider", ["aliyun", "tencent"])
def test_the_command_prints_texts_and_a_setting_that_passes_the_check(
    fake: Fake, settings: Settings, provider: str
) -> None:
    settings.SMS_PROVIDERS, settings.SMS_TEMPLATES = [provider], {}
    out = StringIO()
    call_command("sms_templates", stdout=out)
    assert provider_template("code", provider) in out.getvalue()
    assert {"aliyun": "${code}", "tencent": "{1}"}[provider] in provider_template("code", provider)
    setting = re.search(r"SMS_TEMPLATES='(.*)'", out.getvalue())
    assert setting is not None
    ready = ast.literal_eval(setting.group(1).replace('""', '"id"'))
    assert [error.id for error in check_sms_templates()] == ["delivery.E004"]
    settings.SMS_TEMPLATES = ready
    assert check_sms_templates() == []
    settings.SMS_TEMPLATES = ready | {"code": {provider: "1", "params": ["number"]}}
    assert [error.id for error in check_sms_templates()] == ["delivery.E005"]
    del ready["reminder"]
    settings.SMS_TEMPLATES = ready
    [error] = check_sms_templates()
    assert "reminder" in str(error.msg)


RULES = [
    "isv.PARAM_NOT_SUPPORT_URL", "isv.PARAM_LENGTH_LIMIT", "isv.TEMPLATE_PARAMS_ILLEGAL",
    "isv.BLACK_KEY_CONTROL_LIMIT", "isv.SMS_TEMPLATE_ILLEGAL",
]  # fmt: skip


@pytest.mark.parametrize("code", RULES)
def test_what_one_vendor_refuses_by_its_rule_the_second_sends(fake: Fake, code: str) -> None:
    fake.faults = [code]
    message = send("reminder", school="明德示范大学")
    assert (message.status, message.provider) == (Status.SENT, "tencent")


def test_where_every_vendor_refuses_by_rule_it_fails_at_once(fake: Fake) -> None:
    fake.faults = ["isv.PARAM_LENGTH_LIMIT", "FailedOperation.ContainSensitiveWord"]
    message = send("reminder", school="明德示范大学")
    assert message.status == Status.FAILED
    assert sending.send_due() == 0


def test_a_rule_of_one_and_flow_control_of_the_other_waits(fake: Fake) -> None:
    fake.faults = ["isv.PARAM_LENGTH_LIMIT", "LimitExceeded"]
    assert send("reminder", school="明德示范大学").status == Status.QUEUED


@pytest.mark.parametrize(
    "value",
    ["https://portal.example/x", "qq.com", "www.a.b", "学" * 36, "", "【学校】", "a\nb", "😀"],
)
def test_what_breaks_a_rule_is_not_offered_at_all(fake: Fake, value: str) -> None:
    message = send("reminder", school=value)
    assert message.status == Status.FAILED
    assert message.error.startswith("parameter-")
    assert fake.accepted == []


def test_a_parameter_too_long_for_one_goes_to_the_other(fake: Fake, settings: Settings) -> None:
    settings.SMS_PARAMETER_LENGTHS = {"aliyun": 6, "tencent": 35}
    message = send("reminder", school="明德示范职业技术大学")
    assert (message.status, message.provider) == (Status.SENT, "tencent")


def test_a_phone_gets_three_notices_a_day_and_the_portal_shows_all(settings: Settings) -> None:
    account = make_account("a@example.org", phone=PHONE)
    User.objects.filter(pk=account.pk).update(email="")
    account.refresh_from_db()
    for _ in range(5):
        notify_all(accounts=[account], kind="record_corrected", path="/")
    assert OutboxMessage.objects.filter(channel="sms").count() == 3
    assert Notice.objects.filter(account=account).count() == 5
    reach = notify_all(accounts=[account], kind="record_corrected", path="/", always=True)
    assert reach.sms == [account.pk]
