"""A registrar releases a file and loses the right before a worker publishes it."""

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.recovery.take_back import take_back
from accounts.roles import Role
from enrollment.imports import tasks as imports_tasks
from enrollment.institutions import staff
from enrollment.models import (
    BatchState,
    ImportBatch,
    Institution,
    Photo,
    PhotoBatch,
    PhotoBatchState,
    StudentRecord,
)
from enrollment.photos import services as photos
from enrollment.photos import tasks as photos_tasks
from tests.enrollment.imported_files import sample, write_csv
from tests.enrollment.photos.pictures import checked
from tests.enrollment.registrar import (
    APPROVED,
    make_registrar,
    publish,
    shown_on,
    signed_in_just_now,
    upload,
)
from tests.people import make_school

pytestmark = pytest.mark.django_db


@pytest.fixture
def released(desk: Client, school: Institution, tmp_path: Path, media: Path) -> ImportBatch:
    """A file that waits for a worker."""
    batch = upload(desk, write_csv(tmp_path / "a.csv", sample(3)), school)
    signed_in_just_now(desk)
    given = APPROVED | {"shown": shown_on(desk, batch)}
    desk.post(reverse("registry:publish", args=[batch.key]), given)
    batch.refresh_from_db()
    assert batch.state == BatchState.PUBLISHING
    return batch


def dismiss(registrar: User, school: Institution, operator: User) -> None:
    staff.dismiss(
        account=registrar, role=Role.REGISTRAR, institution=school, reason="x", by=operator
    )


def test_a_file_of_a_dismissed_registrar_waits_for_another(
    released: ImportBatch, registrar: User, school: Institution, operator: User
) -> None:
    dismiss(registrar, school, operator)
    imports_tasks.publish_upload(released.pk)
    released.refresh_from_db()
    assert (released.state, released.published_by) == (BatchState.REHEARSED, None)
    assert not StudentRecord.objects.exists()
    colleague = Client()
    colleague.force_login(make_registrar("colleague@example.org", school))
    publish(colleague, released)
    assert released.state == BatchState.PUBLISHED


def test_a_registrar_of_another_school_alone_publishes_nothing_here(
    released: ImportBatch, registrar: User, school: Institution, operator: User
) -> None:
    make_registrar("registrar2@example.org", make_school("10009", "丁校"))
    registrar.registrar_of.create(institution=make_school("10009", "丁校"))
    dismiss(registrar, school, operator)
    imports_tasks.publish_upload(released.pk)
    assert not StudentRecord.objects.exists()


def test_a_file_released_from_a_taken_account_ends_with_taking_it_back(
    released: ImportBatch, registrar: User
) -> None:
    take_back(account=registrar)
    released.refresh_from_db()
    assert (released.state, released.published_by) == (BatchState.REHEARSED, None)
    imports_tasks.publish_upload(released.pk)
    assert not StudentRecord.objects.exists()


@pytest.fixture
def pictures(school: Institution, registrar: User, media: Path) -> PhotoBatch:
    """A checked ZIP with the photograph of one person."""
    return checked(school, registrar, 1)


def test_photographs_of_a_dismissed_registrar_wait_for_another(
    pictures: PhotoBatch, registrar: User, school: Institution, operator: User
) -> None:
    photos.release_photos(batch=pictures, by=registrar)
    dismiss(registrar, school, operator)
    photos_tasks.import_photo_batch(pictures.pk)
    pictures.refresh_from_db()
    assert (pictures.state, pictures.taken_by) == (PhotoBatchState.CHECKED, None)
    assert not Photo.objects.exists()


def test_photographs_are_not_taken_away_by_a_dismissed_registrar(
    pictures: PhotoBatch, registrar: User, school: Institution, operator: User
) -> None:
    photos.release_photos(batch=pictures, by=registrar)
    photos_tasks.import_photo_batch(pictures.pk)
    pictures.refresh_from_db()
    photos.undo_photos(batch=pictures, by=registrar)
    dismiss(registrar, school, operator)
    photos_tasks.undo_photo_batch(pictures.pk)
    pictures.refresh_from_db()
    assert (pictures.state, pictures.undone_by) == (PhotoBatchState.TAKEN, None)
    assert Photo.objects.exists()
