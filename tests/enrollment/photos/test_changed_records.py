"""Records that become another person's while a ZIP is checked or imported get no photograph."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit.models import AuditEntry
from enrollment.files.images import PhotoFault, prepare
from enrollment.models import FieldChange, Institution, PhotoBatch, PhotoBatchState, StudentRecord
from enrollment.photos import exchange
from enrollment.photos import services as photos
from enrollment.photos import tasks as photos_tasks
from enrollment.photos.refused import refused_of
from tests.enrollment.photos.pictures import checked, picture, taken, zip_of
from tests.people import make_record, sample_number

pytestmark = pytest.mark.django_db


def change(record: StudentRecord) -> None:
    """A correction gives the record another number."""
    FieldChange.objects.create(record=record, field="certificate_number", version=2)


def changing_while_drawn(patch: pytest.MonkeyPatch, number: str) -> None:
    """A record changes after the names were compared, before its picture is drawn."""

    def change_and_draw(data: bytes) -> Any:
        record = StudentRecord.objects.get(student_number=number)
        if not record.changes.exists():
            change(record)
        return prepare(data)

    patch.setattr("enrollment.photos.processing.prepare", change_and_draw)


def test_a_record_that_changes_while_the_zip_is_checked(
    school: Institution, registrar: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        make_record(name="学生2", number=sample_number(2), student_number="S002")
        changing_while_drawn(patch, "S002")
        batch = checked(school, registrar, 2)
    taken(batch, registrar)
    assert (batch.new, batch.refused) == (1, 1)
    assert not school.records.get(student_number="S002").photos.exists()


def test_a_record_that_changes_while_the_zip_is_imported(
    client: Client, school: Institution, registrar: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = checked(school, registrar, 2)
    other = school.records.get(student_number="S002")
    give = exchange._give_group

    def give_and_change(of: PhotoBatch) -> int:
        given = give(of)
        if not other.changes.exists():
            change(other)
        return given

    monkeypatch.setattr(exchange, "GROUP", 1)
    monkeypatch.setattr(exchange, "_give_group", give_and_change)
    taken(batch, registrar)
    assert (batch.new, batch.refused) == (1, 1)
    assert not other.photos.exists()
    page = client.get(reverse("registry:photo_batch", args=[batch.key])).content.decode()
    assert "该生的姓名或号码有变动" in page


@pytest.mark.parametrize("step", ["exchange.give", "services._write"])
def test_a_worker_killed_on_the_way_leaves_neither_the_count_nor_the_trail_wrong(
    school: Institution, registrar: User, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    batch = checked(school, registrar, 3)
    change(school.records.get(student_number="S002"))
    photos.release_photos(batch=batch, by=registrar)

    def die(*_: object, **__: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(f"enrollment.photos.{step}", die)
        with pytest.raises(MemoryError):
            photos_tasks.import_photo_batch(batch.pk)
    batch.refresh_from_db()
    assert batch.state == PhotoBatchState.TAKING
    photos_tasks.import_photo_batch(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.new, batch.refused) == (PhotoBatchState.TAKEN, 2, 1)
    assert [fault for _, fault in refused_of(batch)] == [PhotoFault.CHANGED]
    [entry] = AuditEntry.objects.filter(action="enrollment.import_photos")
    assert (entry.actor_id, entry.detail["stored"]) == (registrar.pk, 2)


def test_the_command_tells_of_a_record_that_has_changed(
    school: Institution, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_record(name="学生1", number=sample_number(1), student_number="S001")
    changing_while_drawn(monkeypatch, "S001")
    path = tmp_path / "photos.zip"
    path.write_bytes(zip_of({"S001.jpg": picture()}).getvalue())
    told = io.StringIO()
    with pytest.raises(CommandError) as error:
        call_command("import_photos", path, institution="19998", stdout=told)
    assert error.value.returncode == 1
    assert f"S001.jpg: {PhotoFault.CHANGED.label}" in told.getvalue()
