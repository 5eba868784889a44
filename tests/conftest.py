"""Fixtures every test may use."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.db import connection, transaction
from django.utils import timezone
from pytest_django import DjangoDbBlocker, Settings

from accounts.contacts import services as contacts
from accounts.deletion.services import ask_for_deletion
from accounts.identifiers.services import Identifier, parse
from accounts.limits.rate_limits import subject_of
from accounts.models import Block, ContactChange, Question, Rescue, SecurityAnswer, User
from accounts.roles import Role
from audit.models import APPEND_ONLY
from audit.services import record_action
from delivery.models import Channel
from enrollment.confirmations.services import answer_record
from enrollment.imports.missing import groups as missing_groups
from enrollment.imports.missing import services as missing
from enrollment.imports.storage import keep_faulty_rows
from enrollment.imports.tokens.services import create_token
from enrollment.institutions.appointments.services import Post, invite
from enrollment.institutions.reviews.services import close_and_review
from enrollment.institutions.settings.services import update_rules
from enrollment.models import (
    AbsenceDecision,
    AbsenceKind,
    Appointment,
    BatchState,
    Campaign,
    ClassCounselor,
    Confirmation,
    Correction,
    EventKind,
    FieldChange,
    ImportBatch,
    ImportToken,
    InstitutionRegistrar,
    Photo,
    PhotoBatch,
    PhotoKind,
    RecordEvent,
    RuleChange,
    SchoolClass,
    StaffReview,
    StatusReport,
    StudentRecord,
    TokenRight,
)
from enrollment.photos import services as photos
from enrollment.records.corrections import Change
from enrollment.records.withholding import end_of_delay
from enrollment.status_page.cards import card_of
from enrollment.status_reports.services import issue_report
from enrollment.status_reports.tasks import print_status_report
from support.models import Cause, Report, ReportState
from support.reports.correcting import accept_correction
from support.reports.services import Statement, open_report
from tests.enrollment.imported_files import make_checked, make_import, sample
from tests.enrollment.photos.pictures import make_photo_batch
from tests.outbox import Outbox
from tests.people import make_account, make_record, make_school, sample_number
from vault.cipher import seal
from verification import disputes
from verification.claims import services as claims
from verification.disputes.claim_objections import object_to_claim
from verification.facts import Facts
from verification.models import ClaimAlert, Dispute, Vouch


@pytest.fixture(autouse=True)
def _empty_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """What another test left in the cache is not this one's, nor its Redis that was away."""
    monkeypatch.setattr("xuejiportal.cache._silent_until", 0.0)
    cache.clear()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Let transactional tests empty the audit trail; nothing else may (see audit 0002)."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for table in APPEND_ONLY:
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
def newcomer(db: None) -> User:
    """Somebody whose account is older than the privacy notices."""
    account = make_account("new.comer@example.org")
    account.consents.all().delete()
    User.objects.filter(pk=account.pk).update(account_notice=0, identity_notice=0)
    return account


@pytest.fixture
def li_record(db: None) -> StudentRecord:
    """李晓雨's record, which nobody holds."""
    return make_record(name="李晓雨", number=sample_number(12))


@pytest.fixture
def unmatched_attempt(li: User) -> None:
    """李晓雨 has asked for a record that is not in the registry."""
    facts = Facts("李晓雨", "居民身份证", sample_number(12), "2611010815012")
    claims.start_attempt(account=li, facts=facts)
    claims.submit_attempt(account=li)


@pytest.fixture
def phone_owner(db: None) -> User:
    """An account whose confirmed phone no school knows."""
    return make_account("phone.owner@example.org", phone="+8613800138000")


@pytest.fixture
def asked(db: None) -> User:
    """An account that has set security questions."""
    account = make_account("asked@example.org")
    for question in list(Question)[:3]:
        SecurityAnswer.objects.create(
            account=account, question=question, answer_hash=make_password("答案")
        )
    return account


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
def opened_rescue(db: None) -> Rescue:
    """The school has seen somebody who says that an account is theirs."""
    account = make_account("rescued@example.org")
    due = timezone.now() + timedelta(hours=20)
    rescue = Rescue(account=account, channel="email", due_at=due)
    rescue.contact_sealed = seal(b"new@example.org", context=f"rescue-contact:{rescue.key}")
    rescue.save()
    return rescue


@pytest.fixture
def open_third_item(phone_owner: User) -> None:
    """That account is asked for the third item."""
    facts = Facts("李晓雨", "居民身份证", sample_number(12))
    claims.start_attempt(account=phone_owner, facts=facts)
    claims.submit_attempt(account=phone_owner)


@pytest.fixture
def registrar(db: None) -> User:
    """A registrar of no institution yet."""
    return make_account("registrar@example.org", roles=(Role.REGISTRAR,))


@pytest.fixture
def auditor(db: None) -> User:
    """An auditor."""
    return make_account("auditor@example.org", roles=(Role.AUDITOR,))


@pytest.fixture
def operator(db: None) -> User:
    """Who runs the portal; a superuser holds no right to data."""
    user = make_account("operator@example.org")
    user.is_superuser = True
    user.save()
    return user


@pytest.fixture
def desk_registrar(db: None) -> User:
    """A registrar of the invented school."""
    user = make_account("desk@example.org", roles=(Role.REGISTRAR,))
    InstitutionRegistrar.objects.create(user=user, institution=make_school())
    return user


@pytest.fixture
def rule_change(desk_registrar: User) -> RuleChange:
    """The registrar wants verification to ask for nothing more, and waits for a colleague."""
    change = update_rules(
        school=make_school(), third_item="none", second_approver=False, by=desk_registrar
    )
    assert change is not None
    return change


@pytest.fixture
def staff_review(desk_registrar: User) -> StaffReview:
    """A colleague's account was taken back after it had appointed a counselor."""
    school = make_school()
    colleague = make_account("taken@example.org", roles=(Role.REGISTRAR,))
    InstitutionRegistrar.objects.create(user=colleague, institution=school)
    school_class = SchoolClass.objects.create(institution=school, code="软工2601")
    post = Post(Role.COUNSELOR, school_class=school_class)
    invite(posts=[(post, Identifier(Channel.EMAIL, "helper@example.org"))], by=colleague)
    close_and_review(colleague)
    return StaffReview.objects.get()


@pytest.fixture
def checked_import(db: None, media: Path, tmp_path: Path) -> ImportBatch:
    """A file with a change, a warning and a fault, checked and not yet published."""
    batch = make_import(tmp_path, publish=False)
    keep_faulty_rows(batch, io.BytesIO(b"the row without a name"))
    return batch


@pytest.fixture
def published_import(db: None, media: Path, tmp_path: Path) -> ImportBatch:
    """A small published file."""
    return make_import(tmp_path, publish=True)


@pytest.fixture
def partial_import(published_import: ImportBatch, tmp_path: Path) -> ImportBatch:
    """A later file that mentions two of its six students, checked."""
    return make_checked(tmp_path, sample(6)[:2])


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
def checked_photos(published_import: ImportBatch, desk_registrar: User) -> PhotoBatch:
    """A checked ZIP: one photograph of a student, one of nobody."""
    return make_photo_batch(desk_registrar)


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
def import_token(desk_registrar: User) -> ImportToken:
    """A token of the invented school."""
    return create_token(
        institution=make_school(),
        name="教务系统",
        right=TokenRight.CHECK,
        days=30,
        by=desk_registrar,
    )[0]


@pytest.fixture
def wang(db: None) -> User:
    """王明, another student."""
    return make_account("wang.ming@example.org")


@pytest.fixture
def wang_record(wang: User) -> StudentRecord:
    """王明's record, which his account holds."""
    record = make_record(name="王明", number=sample_number(31))
    claims.start_attempt(
        account=wang,
        facts=Facts("王明", "居民身份证", sample_number(31), record.candidate_number),
    )
    claims.submit_attempt(account=wang)
    record.refresh_from_db()
    return record


@pytest.fixture
def appointment(li: User, desk_registrar: User) -> Appointment:
    """李晓雨's account is to become a counselor; it waits for her to accept."""
    school_class = SchoolClass.objects.create(institution=make_school(), code="软工2601")
    post = Post(Role.COUNSELOR, school_class=school_class)
    return invite(posts=[(post, parse(li.email))], by=desk_registrar)[0]


@pytest.fixture
def withheld_record(wang_record: StudentRecord) -> StudentRecord:
    """王明's record, opened face to face a moment ago."""
    wang_record.withheld_until = end_of_delay()
    wang_record.save(update_fields=["withheld_until"])
    return wang_record


@pytest.fixture
def claim_alert(wang: User, wang_record: StudentRecord) -> ClaimAlert:
    """The phone that the school knows was told that his account opened the record."""
    return ClaimAlert.objects.create(
        account=wang, record=wang_record, institution_code=wang_record.institution.code
    )


@pytest.fixture
def claim_objection(claim_alert: ClaimAlert) -> ClaimAlert:
    """Whoever reads that phone has objected."""
    object_to_claim(claim_alert)
    claim_alert.refresh_from_db()
    return claim_alert


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
def leaving(db: None) -> User:
    """A student who has asked to have the account deleted."""
    account = make_account("leaving@example.org")
    ask_for_deletion(account=account)
    return account


@pytest.fixture
def year_old_account(wang: User, wang_record: StudentRecord) -> User:
    """王明 has not been here for a year."""
    User.objects.filter(pk=wang.pk).update(date_joined=timezone.now() - timedelta(days=400))
    return wang


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
            made = issue_report(
                card=card, account=wang, purpose="实习申请", language="both", days=30, pin=""
            )
            print_status_report(made.pk)
            return StatusReport.objects.get(pk=made.pk)
        finally:
            connection.close()

    # Signing runs an event loop, and the browser's runs in this thread already.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(issue).result()


@pytest.fixture
def wang_problem(wang: User, wang_record: StudentRecord) -> Report:
    """王明 has reported a wrong name."""
    statement = Statement(words="姓名第二个字应为䶮", correct="王䶮")
    report = open_report(account=wang, cause=Cause.NAME, statement=statement, record=wang_record)
    Report.objects.filter(pk=report.pk).update(state=ReportState.WITH_REGISTRAR)
    report.refresh_from_db()
    return report


@pytest.fixture
def wang_submission(wang_problem: Report, desk_registrar: User) -> Correction:
    """The registrar has asked the province to correct it."""
    return accept_correction(
        report=wang_problem, change=Change("name", "王䶮"), words="", by=desk_registrar
    )


@pytest.fixture
def true_wang(db: None) -> User:
    """Somebody who says that 王明's record is theirs."""
    return make_account("true.wang@example.org")


@pytest.fixture
def dispute(true_wang: User, wang_record: StudentRecord) -> Dispute:
    """Their dispute, looked into; the holder may still object."""
    facts = Facts("王明", "居民身份证", sample_number(31), wang_record.candidate_number)
    statement = disputes.Statement("我没有注册过，有人用了我的身份证号。")
    made = disputes.open_dispute(account=true_wang, facts=facts, statement=statement)
    disputes.look_into(made)
    made.refresh_from_db()
    return made


@pytest.fixture
def class_counselor(wang_record: StudentRecord) -> User:
    """The counselor of 王明's class."""
    user = make_account("class.counselor@example.org", roles=(Role.COUNSELOR,))
    assert wang_record.school_class is not None
    ClassCounselor.objects.create(user=user, school_class=wang_record.school_class)
    return user


@pytest.fixture
def asked_to_vouch(class_counselor: User, dispute: Dispute) -> Vouch:
    """The counselor is asked whether the claimant is who they say."""
    return Vouch.objects.get_or_create(dispute=dispute, account=class_counselor)[0]


@pytest.fixture
def blocked_number(db: None) -> Block:
    """A number to which somebody may have nothing sent for a day."""
    return Block.objects.create(
        subject=subject_of("+8613912345678"),
        asker_hash=subject_of("network:198.51.100.7"),
        masked="139****5678",
        until=timezone.now() + timedelta(days=1),
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
