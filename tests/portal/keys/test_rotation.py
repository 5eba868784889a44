"""Whatever is kept sealed can be sealed with a new key, and the old one thrown away (T13)."""

import io
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.apps import apps
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.codes import services as codes
from accounts.contacts import services as contacts
from accounts.models import Code, Rescue, User
from delivery.models import Channel, OutboxMessage
from delivery.outbox.content import unseal as open_message
from devtools.demo.photos import silhouette
from enrollment.files.evidence import check_all, evidence_of, keep_evidence, serve_evidence
from enrollment.imports import services as imports
from enrollment.imports import storage as imports_storage
from enrollment.jobs.locking import institution_lock
from enrollment.models import (
    BatchState,
    Correction,
    EvidencePurpose,
    ImportBatch,
    PhotoBatch,
    PhotoBatchState,
    PhotoKind,
    StatusReport,
    StudentRecord,
)
from enrollment.photos import services as photos_services
from enrollment.photos.refused import refused_of
from enrollment.photos.storage import keep_photo
from enrollment.status_reports.rendering import facts_of
from enrollment.status_reports.services import open_file
from support.models import Report, ReportEntry
from tests.accounts.sign_in.authenticator import code_now, set_up_app, sign_in
from tests.enrollment.files.evidence_files import paper
from tests.enrollment.imported_files import AT, certificate_of, run_import, sample, write_csv
from tests.enrollment.photos.pictures import make_photo_batch, zip_of
from tests.enrollment.registrar import upload
from tests.people import make_account, make_school
from tests.portal.keys.unsealed_columns import IN_THE_CLEAR
from vault.cipher import unseal
from vault.rotation import registered
from verification.models import Dispute, VerificationAttempt

OLD_ID = "the-key-of-long-ago"
OLD, NEW = {OLD_ID: bytes(range(32))}, {"new": bytes(range(32, 64))}
PARTS = ("statement", "objection", "reason")
PREFIX = bytes([len(OLD_ID)]) + OLD_ID.encode()

# JSON that is no place for sealed values, and why it may stand open.
OPEN_JSON = {
    "accounts.Notice.detail",  # no personal data
    "accounts.PersonalDataCount.hours",  # counts by the hour
    "audit.AuditEntry.detail",  # counts and keys
    "enrollment.Campaign.confirm_fields",  # names of fields
    "enrollment.Campaign.ignore_fields",
    "enrollment.Confirmation.fields",
    "enrollment.Confirmation.wrong_fields",
    "enrollment.ImportBatch.column_names",  # titles of columns
    "enrollment.ImportBatch.mapping",  # column numbers
    "enrollment.ImportBatch.result",  # counts and faults
    "enrollment.ImportBatch.sheet_choices",  # names of sheets
    "enrollment.Institution.column_titles",  # titles of columns
    "verification.Dispute.classmates",  # student numbers, to be asked
}


def columns() -> dict[str, models.Field]:  # type: ignore[type-arg]
    """Every column of every table, named ``app.Model.column``."""
    return {
        f"{model._meta.app_label}.{model.__name__}.{field.name}": field
        for model in apps.get_models()
        for field in model._meta.concrete_fields
    }


def test_every_column_that_may_be_sealed_is_in_the_register() -> None:
    covered = [column for rotation in registered() for column in rotation.columns]
    assert len(covered) == len(set(covered)), "each is sealed anew by one"
    known = columns()
    assert set(covered) <= set(known)
    assert set(known) >= IN_THE_CLEAR | OPEN_JSON, "no exception outlives its column"
    must = {
        name
        for name, field in known.items()
        if isinstance(field, models.FileField)
        or (isinstance(field, models.BinaryField) and not name.endswith("_hash"))
        or isinstance(field, models.JSONField)
        or name.rpartition(".")[2].endswith(("_sealed", "stored_as", "upload"))
    }
    assert must - IN_THE_CLEAR - OPEN_JSON - set(covered) == set()


@pytest.fixture(autouse=True)
def _old_key(settings: Settings) -> None:
    settings.VAULT_KEYS = OLD


def places_with(needle: bytes, folder: Path) -> set[str]:
    """Tables and files that contain ``needle``, also written as hex or as base 64."""
    found = set()
    written = [needle.hex(), b64encode(needle[: len(needle) // 3 * 3]).decode()]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(
                f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE ANY(%s)',
                [[f"%{form}%" for form in written]],
            )
            if cursor.fetchone()[0]:
                found.add(table)
    files = (path for path in folder.rglob("*") if path.is_file())
    return found | {
        path.relative_to(folder).parts[0] for path in files if needle in path.read_bytes()
    }


@pytest.fixture
def planted(
    media: Path,
    tmp_path: Path,
    settings: Settings,
    wang_report: StatusReport,
    wang_submission: Correction,
    dispute: Dispute,
    unmatched_attempt: None,
    opened_rescue: Rescue,
    desk_registrar: User,
) -> str:
    """One of everything that is kept sealed; the secret of an authenticator app."""
    settings.EMAIL_BACKEND = "delivery.backend.OutboxEmailBackend"
    rows = sample(5)
    make_school(code=rows[0][AT["院校代码"]])
    run_import(write_csv(tmp_path / "a.csv", rows))
    rows[0][AT["学籍状态"]] = "休学"
    run_import(write_csv(tmp_path / "b.csv", rows))  # keeps a record for the undo
    registrar = Client()
    registrar.force_login(desk_registrar)
    rows[1][AT["学籍状态"]] = "在读"
    upload(registrar, write_csv(tmp_path / "c.csv", rows + sample(7)[5:]), make_school())
    make_photo_batch(desk_registrar)
    photos_services.upload_photos(
        institution=make_school(),
        kind=PhotoKind.GRADUATION,
        file_name="b.zip",
        source=zip_of({}),
        created_by=desk_registrar,
    )  # not checked yet
    record = StudentRecord.objects.get(name="王明")
    keep_photo(record=record, kind=PhotoKind.ADMISSION, picture=silhouette(1), by=None)
    keep_evidence(
        purpose=EvidencePurpose.REPORT,
        subject=Report.objects.get().key,
        files=check_all([SimpleUploadedFile("a.pdf", paper())]),
        by=dispute.claimant,
    )
    for part in PARTS:
        Dispute.objects.update(**{f"{part}_sealed": dispute.sealed(f"words of {part}", part)})
    person = make_account("person@example.org")
    contacts.request_code(
        account=person, channel=Channel.SMS, address="+8613912345678", client="198.51.100.7"
    )
    typed = codes.derive(Code.objects.latest("pk"))
    contacts.confirm_binding(account=person, channel=Channel.SMS, typed=typed)
    return set_up_app(sign_in(person))


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("planted")
def test_nothing_is_left_that_only_the_old_key_opens(media: Path, settings: Settings) -> None:
    assert {"imports", "photos", "evidence", "reports"} < places_with(PREFIX, media)
    settings.VAULT_KEYS = NEW | OLD
    first, second = rotated(), rotated()
    assert 0 not in first.values(), "the test plants one of everything that can be sealed"
    assert set(second.values()) == {0}
    settings.VAULT_KEYS = NEW
    assert places_with(PREFIX, media) == set()


@pytest.mark.django_db(transaction=True)
def test_everything_opens_with_the_new_key_alone(
    planted: str, wang: User, settings: Settings, media: Path
) -> None:
    settings.VAULT_KEYS = NEW | OLD
    browser = Client()
    browser.force_login(wang)
    browser.post("/support/reports/new/birth_date/", {"correct": "x" * 999, "words": "half done"})
    rotated()
    settings.VAULT_KEYS = NEW

    assert VerificationAttempt.objects.get(account__email__startswith="li").facts.name == "李晓雨"
    dispute = Dispute.objects.get()
    assert dispute.facts.name == "王明"
    assert [getattr(dispute, part) for part in PARTS] == [f"words of {part}" for part in PARTS]
    report = Report.objects.get()
    assert report.stated["correct"] == "王䶮"
    assert ReportEntry.objects.earliest("pk").words == "姓名第二个字应为䶮"
    [file] = evidence_of(EvidencePurpose.REPORT, [report.key])
    answer = serve_evidence(file)
    assert b"".join(answer.streaming_content).startswith(b"%PDF")  # type: ignore[arg-type]
    correction = Correction.objects.get()
    assert unseal(correction.new_sealed, context=f"correction:{correction.key}") == "王䶮".encode()
    paper = StatusReport.objects.get()
    assert facts_of(paper)["name"] == "王明"
    assert open_file(paper).startswith(b"%PDF")
    person = User.objects.get(email="person@example.org")
    assert codes.address_of(Code.objects.get(account=person)) == "+8613912345678"
    assert browser.get("/").wsgi_request.user == wang
    secret = sign_in(person)
    secret.post(reverse("mfa_authenticate"), {"code": code_now(planted)})
    assert secret.session["_auth_user_id"] == str(person.pk)
    for message in OutboxMessage.objects.exclude(sealed=b""):
        assert open_message(message.key, message.sealed)[0]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("planted")
def test_a_file_checked_before_is_published_after(desk_registrar: User, settings: Settings) -> None:
    settings.VAULT_KEYS = NEW | OLD
    rotated()
    settings.VAULT_KEYS = NEW
    batch = ImportBatch.objects.get(state=BatchState.REHEARSED)
    assert imports_storage.head_of(batch)[0]
    imports_storage.open_upload(batch).close()
    imports_storage.open_faulty_rows(batch).close()
    imports.publish_batch(batch=batch, by=None)
    for row in sample(7)[5:]:
        record = StudentRecord.objects.get(student_number=row[AT["学号"]])
        assert certificate_of(record) == row[AT["证件号码"]]
    imports_storage.forget(batch)
    assert not default_storage.exists(batch.upload)

    photos = PhotoBatch.objects.get(state=PhotoBatchState.CHECKED)
    assert refused_of(photos)
    photos_services.release_photos(batch=photos, by=desk_registrar)
    photos_services.import_photo_batch(photos)
    photos.refresh_from_db()
    assert photos.state == PhotoBatchState.TAKEN
    assert not default_storage.exists(photos.upload)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("planted")
def test_while_a_file_is_imported_it_asks_to_be_run_again() -> None:
    batch = ImportBatch.objects.get(state=BatchState.REHEARSED)
    with (
        ThreadPoolExecutor(1) as pool,
        institution_lock(batch.institution_id),
        pytest.raises(CommandError, match="run this again"),
    ):
        pool.submit(elsewhere, rotated).result()


def elsewhere(act: Callable[[], object]) -> None:
    """In another process, as far as the database can tell."""
    try:
        act()
    finally:
        connection.close()


def rotated() -> dict[str, int]:
    """How many of each the command says it has sealed again."""
    told = io.StringIO()
    call_command("rotate_vault", stdout=told)
    figures = (line for line in told.getvalue().splitlines() if line[0].isdigit())
    lines = (line.split(" ", 1) for line in figures)
    return {name: int(count) for count, name in lines}
