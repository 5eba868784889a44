"""One school sends many files at once: the files of other schools do not wait for all of them."""

import io
from pathlib import Path

import pytest

from accounts.models import User
from enrollment.imports import pipeline
from enrollment.imports import services as imports
from enrollment.imports import tasks as imports_tasks
from enrollment.jobs.uploads import enqueue_upload
from enrollment.models import ImportBatch, Institution, PhotoKind
from enrollment.photos import services as photos
from enrollment.photos import tasks as photos_tasks
from tests.enrollment.imported_files import sample, write_csv
from tests.enrollment.sweeps import sweep_imports
from tests.people import make_account, make_school

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


def of(school: Institution, content: bytes) -> ImportBatch:
    """A file of ``school`` that waits, its doorbell lost."""
    made = imports.upload_batch(
        institution=school,
        file_name="a.csv",
        source=io.BytesIO(content),
        created_by=make_account(f"r{ImportBatch.objects.count()}@example.org"),
    )
    ImportBatch.objects.filter(pk=made.pk).update(created_at="2026-01-01T00:00:00Z")
    return made


def test_many_files_of_one_school_make_no_other_wait_for_all_of_them(
    school: Institution, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One process serves all imports: the files of a school do not fill its queue."""
    content = write_csv(tmp_path / "a.csv", sample(2)).read_bytes()
    many = [of(school, content) for _ in range(6)]
    other = of(make_school("10009", "丁校"), content)
    queue: list[int] = []

    def put(arguments: tuple[int], **_: object) -> None:
        queue.extend(arguments)

    monkeypatch.setattr(imports_tasks.rehearse_upload, "apply_async", put)
    for batch in (*many, other):
        enqueue_upload(imports_tasks.rehearse_upload, batch)
    assert queue == [many[0].pk, other.pk]

    checked: list[int] = []
    rehearse = pipeline.rehearse

    def note(batch: ImportBatch) -> None:
        checked.append(batch.pk)
        rehearse(batch)

    monkeypatch.setattr(pipeline, "rehearse", note)
    sweep_imports()
    assert checked == [many[0].pk, other.pk], "nor does a sweep take all of them in hand"
    while queue:
        imports_tasks.rehearse_upload(queue.pop(0))
    assert checked[2:] == [batch.pk for batch in many[1:]], "each rings for the next"


def test_many_zips_of_one_school_make_no_other_wait_for_all_of_them(
    registrar: User, school: Institution, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [
        photos.upload_photos(
            institution=owner,
            kind=PhotoKind.ADMISSION,
            file_name="a.zip",
            source=io.BytesIO(b"PK\x05\x06" + bytes(18)),
            created_by=registrar,
        )
        for owner in (school, school, school, make_school("10009", "丁校"))
    ]
    queue: list[int] = []

    def put(arguments: tuple[int], **_: object) -> None:
        queue.extend(arguments)

    monkeypatch.setattr(photos_tasks.check_photos, "apply_async", put)
    for batch in made:
        enqueue_upload(photos_tasks.check_photos, batch)
    keys = [batch.pk for batch in made]
    assert queue == [keys[0], keys[3]]
    photos_tasks.check_photos(queue.pop(0))
    assert queue == [keys[3], keys[1]], "the next of the school comes after the other school's"
