"""The persons of the matrix of permissions, and where they knock."""

import uuid
from datetime import timedelta
from http.cookies import SimpleCookie
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.identifiers.services import parse
from accounts.models import Block, Notice, User
from accounts.roles import Role
from enrollment.confirmations.services import answer_record
from enrollment.fields.checklist import CHECKLIST
from enrollment.files.evidence import check_all, evidence_of, keep_evidence
from enrollment.files.images import prepare
from enrollment.imports.storage import keep_faulty_rows
from enrollment.institutions.appointments.services import Post, invite
from enrollment.models import (
    Campaign,
    ClassCounselor,
    EvidencePurpose,
    ImportToken,
    InstitutionRegistrar,
    PhotoKind,
    RecordEvent,
    StaffReview,
    StatusReport,
    StudentRecord,
)
from enrollment.models.absence import AbsenceDecision
from enrollment.photos.storage import keep_photo
from enrollment.records.corrections.values import Change
from support.models import Article, Cause, Reminder, Report
from support.reports.correcting import accept_correction
from support.reports.desk.services import hand_on
from support.reports.services import Statement, open_report
from tests.enrollment.files.evidence_files import picture
from tests.enrollment.imported_files import make_import
from tests.enrollment.photos.pictures import make_photo_batch
from tests.people import PASSWORD, make_account, make_record, make_school, sample_number
from vault.cipher import seal
from verification import disputes
from verification.claims import services as claims
from verification.facts import Facts
from verification.models import ClaimAlert, Dispute, Vouch

Cast = dict[str, User]
Places = dict[str, dict[str, object]]


@pytest.fixture
def cast(db: None, wang: User, wang_record: StudentRecord) -> Cast:
    """The people of the matrix, by their letter."""
    other = make_school("19990", "别的大学")
    people: Cast = {"S": wang}
    people["U"] = make_account("u@example.org")
    people["Z"] = make_account("z@example.org")
    make_record(
        name="张同", number=sample_number(61), holder=people["Z"], claimed_at=timezone.now()
    )
    for letter, role in (("C", Role.COUNSELOR), ("D", Role.COUNSELOR), ("T", Role.AUDITOR)):
        people[letter] = make_account(f"{letter}@example.org", roles=(role,))
    assert wang_record.school_class is not None
    ClassCounselor.objects.create(user=people["C"], school_class=wang_record.school_class)
    foreign = make_record(name="外", number=sample_number(62), school=other)
    assert foreign.school_class is not None
    ClassCounselor.objects.create(user=people["D"], school_class=foreign.school_class)
    for letter, school in (("R", make_school()), ("Q", other)):
        people[letter] = make_account(f"{letter}@example.org", roles=(Role.REGISTRAR,))
        InstitutionRegistrar.objects.create(user=people[letter], institution=school)
    people["O"] = make_account("o@example.org")
    people["O"].is_superuser = True
    people["O"].save()
    return people


@pytest.fixture
def places(
    cast: Cast, wang: User, wang_record: StudentRecord, settings: Settings, tmp_path: Path
) -> Places:
    """The variables of each address: real objects of 王明, the class and the school."""
    settings.MEDIA_ROOT = tmp_path / "media"
    claimant, registrar = cast["U"], cast["R"]
    batch = make_import(tmp_path, publish=True)
    checked = make_import(tmp_path, publish=False)
    keep_faulty_rows(checked, BytesIO(b"rows"))
    school_class = wang_record.school_class
    assert school_class is not None
    absence = AbsenceDecision.objects.create(batch=batch, kind="mistake", reason="x", count=1)
    token = ImportToken.objects.create(
        institution=make_school(), name="x", secret_hash=b"x", right="check",
        created_by=registrar, expires_at=timezone.now() + timedelta(days=1),
    )  # fmt: skip
    photos = make_photo_batch(registrar)
    receipt = answer_record(record=wang_record, account=wang, asked=CHECKLIST, wrong=[])
    photo = keep_photo(
        record=wang_record, kind=PhotoKind.ADMISSION, picture=prepare(picture()), by=None
    )
    paper = _status_report(wang_record, wang)
    report = open_report(
        account=wang, cause=Cause.NAME, statement=Statement("错了", "王䶮"), record=wang_record
    )
    evidence = _evidence(EvidencePurpose.REPORT, report.key, wang)
    counselor = cast["C"]
    hand_on(reports=Report.objects.filter(pk=report.pk), words="", by=counselor)
    report.refresh_from_db()
    correction = accept_correction(
        report=report, change=Change("name", "王䶮"), words="", by=registrar
    )
    dispute = _dispute(claimant, wang_record)
    shown = _evidence(EvidencePurpose.DISPUTE, dispute.key, claimant)
    mate = cast["Z"]
    vouch = Vouch.objects.create(dispute=dispute, account=mate)
    alert = ClaimAlert.objects.create(
        account=wang,
        record=wang_record,
        institution_code=make_school().code,
        objected_at=timezone.now(),
    )
    appointment = invite(
        posts=[
            (Post(Role.COUNSELOR, school_class=school_class), parse(claimant.email)),
        ],
        by=registrar,
    )[0]
    notice = Notice.objects.create(account=wang, kind="reminder", path="/status/")
    block = Block.objects.create(
        subject=b"x", masked="1*", account=wang, until=timezone.now() + timedelta(days=1)
    )
    review = StaffReview.objects.create(
        account=counselor, institution=make_school(), since=timezone.now()
    )
    campaign = Campaign.objects.create(
        institution=make_school(), name="x", starts_on="2026-01-01", ends_on="2026-02-01"
    )
    event = RecordEvent.objects.create(record=wang_record, kind="休学", happened_on="2026-09-09")
    reminder = Reminder.objects.create(school_class=school_class, by=counselor)
    article = Article.objects.create(
        slug="x", topic="check", title="x", body="x", institution=make_school()
    )
    article.versions.create(number=1, title="x", body="x")
    key: Places = {
        "enrollment": {"key": wang_record.key},
        "registry": {"key": batch.key},
        "batch": {"key": report.batch.key if report.batch else ""},
        "report": {"key": report.key},
        "dispute": {"key": dispute.key},
        "class": {"pk": school_class.pk},
    }
    return {
        "privacy_notice": {"purpose": "account", "version": 1},
        "privacy_notice_now": {"purpose": "identity"},
        "help_article": {"slug": "codes"},
        "help_verdict": {"slug": "codes"},
        "accounts:notice": {"key": notice.key},
        "accounts:lift_block": {"key": block.key},
        "enrollment:receipt": {"key": receipt.key},
        "enrollment:photo": {"key": photo.key},
        "enrollment:photo_answer": {"key": photo.key},
        **{
            f"enrollment:{name}": {"key": paper.key}
            for name in ("report", "report_file", "report_extend", "report_revoke")
        },
        "enrollment:check_report_code": {"code": paper.code},
        "registry:decision": {"key": batch.key, "decision_key": absence.key},
        "registry:columns": {"key": checked.key},
        "registry:faulty_rows": {"key": checked.key},
        **{
            f"registry:{name}": {"key": photos.key}
            for name in (
                "photo_batch",
                "photo_sheet",
                "undo_photos",
                "take_photos",
                "retry_photos",
                "refused_photos",
                "discard_photos",
            )
        },
        "registry:record": key["enrollment"],
        "registry:viewing_reason": key["enrollment"],
        "registry:number": key["enrollment"],
        "registry:photo": {**key["enrollment"], "kind": "admission"},
        "registry:new_event": key["enrollment"],
        "registry:undo_event": {**key["enrollment"], "pk": event.pk},
        "registry:campaign": {"key": campaign.key},
        "registry:end_campaign": {"key": campaign.key},
        "registry:rules": {"code": make_school().code},
        "registry:revoke_token": {"key": token.key},
        "registry:withdraw_counselor": {**key["class"], "key": counselor.key},
        "registry:appointment": {"key": appointment.key},
        "registry:withdraw_appointment": {"key": appointment.key},
        "registry:staff_review": {"key": review.key},
        "registry:dismiss_counselor": {"key": counselor.key},
        "registry:staff_code": {"key": counselor.key},
        "registry:dismiss_registrar": {"key": registrar.key, "code": make_school().code},
        "registry:dismiss_auditor": {"key": cast["T"].key},
        "verification:diagnosis_step": {"position": 1},
        "verification:assist": key["enrollment"],
        "verification:undo_assist": key["enrollment"],
        "verification:approve_assist": key["enrollment"],
        "verification:rescue": key["enrollment"],
        "verification:object_to_claim": {"key": alert.key},
        "verification:claim_objection": {"key": alert.key},
        "verification:vouch": {"pk": vouch.pk},
        "verification:dispute_evidence": {**key["dispute"], "file": shown},
        "verification:desk_evidence": {**key["dispute"], "file": shown},
        "support:school_board": {"code": make_school().code},
        "support:figures_export": {"code": make_school().code, "what": "classes"},
        "support:report_statistics_export": {"what": "causes"},
        "support:college_board": {"code": make_school().code},
        "support:class_part": {**key["class"], "part": "confirmed"},
        "support:hand_on_class": key["class"],
        "support:class_reminded": {**key["class"], "key": reminder.key},
        "support:report_write": {"cause": "other"},
        "support:report_wrong": {"key": receipt.key},
        "support:report_evidence": {**key["report"], "file": evidence},
        "support:batch_workbook": key["batch"],
        "support:submission_result": {"key": correction.key},
        "support:article_edit": {"pk": article.pk},
        "support:article_withdraw": {"pk": article.pk},
        "support:article_version": {"pk": article.pk, "number": 1},
        "verification:": key["dispute"],
        "support:": key["report"],
        "registry:": key["registry"],
        "enrollment:": key["enrollment"],
        "class": key["class"],
    }


def _status_report(record: StudentRecord, account: User) -> StatusReport:
    key, now = uuid.uuid4(), timezone.now()
    sealed = seal(b"%PDF-1.7", context=f"status-report-file:{key}")
    return StatusReport.objects.create(
        key=key, record=record, account=account, purpose="x", language="zh", version=1,
        facts_sealed=seal(b"{}", context=f"status-report:{key}"), file_sha256=b"x",
        stored_as=default_storage.save(f"reports/{key}", ContentFile(sealed)),
        issued_at=now, valid_until=now + timedelta(days=9),
    )  # fmt: skip


def _evidence(purpose: EvidencePurpose, subject: uuid.UUID, by: User) -> uuid.UUID:
    files = check_all([SimpleUploadedFile("a.jpg", picture(size=(9, 9)))])
    keep_evidence(purpose=purpose, subject=subject, files=files, by=by)
    return evidence_of(purpose, [subject])[0].key


def _dispute(claimant: User, record: StudentRecord) -> Dispute:
    facts = Facts("王明", "居民身份证", sample_number(31), record.candidate_number)
    claims.start_attempt(account=claimant, facts=facts)
    claims.submit_attempt(account=claimant)
    made = disputes.open_dispute(
        account=claimant, facts=facts, statement=disputes.Statement("是我")
    )
    disputes.look_into(made)
    made.refresh_from_db()
    return made


def address_of(name: str, sample: str, places: Places) -> str:
    """The address ``name`` with the real object it is about, else with the sample."""
    app = name.split(":")[0] + ":"
    for values in (places.get(name), places.get(app), places["class"]):
        if values is not None:
            try:
                return reverse(name, kwargs=values)
            except NoReverseMatch:
                continue
    return sample


def signed_in(person: User | None) -> SimpleCookie:
    """The cookies of someone who has just shown again that it is them."""
    client = Client()
    if person is not None:
        client.force_login(person)
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client.cookies
