"""Fixtures every test may use."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoDbBlocker, Settings

from accounts.models import User
from accounts.roles import Role
from enrollment.cards import card_of
from enrollment.confirming import answer_record
from enrollment.models import (
    Confirmation,
    FieldChange,
    ImportBatch,
    InstitutionRegistrar,
    StatusReport,
    StudentRecord,
)
from enrollment.reporting.acts import issue_report
from tests.enrollment.importing import make_import
from tests.outbox import Outbox
from tests.people import make_account, make_record, make_school, sample_number
from verification import services
from verification.facts import Facts


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Let transactional tests empty the audit trail; nothing else may (see audit 0002)."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for table in ("audit_auditentry", "audit_auditseal"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER no_truncate")


@pytest.fixture
def outbox(settings: Settings, tmp_path: Path) -> Outbox:
    """The messages the portal sends, in a directory of the test's own."""
    settings.OUTBOX_DIR = tmp_path / "outbox"
    settings.EMAIL_BACKEND = "delivery.backend.OutboxEmailBackend"  # not the test runner's
    settings.SMS_PROVIDERS, settings.EMAIL_TRANSPORT = ["file"], "file"
    return Outbox(settings.OUTBOX_DIR)


@pytest.fixture
def li(db: None) -> User:
    """李晓雨, a freshman with an account and nothing proved yet."""
    return make_account("li.xiaoyu@example.org")


@pytest.fixture
def li_record(db: None) -> StudentRecord:
    """李晓雨's record, which nobody holds."""
    return make_record(name="李晓雨", number=sample_number(12))


@pytest.fixture
def unmatched_attempt(li: User) -> None:
    """李晓雨 has asked for a record that is not in the registry."""
    facts = Facts("李晓雨", "居民身份证", sample_number(12), "2611010815012")
    services.start_attempt(account=li, facts=facts)
    services.submit_attempt(account=li)


@pytest.fixture
def phone_owner(db: None) -> User:
    """An account whose confirmed phone no school knows."""
    return make_account("phone.owner@example.org", phone="+8613800138000")


@pytest.fixture
def open_third_item(phone_owner: User) -> None:
    """That account is asked for the third item."""
    facts = Facts("李晓雨", "居民身份证", sample_number(12))
    services.start_attempt(account=phone_owner, facts=facts)
    services.submit_attempt(account=phone_owner)


@pytest.fixture
def registrar(db: None) -> User:
    """A registrar of no institution yet."""
    return make_account("registrar@example.org", roles=(Role.REGISTRAR,))


@pytest.fixture
def desk_registrar(db: None) -> User:
    """A registrar of the invented school."""
    user = make_account("desk@example.org", roles=(Role.REGISTRAR,))
    InstitutionRegistrar.objects.create(user=user, institution=make_school())
    return user


@pytest.fixture
def checked_import(db: None, tmp_path: Path) -> ImportBatch:
    """A file with a change, a warning and a fault, checked and not yet published."""
    return make_import(tmp_path, publish=False)


@pytest.fixture
def published_import(db: None, tmp_path: Path) -> ImportBatch:
    """A small published file."""
    return make_import(tmp_path, publish=True)


@pytest.fixture
def wang(db: None) -> User:
    """王明, another student."""
    return make_account("wang.ming@example.org")


@pytest.fixture
def wang_record(wang: User) -> StudentRecord:
    """王明's record, which his account holds."""
    record = make_record(name="王明", number=sample_number(31))
    services.start_attempt(
        account=wang,
        facts=Facts("王明", "居民身份证", sample_number(31), record.candidate_number),
    )
    services.submit_attempt(account=wang)
    record.refresh_from_db()
    return record


@pytest.fixture
def wang_second_record(wang: User, wang_record: StudentRecord) -> StudentRecord:
    """王明 has graduated from a college before."""
    return make_record(
        name="王明",
        number=sample_number(31),
        school=make_school(code="10009", name="明德职业技术学院"),
        level="专科(高职)",
        entry_date=date(2023, 9, 1),
        status="毕业",
        holder=wang,
        claimed_at=timezone.now(),
    )


@pytest.fixture
def answered(wang: User, wang_record: StudentRecord) -> Confirmation:
    """王明 has confirmed the record."""
    return answer_record(record=wang_record, account=wang, asked=["name", "gender"], wrong=[])


@pytest.fixture
def stale_answer(answered: Confirmation) -> FieldChange:
    """His name has been changed since."""
    record = answered.record
    return FieldChange.objects.create(
        record=record, field="name", old="王朋", new=record.name, version=record.version + 1
    )


@pytest.fixture
def media(settings: Settings, tmp_path: Path) -> Path:
    """Storage of the test's own."""
    folder = tmp_path / "media"
    storage = "django.core.files.storage.FileSystemStorage"
    default = {"BACKEND": storage, "OPTIONS": {"location": str(folder)}}
    settings.STORAGES = {**settings.STORAGES, "default": default}
    return folder


@pytest.fixture
def wang_report(media: Path, wang: User, wang_record: StudentRecord) -> StatusReport:
    """王明 has issued a report (for transactional tests)."""
    card = card_of(wang, wang_record.key)
    assert card is not None

    def issue() -> StatusReport:
        try:
            return issue_report(
                card=card, account=wang, purpose="实习申请", language="both", days=30, pin=""
            )
        finally:
            connection.close()

    # Signing runs an event loop, and the browser's runs in this thread already.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(issue).result()
