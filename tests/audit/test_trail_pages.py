"""The audit trail as auditors read it."""

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from audit.models import AuditEntry
from audit.services import record_action
from audit.tasks import check_trail, extend_chain
from tests.people import PASSWORD, make_account

pytestmark = pytest.mark.django_db


@pytest.fixture
def auditor(client: Client) -> User:
    """An auditor, signed in a moment ago."""
    user = make_account("auditor@example.org", roles=(Role.AUDITOR,))
    client.force_login(user)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return user


def test_the_trail_is_read_newest_first_and_page_by_page(client: Client, auditor: User) -> None:
    for number in range(60):
        record_action(action=f"support.act_{number:02}", actor_id=auditor.pk)
    first = client.get(reverse("trail")).content.decode()
    assert "act_59" in first
    assert "act_09" not in first
    last = AuditEntry.objects.order_by("-pk")[49].pk
    second = client.post(reverse("trail"), {"before": last}).content.decode()
    assert "act_09" in second
    assert "act_10" not in second


def test_it_is_narrowed_by_person_act_and_day(client: Client, auditor: User) -> None:
    other = make_account("other@example.org", roles=(Role.COUNSELOR,))
    record_action(action="support.one", actor_id=other.pk)
    record_action(action="support.two", actor_id=auditor.pk)
    page = reverse("trail")
    text = client.post(page, {"actor": "other@example.org"}).content.decode()
    assert "support.one" in text
    assert "support.two" not in text
    assert "support.two" not in client.post(page, {"action": "support.one"}).content.decode()
    assert "support.one" not in client.post(page, {"day": "2020-01-01"}).content.decode()
    assert "没有账号" in client.post(page, {"actor": "who@example.org"}).content.decode()


@pytest.mark.parametrize("before", ["x", "-1", "9" * 30, "٣", ""])
def test_a_strange_place_shows_the_first_page(before: str, client: Client, auditor: User) -> None:
    record_action(action="support.one", actor_id=auditor.pk)
    assert "support.one" in client.post(reverse("trail"), {"before": before}).content.decode()


def test_the_page_tells_whether_the_chain_is_whole(client: Client, auditor: User) -> None:
    assert "还未检查过" in client.get(reverse("trail")).content.decode()
    record_action(action="support.one", actor_id=auditor.pk)
    extend_chain()
    check_trail()
    assert "校验通过" in client.get(reverse("trail")).content.decode()
    changed = AuditEntry.objects.earliest("pk")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # no pending checks on the table
        cursor.execute("ALTER TABLE audit_auditentry DISABLE TRIGGER append_only")
        AuditEntry.objects.filter(pk=changed.pk).update(action="forged")
        cursor.execute("ALTER TABLE audit_auditentry ENABLE TRIGGER append_only")
    check_trail()
    assert "被改动" in client.get(reverse("trail")).content.decode()


def test_the_export_is_streamed_safe_and_noted(client: Client, auditor: User) -> None:
    record_action(action="support.one", actor_id=auditor.pk, reason="=1+1")
    answer = client.post(reverse("trail_export"))
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert "support.one" in text
    assert ",=1+1" not in text
    assert AuditEntry.objects.filter(action="audit.export_trail").exists()


@pytest.mark.parametrize("roles", [(), (Role.COUNSELOR,), (Role.REGISTRAR,)])
def test_nobody_else_reads_it(roles: tuple[Role, ...], client: Client) -> None:
    client.force_login(make_account("x@example.org", roles=roles))
    assert client.get(reverse("trail")).status_code == 404


def test_an_act_is_shown_in_words_with_its_code_below(client: Client, auditor: User) -> None:
    trail.record(action="enrollment.search_records", actor_id=auditor.pk)
    text = client.get(reverse("trail")).content.decode()
    assert "搜索学籍" in text
    assert "<code>enrollment.search_records</code>" in text
