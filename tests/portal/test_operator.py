"""The operator's pages: what is well, what is not and what to do, without personal data."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from audit.models import AuditCheck
from delivery.models import OutboxMessage, Status
from delivery.services import queue_sms
from enrollment.models import ImportBatch
from tests.people import make_account, make_school
from xuejiportal.backups.services import LAST_BACKUP
from xuejiportal.monitoring.errors import count_error, errors_of_day
from xuejiportal.monitoring.health import QUEUES, record_pulse

pytestmark = pytest.mark.django_db
PAGES = ("operator", "operator_messages", "operator_imports", "operator_institutions")


@pytest.fixture
def desk(client: Client, operator: User) -> Client:
    """The operator's browser."""
    client.force_login(operator)
    return client


@pytest.fixture
def well(db: None) -> None:
    """Workers were seen, the chain was checked and a backup made."""
    for queue in QUEUES:
        record_pulse(queue)
    AuditCheck.objects.create(entries=3)
    queue_sms(to="+8613912340099", kind="code", params={}, purpose="x")
    cache.set(LAST_BACKUP, timezone.now().isoformat(), None)


def test_a_portal_that_works_is_said_to_work(desk: Client, well: None) -> None:
    page = desk.get(reverse("operator")).content.decode()
    assert "一切正常" in page
    assert "需要处理" not in page


def test_what_is_amiss_comes_first_with_what_to_do(desk: Client, db: None) -> None:
    for queue in ("celery", "imports"):
        record_pulse(queue)
    cache.set(LAST_BACKUP, (timezone.now() - timedelta(days=3)).isoformat(), None)
    page = desk.get(reverse("operator")).content.decode()
    assert "3 项需要处理" in page
    amiss = page[page.index('id="amiss"') : page.index('id="parts"')]
    for told in ("portal-sender", "verify_audit", "deploy/portal backup"):
        assert told in amiss


def test_what_to_do_is_told_in_the_language_of_the_page(desk: Client, db: None) -> None:
    advice = {"zh-hans": "重启服务", "en": "Start it: systemctl restart portal-beat portal-sender"}
    for language in ("zh-hans", "en", "zh-hans"):
        desk.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        page = desk.get(reverse("operator")).content.decode()
        assert {each: advice[each] in page for each in advice} == {
            each: each == language for each in advice
        }


def test_an_altered_trail_and_failed_messages_are_named(desk: Client, well: None) -> None:
    AuditCheck.objects.create(entries=9, broken=7)
    queue_sms(to="+8613912345678", kind="code", params={}, purpose="x")
    OutboxMessage.objects.update(
        status=Status.FAILED, provider="aliyun", error="refused", sealed=b""
    )
    page = desk.get(reverse("operator")).content.decode()
    assert "第 7 条记录被改动" in page
    assert "aliyun" in page
    failed = desk.get(reverse("operator_messages"), {"only": "failed"}).content.decode()
    assert "refused" in failed
    assert "13912345678" not in failed


def test_a_provider_that_answers_nothing_is_named(desk: Client, well: None) -> None:
    queue_sms(to="+8613912345678", kind="code", params={}, purpose="x")
    OutboxMessage.objects.update(status=Status.UNKNOWN, provider="aliyun", error="http-502")
    page = desk.get(reverse("operator")).content.decode()
    assert "没有回音 2" in page
    assert "与服务商控制台核对" in page


def test_errors_of_the_last_day_are_counted(desk: Client, well: None) -> None:
    before = errors_of_day()
    count_error()
    count_error()
    assert errors_of_day() == before + 2
    assert "journalctl -u portal-web" in desk.get(reverse("operator")).content.decode()


@pytest.mark.parametrize("roles", [(), (Role.REGISTRAR,), (Role.AUDITOR,), (Role.COUNSELOR,)])
@pytest.mark.parametrize("page", PAGES)
def test_the_operators_pages_are_not_found_by_others(
    page: str, roles: tuple[Role, ...], client: Client
) -> None:
    client.force_login(make_account("x@example.org", roles=roles))
    assert client.get(reverse(page)).status_code == 404


def test_an_institution_with_files_but_no_registrar_is_marked(desk: Client) -> None:
    school = make_school()
    assert school.name not in desk.get(reverse("operator_institutions")).content.decode()
    ImportBatch.objects.create(institution=school, file_name="a.csv", file_sha256=b"")
    page = desk.get(reverse("operator_institutions")).content.decode()
    assert school.name in page
    assert "没有学籍管理员" in page


@pytest.mark.parametrize("page", PAGES)
def test_the_operators_pages_cost_as_many_queries_with_more_rows(
    page: str, desk: Client, well: None
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert desk.get(reverse(page)).status_code == 200
        return len(seen)

    desk.get(reverse(page))
    few = queries()
    for serial in range(12):
        queue_sms(to=f"+86139123400{serial:02}", kind="code", params={}, purpose="x")
    assert queries() == few
