"""Django's admin: the operator's alone, read only, and no one's numbers in it."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import Block, User
from accounts.roles import Role
from delivery.services import queue_sms
from enrollment.models import StudentRecord
from tests.people import make_account, sample_number
from xuejiportal.console.names import COLUMNS, MODELS
from xuejiportal.console.site import SHOWN, console

pytestmark = pytest.mark.django_db


def pages() -> list[str]:
    """The list of everything that is shown."""
    names = [label.lower().replace(".", "_") for label in SHOWN]
    return [reverse(f"console:{name}_changelist") for name in names]


@pytest.fixture
def desk(client: Client, operator: User) -> Client:
    """The operator's browser."""
    client.force_login(operator)
    return client


def test_every_list_opens_under_the_strict_policy(
    desk: Client, wang_record: StudentRecord, blocked_number: Block
) -> None:
    queue_sms(to="+8613912345678", kind="code", params={}, purpose="x")
    for page in [reverse("console:index"), *pages()]:
        answer = desk.get(page)
        text = answer.content.decode()
        assert answer.status_code == 200, page
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
        assert " style=" not in text
        assert "13912345678" not in text
        assert sample_number(31) not in text


def test_the_console_changes_nothing(desk: Client, blocked_number: Block) -> None:
    page = reverse("console:accounts_block_change", args=[blocked_number.pk])
    assert desk.get(page).status_code == 200
    assert desk.post(page, {"masked": "x"}).status_code == 403
    assert desk.get(reverse("console:accounts_block_add")).status_code == 403
    assert "subject" not in desk.get(page).content.decode().split("<form", 1)[1]


@pytest.mark.parametrize("roles", [(), (Role.REGISTRAR,), (Role.AUDITOR,)])
def test_the_console_is_not_found_but_by_the_operator(
    roles: tuple[Role, ...], client: Client
) -> None:
    client.force_login(make_account("x@example.org", roles=roles))
    for page in [reverse("console:index"), reverse("console:login"), *pages()]:
        assert client.get(page).status_code == 404


def test_a_stranger_is_led_to_the_portals_own_sign_in(client: Client) -> None:
    answer = client.get(reverse("console:index"), follow=True)
    assert answer.redirect_chain[-1][0].startswith(reverse("account_login"))


def test_no_table_of_people_or_records_is_shown() -> None:
    shown = {model.__name__ for model in console._registry}
    assert not shown & {"User", "StudentRecord", "EmailAddress", "VerificationAttempt", "Report"}


@pytest.mark.parametrize(
    ("language", "listed", "column", "wrong"),
    [
        ("zh-hans", "导入", "下次尝试时间", ("Import batch", "Next attempt", "outbox message")),
        ("en", "Imports", "Next attempt at", ("batchs", "学籍", "发送", "审计", "账户")),
    ],
)
def test_the_console_speaks_the_readers_language(
    language: str, listed: str, column: str, wrong: tuple[str, ...], desk: Client
) -> None:
    message = queue_sms(to="+8613912345678", kind="code", params={}, purpose="x")
    desk.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    index = desk.get(reverse("console:index")).content.decode()
    shown = desk.get(reverse("console:delivery_outboxmessage_change", args=[message.pk]))
    assert listed in index
    assert column in shown.content.decode()
    for word in wrong:
        assert word not in index.split("<main", 1)[1]
        assert word not in shown.content.decode().split("<main", 1)[1]


def test_every_column_of_the_console_has_a_name() -> None:
    for model in console._registry:
        assert model._meta.label in MODELS
        for field in model._meta.concrete_fields:
            hidden = field.get_internal_type() in ("BinaryField", "JSONField")
            assert hidden or field.name in COLUMNS, f"{model._meta.label}.{field.name}"
