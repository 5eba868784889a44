"""The clock of one host is off (F19): a deadline is kept as the database says."""

import re
import time
from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.db.models import F
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.codes.services import Outcome, derive
from accounts.contacts import services as contacts
from accounts.limits import proof_of_work
from accounts.limits.uses import LimitReachedError
from accounts.models import Block, Code, RedeemedProof, Rescue, Session, User
from accounts.recovery import staff_assisted
from accounts.rotation import rotate_sessions
from accounts.sessions.lifetime import SEEN, STUDENT
from accounts.sessions.recent_proof import PROVED, READING_SECONDS
from database.clock import database_now
from delivery.models import Channel
from enrollment.imports import pipeline
from enrollment.institutions.settings.services import APPROVAL_PERIOD, may_agree
from enrollment.jobs.uploads import REQUEUE_AFTER
from enrollment.models import (
    BatchState,
    ImportBatch,
    ImportToken,
    RuleChange,
    StatusReport,
    StudentRecord,
    TokenRight,
)
from enrollment.queries import reports_held_by
from enrollment.records.withholding import end_of_delay, is_withheld
from tests.accounts.limits.proofs import solve
from tests.people import enter

pytestmark = pytest.mark.django_db
PHONE = "+8613912345678"


@pytest.fixture(params=[-2, 2])
def host_off(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything that follows runs on a host whose clock is two hours off."""
    right = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: right() + timedelta(hours=request.param))
    clock = time.time
    monkeypatch.setattr(time, "time", lambda: clock() + 3600 * request.param)


def ask(account: User) -> Code:
    contacts.request_code(
        account=account, channel=Channel.SMS, address=PHONE, client="198.51.100.7"
    )
    return Code.objects.get(account=account)


def confirm(account: User, code: Code) -> Outcome:
    return contacts.confirm_binding(account=account, channel=Channel.SMS, typed=derive(code))


@pytest.mark.usefixtures("host_off")
def test_a_code_made_and_typed_on_a_host_that_is_off_is_right(li: User) -> None:
    code = ask(li)
    assert code.expires_at - code.created_at == timedelta(hours=24)
    assert confirm(li, code) is Outcome.RIGHT


@pytest.mark.usefixtures("host_off")
def test_a_code_that_is_over_stays_over_on_a_host_that_is_off(li: User) -> None:
    code = ask(li)
    Code.objects.update(expires_at=Now() - timedelta(minutes=1))
    assert confirm(li, code) is Outcome.OVER


def is_about(moment: datetime | None, length: timedelta) -> bool:
    """Whether ``moment`` is ``length`` from now, by the database's clock."""
    assert moment is not None
    return abs(moment - database_now() - length) < timedelta(minutes=5)


@pytest.mark.usefixtures("host_off")
def test_a_session_made_on_a_host_that_is_off_lasts_as_long_as_any(li: User) -> None:
    enter(li)
    length = timedelta(seconds=settings.SESSION_COOKIE_AGE)
    assert is_about(Session.objects.get().expire_date, length)


def test_a_session_goes_on_at_a_host_that_is_off(li: User, monkeypatch: pytest.MonkeyPatch) -> None:
    client, page = enter(li), "/account/contacts/"
    assert client.get(page).status_code == 200
    clock = time.time
    for hours in (2, -2, 0):
        monkeypatch.setattr(time, "time", lambda hours=hours: clock() + 3600 * hours)
        assert client.get(page).status_code == 200


@pytest.mark.usefixtures("host_off")
def test_an_idle_session_ends_at_a_host_that_is_off(li: User) -> None:
    client, page = enter(li), "/account/contacts/"
    assert client.get(page).status_code == 200
    session = client.session
    session[SEEN] = int(database_now().timestamp()) - STUDENT.idle - 60
    session.save()
    assert client.get(page).status_code == 302


@pytest.mark.usefixtures("host_off")
def test_the_keys_of_current_sessions_alone_are_changed(
    li: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    rotated: list[str] = []

    def rotate(row: Session) -> int:
        rotated.append(row.session_key)
        return 1

    monkeypatch.setattr("accounts.rotation._rotate_session", rotate)
    enter(li)
    enter(li)
    Session.objects.update(expire_date=Now() + timedelta(minutes=5))
    over = Session.objects.order_by("pk")[0]
    Session.objects.filter(pk=over.pk).update(expire_date=Now() - timedelta(minutes=5))
    assert rotate_sessions() == 1
    assert over.session_key not in rotated


@pytest.mark.usefixtures("host_off")
def test_a_block_made_on_a_host_that_is_off_lasts_a_day(li: User) -> None:
    ask(li)
    for _ in range(3):
        with pytest.raises(LimitReachedError) as reached:
            ask(li)
    block = Block.objects.get()
    assert is_about(block.until, timedelta(days=1))
    assert reached.value.retry_at == block.until


@pytest.mark.usefixtures("host_off")
def test_a_record_opened_on_a_host_that_is_off_is_withheld_as_long_as_any(
    wang_record: StudentRecord,
) -> None:
    assert is_about(end_of_delay(), timedelta(hours=settings.ASSISTED_DELAY_HOURS))
    StudentRecord.objects.update(withheld_until=Now() + timedelta(minutes=5))
    wang_record.refresh_from_db()
    assert is_withheld(wang_record)
    StudentRecord.objects.update(withheld_until=F("withheld_until") - timedelta(minutes=10))
    wang_record.refresh_from_db()
    assert not is_withheld(wang_record)


@pytest.mark.usefixtures("host_off")
def test_old_contacts_may_object_for_a_day_on_a_host_that_is_off(
    li: User, desk_registrar: User
) -> None:
    rescue = Rescue(channel=Channel.SMS)
    rescue.contact_sealed = b"sealed"
    rescue.save()
    code = staff_assisted.new_code(rescue=rescue)
    assert code is not None
    opened = staff_assisted.open_rescue(account=li, code=code, desk="/", by=desk_registrar)
    assert is_about(opened.due_at, staff_assisted.OBJECTION_TIME)


@pytest.mark.usefixtures("host_off")
def test_a_proof_of_work_is_valid_for_its_ten_minutes_on_a_host_that_is_off(
    settings: Settings,
) -> None:
    settings.CAPTCHA_COST = 2
    solution = solve(proof_of_work.issue(0))
    assert proof_of_work.redeem(solution, level=0)
    assert is_about(RedeemedProof.objects.get().expires_at, proof_of_work.TTL)


def test_an_expired_proof_of_work_is_refused_on_a_host_that_is_behind(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CAPTCHA_COST = 2
    now = database_now()
    monkeypatch.setattr(proof_of_work, "database_now", lambda: now - timedelta(minutes=11))
    solution = solve(proof_of_work.issue(0))
    monkeypatch.setattr(proof_of_work, "database_now", database_now)
    clock = time.time
    monkeypatch.setattr(time, "time", lambda: clock() - 7200)
    assert not proof_of_work.redeem(solution, level=0)


@pytest.mark.usefixtures("host_off")
def test_the_password_typed_on_another_host_is_recent_for_as_long_as_any(li: User) -> None:
    client = enter(li)
    assert client.get(reverse("accounts:my_data")).status_code == 200
    session = client.session
    session[PROVED] |= {"at": session[PROVED]["at"] - READING_SECONDS - 60}
    session["account_authentication_methods"] = []
    session.save()
    assert client.get(reverse("accounts:my_data")).status_code == 302


@pytest.mark.usefixtures("host_off")
@pytest.mark.parametrize(("minutes", "holds"), [(5, True), (-5, False)])
def test_what_is_still_valid_is_the_same_on_a_host_that_is_off(
    minutes: int, holds: bool, li: User, wang: User, wang_record: StudentRecord
) -> None:
    end = Now() + timedelta(minutes=minutes)
    block = Block.objects.create(subject=b"s", masked="139****5678", account=li, until=end)
    block.refresh_from_db()
    assert block.holds is holds
    report = StatusReport(
        record=wang_record,
        account=wang,
        version=1,
        issued_at=Now() - timedelta(days=1),
        valid_until=end,
    )
    report.save()
    report.refresh_from_db()
    assert report.is_valid is holds
    assert reports_held_by(wang).get().is_valid is holds
    token = ImportToken(
        institution=wang_record.institution, created_by=li, right=TokenRight.PUBLISH
    )
    token.expires_at = end
    token.save()
    token.refresh_from_db()
    assert token.is_open is holds


@pytest.mark.usefixtures("host_off")
def test_the_week_before_one_agrees_alone_is_the_databases(
    desk_registrar: User, wang_record: StudentRecord
) -> None:
    change = RuleChange(institution=wang_record.institution, asked_by=desk_registrar)
    change.asked_at = database_now() - APPROVAL_PERIOD + timedelta(minutes=5)
    assert not may_agree(change, desk_registrar)
    change.asked_at -= timedelta(minutes=10)
    assert may_agree(change, desk_registrar)


@pytest.mark.usefixtures("host_off")
def test_a_lost_import_is_queued_again_after_its_twenty_seconds(wang_record: StudentRecord) -> None:
    school = wang_record.institution
    batch = ImportBatch.objects.create(institution=school, file_name="a.csv", upload="a")
    assert pipeline.waiting(BatchState(batch.state)) == []
    ImportBatch.objects.update(created_at=Now() - REQUEUE_AFTER - timedelta(seconds=1))
    assert pipeline.waiting(BatchState(batch.state)) == [batch.pk]


# Why these may ask the host: nothing that they decide is a limit of the portal.
HOSTS_OWN = {
    "accounts/contacts/yearly_check.py": "a year, give or take hours",
    "accounts/privacy/data_export.py": "shown",
    "delivery/sms/aliyun.py": "the provider compares it with its own clock",
    "delivery/sms/file.py": "shown, in development",
    "delivery/sms/tencent.py": "the provider compares it with its own clock",
    "enrollment/status_reports/signing.py": "certificates, which the signing library dates",
    "support/help/handbook.py": "shown",
    "support/reports/desk/rows.py": "a mark for days of waiting",
    "support/templatetags/waits.py": "shown",
    "xuejiportal/backups/services.py": "shown",
    "xuejiportal/monitoring/examination.py": "compares the clocks",
    "xuejiportal/monitoring/errors.py": "counts by the hour",
    "xuejiportal/monitoring/health.py": "monitoring",
    "xuejiportal/operator/state.py": "shown",
}


def test_no_other_module_asks_the_host_for_the_time() -> None:
    asks = re.compile(r"\b(timezone\.now|time\.time|datetime\.now|datetime\.utcnow)\(")
    apps = ("accounts", "audit", "database", "delivery", "enrollment", "support", "vault")
    found = {
        str(path.relative_to(settings.BASE_DIR))
        for app in (*apps, "verification", "xuejiportal")
        for path in (settings.BASE_DIR / app).rglob("*.py")
        if asks.search(path.read_text())
    }
    assert found == set(HOSTS_OWN)
