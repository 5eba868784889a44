"""A Chromium that every browser test shares, signing in, and what single pages need."""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext
from pytest_django.live_server_helper import LiveServer

from accounts.contacts import services as contacts
from accounts.models import ContactChange, User
from accounts.roles import Role
from audit.services import record_action
from delivery.models import Channel
from enrollment.confirmations.services import answer_record
from enrollment.imports.missing import groups as missing_groups
from enrollment.imports.missing import services as missing
from enrollment.models import (
    AbsenceDecision,
    AbsenceKind,
    BatchState,
    Campaign,
    Confirmation,
    EventKind,
    FieldChange,
    ImportBatch,
    Photo,
    PhotoBatch,
    PhotoKind,
    RecordEvent,
    StatusReport,
    StudentRecord,
)
from enrollment.photos import services as photos
from enrollment.records.withholding import end_of_delay
from enrollment.status_page.cards import card_of
from enrollment.status_reports.services import issue_report
from tests.enrollment.photos.pictures import make_photo_batch
from tests.people import make_account, make_school, sample_number
from verification.claims import services as claims
from verification.facts import Facts

# Playwright's synchronous interface runs an event loop; the tests are still one thread.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
# The first is Chromium without its own windows and menus, which takes a third less time.
NAMES = (
    "chromium-headless-shell", "chromium", "chromium-browser", "google-chrome",
    "google-chrome-stable",
)  # fmt: skip

NewContext = Callable[..., BrowserContext]


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    """The Chromium of this machine; as root it runs without its sandbox."""
    names = (os.environ["CHROMIUM"],) if "CHROMIUM" in os.environ else NAMES
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        pytest.fail("Browser tests need Chromium: run `make test-tools`, or set CHROMIUM.")
    return {"executable_path": path, "args": ["--no-sandbox"] if os.getuid() == 0 else []}


@pytest.fixture
def open_context(browser: Browser, live_server: LiveServer) -> Iterator[NewContext]:
    """Open a browser context of one's own: phone size, Chinese, nothing moving.

    ``user`` signs a person in without the sign-in form; ``language`` is chosen as
    by the switch of each page; other arguments are Playwright's
    (``java_script_enabled``, ``viewport`` …).
    """
    opened: list[BrowserContext] = []

    def open_one(
        user: User | None = None, language: str = "", **arguments: object
    ) -> BrowserContext:
        settled = {
            "base_url": live_server.url,
            "locale": "zh-CN",
            "reduced_motion": "reduce",
            "viewport": {"width": 375, "height": 812},
        }
        context = browser.new_context(**(settled | arguments))  # type: ignore[arg-type]
        context.set_default_timeout(10_000)
        opened.append(context)
        if language:
            chosen = {"name": settings.LANGUAGE_COOKIE_NAME, "value": language}
            context.add_cookies([{**chosen, "url": live_server.url}])  # type: ignore[typeddict-item]
        if user is not None:
            client = Client()
            client.force_login(user)
            name = settings.SESSION_COOKIE_NAME
            value = client.cookies[name].value
            context.add_cookies([{"name": name, "value": value, "url": live_server.url}])
        return context

    yield open_one
    for context in opened:
        context.close()


@pytest.fixture
def changed_phone(db: None) -> ContactChange:
    """The phone of an account was replaced just now."""
    account = make_account("changed@example.org", phone="+8613712345601")
    with transaction.atomic():
        contacts.bind(account=account, channel=Channel.SMS, address="+8613712345602")
    return ContactChange.objects.latest("pk")


@pytest.fixture
def signed_up_mailbox(db: None) -> EmailAddress:
    """The mailbox of an account that was never activated."""
    account = User.objects.create(email="signed.up@example.org", password=make_password("x"))
    return EmailAddress.objects.create(user=account, email=account.email, primary=True)


@pytest.fixture
def open_third_item(phone_owner: User) -> None:
    """That account is asked for the third item."""
    facts = Facts("李晓雨", "居民身份证", sample_number(12))
    claims.start_attempt(account=phone_owner, facts=facts)
    claims.submit_attempt(account=phone_owner)


@pytest.fixture
def absence_decision(partial_import: ImportBatch, desk_registrar: User) -> AbsenceDecision:
    """The others have left, as the registrar has decided; it waits for the publication."""
    return missing.decide(
        batch=partial_import,
        chosen=missing_groups.groups(partial_import, by_class=False),
        kind=AbsenceKind.LEFT,
        status="毕业",
        happened_on=date(2026, 6, 30),
        reason="2026 届毕业",
        by=desk_registrar,
    )


@pytest.fixture
def taken_photos(published_import: ImportBatch, desk_registrar: User) -> PhotoBatch:
    """Another, taken."""
    batch = make_photo_batch(desk_registrar)
    photos.release_photos(batch=batch, by=desk_registrar)
    photos.import_photo_batch(batch)
    batch.refresh_from_db()
    return batch


@pytest.fixture
def failing_photos(published_import: ImportBatch, desk_registrar: User) -> PhotoBatch:
    """The disk was full after two photographs of another."""
    batch = make_photo_batch(desk_registrar)
    PhotoBatch.objects.filter(pk=batch.pk).update(state="failed", failure="no_room", new=2)
    return batch


@pytest.fixture
def failed_import(db: None) -> ImportBatch:
    """A file that could not be read."""
    return ImportBatch.objects.create(
        institution=make_school(),
        file_name="名册.xlsx",
        file_sha256=b"",
        state=BatchState.FAILED,
        failure="quote",
        failure_detail="(17)",
    )


@pytest.fixture
def withheld_record(wang_record: StudentRecord) -> StudentRecord:
    """王明's record, opened face to face a moment ago."""
    wang_record.withheld_until = end_of_delay()
    wang_record.save(update_fields=["withheld_until"])
    return wang_record


@pytest.fixture
def year_old_account(wang: User, wang_record: StudentRecord) -> User:
    """王明 has not been here for a year."""
    User.objects.filter(pk=wang.pk).update(date_joined=timezone.now() - timedelta(days=400))
    return wang


@pytest.fixture
def stale_answer(answered: Confirmation) -> FieldChange:
    """His name has been changed since."""
    record = answered.record
    return FieldChange.objects.create(
        record=record, field="name", old="王朋", new=record.name, version=record.version + 1
    )


@pytest.fixture
def wang_waiting_report(media: Path, wang: User, wang_record: StudentRecord) -> StatusReport:
    """王明 has issued a report that is not printed yet."""
    card = card_of(wang, wang_record.key)
    assert card is not None
    return issue_report(card=card, account=wang, purpose="实习申请", language="zh", days=30, pin="")


@pytest.fixture
def wang_viewed_record(wang_record: StudentRecord) -> StudentRecord:
    """A registrar has looked at 王明's record, twice, and said why once."""
    viewer = make_account("viewer@example.org", roles=(Role.REGISTRAR,))
    for action, reason in [("view_record", "核对姓名用字"), ("reveal_certificate", "")]:
        record_action(
            action=f"enrollment.{action}",
            actor_id=viewer.pk,
            subject_type="record",
            subject_key=wang_record.key,
            reason=reason,
        )
    return wang_record


@pytest.fixture
def wang_full_record(stale_answer: FieldChange) -> StudentRecord:
    """王明's record with photos, an event, a campaign and an answer that is out of date."""
    record = stale_answer.record
    for kind in PhotoKind:
        Photo.objects.create(
            record=record, kind=kind, stored_as="x", thumbnail_stored_as="x", width=480, height=640
        )
    RecordEvent.objects.create(
        record=record, kind=EventKind.SUSPENSION, happened_on=date(2026, 10, 1),
        status_after="休学", note="因病",
    )  # fmt: skip
    Campaign.objects.create(
        institution=record.institution, name="新生学籍核对", starts_on=date(2026, 1, 1),
        ends_on=date(2126, 1, 1), confirm_fields=["name"], ignore_fields=["major_name"],
    )  # fmt: skip
    return record


@pytest.fixture
def wang_objection(wang: User, wang_record: StudentRecord) -> Confirmation:
    """王明 has ticked the name and the date of birth as wrong."""
    asked = ["name", "gender", "birth_date"]
    return answer_record(
        record=wang_record, account=wang, asked=asked, wrong=["name", "birth_date"]
    )
