"""After a rotation the old key can be thrown away, and an undo still works."""

import io
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from pytest_django import Settings

from accounts.models import User
from devtools.demo.photos import silhouette
from enrollment.imports.services import undo_batch
from enrollment.models import ImportBatch, Photo, PhotoKind, StatusReport, StudentRecord
from enrollment.photos.storage import keep_photo
from enrollment.status_page.cards import card_of
from enrollment.status_reports.rendering import facts_of
from enrollment.status_reports.services import issue_report, open_file
from enrollment.status_reports.signing import verify
from enrollment.status_reports.tasks import print_status_report
from tests.enrollment.imported_files import AT, certificate_of, run_import, sample, write_csv
from vault.cipher import unseal

OLD, NEW = bytes(range(32)), bytes(range(32, 64))


def rotated() -> set[str]:
    """What the command says it has touched."""
    told = io.StringIO()
    call_command("rotate_vault", stdout=told)
    return set(told.getvalue().splitlines())


@pytest.mark.usefixtures("school")
def test_records_are_sealed_again_and_an_undo_still_works(
    tmp_path: Path, settings: Settings
) -> None:
    settings.VAULT_KEYS = {"old": OLD}
    rows = sample(5)
    run_import(write_csv(tmp_path / "a.csv", rows))
    rows[0][AT["学籍状态"]] = "休学"
    run_import(write_csv(tmp_path / "b.csv", rows))
    record = StudentRecord.objects.get(student_number=rows[0][AT["学号"]])
    keep_photo(record=record, kind=PhotoKind.ADMISSION, picture=silhouette(1), by=None)

    settings.VAULT_KEYS = {"new": NEW, "old": OLD}
    assert {"5 records", "1 records kept for undo", "1 photos"} <= rotated()
    assert all(line.startswith("0 ") for line in rotated())

    settings.VAULT_KEYS = {"new": NEW}
    undo_batch(batch=ImportBatch.objects.latest("pk"), by=None)
    for row in rows:
        again = StudentRecord.objects.get(student_number=row[AT["学号"]])
        assert certificate_of(again) == row[AT["证件号码"]]
    photo = Photo.objects.get()
    with default_storage.open(photo.stored_as) as file:
        assert unseal(file.read(), context=f"photo:{photo.key}").startswith(b"\xff\xd8")


@pytest.mark.usefixtures("media")
def test_reports_and_signing_keys_are_sealed_again(
    wang: User, wang_record: StudentRecord, settings: Settings
) -> None:
    ring = settings.VAULT_KEYS
    card = card_of(wang, wang_record.key)
    assert card is not None
    made = issue_report(card=card, account=wang, purpose="实习", language="zh", days=9, pin="")
    print_status_report(made.pk)
    content = open_file(StatusReport.objects.get())

    settings.VAULT_KEYS = {"new": NEW, **ring}
    rotated()
    settings.VAULT_KEYS = {"new": NEW}
    report = StatusReport.objects.get()
    assert open_file(report) == content
    assert facts_of(report)["name"] == "王明"
    again = issue_report(card=card, account=wang, purpose="实习", language="zh", days=9, pin="")
    print_status_report(again.pk)
    again.refresh_from_db()
    assert verify(open_file(again)).authentic
    assert verify(content).signer == verify(open_file(again)).signer
