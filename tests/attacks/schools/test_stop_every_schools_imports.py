"""One file stops the imports of every institution: it must be a fault of that file alone."""

import csv
import io
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from enrollment.files.faults import FileFault
from enrollment.imports import pipeline
from enrollment.imports import services as imports
from enrollment.imports import storage as imports_storage
from enrollment.imports import tasks as imports_tasks
from enrollment.jobs.uploads import enqueue_upload
from enrollment.models import (
    BatchState,
    ImportBatch,
    Institution,
    PhotoBatch,
    PhotoBatchState,
    PhotoKind,
    StudentRecord,
)
from enrollment.photos import services as photos
from enrollment.photos import staging
from enrollment.photos import tasks as photos_tasks
from enrollment.photos.archive import belonging
from tests.enrollment.imported_files import AT, run_import, sample, write_csv
from tests.enrollment.photos.pictures import picture, zip_of
from tests.enrollment.registrar import make_registrar, page_of, publish, upload
from tests.people import make_account, make_school

pytestmark = pytest.mark.django_db
HUGE = "长" * 140_000


@pytest.fixture
def school(db: None) -> Institution:
    """The institution of the sample rows."""
    return make_school()


@pytest.fixture(autouse=True)
def storage(media: Path) -> Path:
    """Uploads go to a directory of the test's own."""
    return media


@pytest.fixture
def registrar(school: Institution) -> User:
    """The registrar of the school that is attacked."""
    return make_registrar("registrar@example.org", school)


@pytest.fixture
def desk(registrar: User) -> Client:
    """The registrar, signed in."""
    client = Client()
    client.force_login(registrar)
    return client


def waiting(registrar: User, content: bytes, name: str = "名册.csv") -> ImportBatch:
    """An uploaded file whose task was lost: the sweep must find it."""
    made = imports.upload_batch(
        institution=make_school(),
        file_name=name,
        source=io.BytesIO(content),
        created_by=registrar,
    )
    ImportBatch.objects.filter(pk=made.pk).update(created_at="2026-01-01T00:00:00Z")
    return made


def with_huge_cell(quote: bool) -> bytes:
    """A roster with one cell of 140,000 characters, with and without quotation marks."""
    rows = sample(3)
    rows[1][AT["姓名"]] = HUGE
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL if quote else csv.QUOTE_MINIMAL).writerows(
        [list(AT), *rows]
    )
    return text.getvalue().encode()


@pytest.mark.parametrize("quote", [False, True])
def test_a_huge_cell_is_a_fault_of_its_file(registrar: User, desk: Client, quote: bool) -> None:
    batch = waiting(registrar, with_huge_cell(quote))
    imports_tasks.rehearse_upload(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.failure) == (BatchState.FAILED, FileFault.LONG_CELL)
    assert "131,072" in page_of(desk, batch)


def test_the_sweep_reaches_the_other_files(
    registrar: User, school: Institution, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = waiting(registrar, write_csv(tmp_path / "b.csv", sample(3)).read_bytes())
    good = waiting(registrar, write_csv(tmp_path / "a.csv", sample(2)).read_bytes())
    rehearse = imports.rehearse_batch

    def fail_for_the_first(*, batch: ImportBatch, **given: object) -> object:
        if batch.pk == bad.pk:
            raise OverflowError("something no reader has foreseen")
        return rehearse(batch=batch, **given)  # type: ignore[arg-type]

    monkeypatch.setattr(imports, "rehearse_batch", fail_for_the_first)
    for _ in range(2):  # one file of an institution at a time
        imports_tasks.sweep_batches()
    good.refresh_from_db()
    assert good.state == BatchState.REHEARSED


def test_a_file_that_always_fails_is_given_up_with_a_reason(
    registrar: User, desk: Client, school: Institution, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    batch = waiting(registrar, write_csv(tmp_path / "a.csv", sample(2)).read_bytes())
    calls = []

    def fail(*args: object, **given: object) -> None:
        calls.append(1)
        raise RuntimeError("张三 has the number 110101200708150017")

    monkeypatch.setattr(imports, "rehearse_batch", fail)
    for _ in range(pipeline.MAX_ATTEMPTS + 2):
        imports_tasks.sweep_batches()
    batch.refresh_from_db()
    assert len(calls) == pipeline.MAX_ATTEMPTS
    assert (batch.state, batch.failure) == (BatchState.FAILED, FileFault.GIVEN_UP)
    assert reverse("registry:check_again", args=[batch.key]) in page_of(desk, batch)


def test_a_worker_killed_each_time_counts_as_well(
    registrar: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = waiting(registrar, write_csv(tmp_path / "a.csv", sample(2)).read_bytes())

    class KilledError(BaseException):
        """In place of SIGKILL: nothing after it is executed."""

    def kill(*args: object, **given: object) -> None:
        ImportBatch.objects.filter(pk=batch.pk).update(state=BatchState.REHEARSING)
        raise KilledError

    monkeypatch.setattr(imports, "rehearse_batch", kill)
    for _ in range(pipeline.MAX_ATTEMPTS):
        with pytest.raises(KilledError):
            imports_tasks.sweep_batches()
    imports_tasks.sweep_batches()
    batch.refresh_from_db()
    assert (batch.state, batch.failure) == (BatchState.FAILED, FileFault.GIVEN_UP)


def test_a_batch_counts_as_checked_only_once_its_workbook_is_kept(
    registrar: User, desk: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = sample(3)
    rows[1][AT["姓名"]] = ""
    batch = waiting(registrar, write_csv(tmp_path / "a.csv", rows).read_bytes())

    class KilledError(BaseException):
        """In place of SIGKILL: nothing after it is executed."""

    def kill(*args: object) -> None:
        batch.refresh_from_db()
        assert batch.state == BatchState.REHEARSING
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "write_faulty_rows", kill)
        with pytest.raises(KilledError):
            imports_tasks.rehearse_upload(batch.pk)
    imports_tasks.sweep_batches()
    batch.refresh_from_db()
    assert (batch.state, batch.result["faulty"]) == (BatchState.REHEARSED, 1)
    with imports_storage.open_faulty_rows(batch) as workbook:
        assert workbook.read(2) == b"PK"


def test_a_publication_that_always_fails_is_given_up_and_stops_no_other(
    desk: Client, school: Institution, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = upload(desk, write_csv(tmp_path / "a.csv", sample(3)), school)
    ImportBatch.objects.update(state=BatchState.PUBLISHING, created_at="2026-01-01T00:00:00Z")

    def fail(**given: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(imports, "publish_batch", fail)
    for _ in range(pipeline.MAX_ATTEMPTS + 1):
        imports_tasks.sweep_batches()
    batch.refresh_from_db()
    assert (batch.state, batch.failure) == (BatchState.FAILED, FileFault.GIVEN_UP)
    assert not StudentRecord.objects.exists()


def test_a_check_by_an_earlier_version_asks_for_another(
    desk: Client, school: Institution, tmp_path: Path
) -> None:
    """A deployment has added a column since the file was checked."""
    batch = upload(desk, write_csv(tmp_path / "a.csv", sample(3)), school)
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE enrollment_staging_{batch.pk} DROP COLUMN ethnicity")
    publish(desk, batch)
    assert (batch.state, batch.failure) == (BatchState.FAILED, FileFault.OUTDATED)
    assert reverse("registry:check_again", args=[batch.key]) in page_of(desk, batch)


def test_a_result_of_another_version_can_be_read(
    desk: Client, school: Institution, tmp_path: Path
) -> None:
    batch = upload(desk, write_csv(tmp_path / "a.csv", sample(3)), school)
    ImportBatch.objects.update(result=batch.result | {"figure_of_tomorrow": 3})
    assert "figure_of_tomorrow" not in page_of(desk, batch)


def test_an_old_publication_is_undone_although_a_column_was_added_since(
    school: Institution, tmp_path: Path
) -> None:
    rows = sample(3)
    run_import(write_csv(tmp_path / "a.csv", rows))
    rows[0][AT["专业名称"]] = "软件工程"
    run_import(write_csv(tmp_path / "b.csv", rows))
    batch = ImportBatch.objects.latest("pk")
    with connection.cursor() as cursor:  # as if ethnicity had not existed then
        cursor.execute("UPDATE enrollment_recordbefore SET row = row - 'ethnicity'")
    today = StudentRecord.objects.get(student_number=rows[0][AT["学号"]])
    imports.undo_batch(batch=batch, by=None)
    record = StudentRecord.objects.get(pk=today.pk)
    assert record.ethnicity == today.ethnicity
    assert record.major_name != "软件工程"


def test_one_zip_of_photographs_stops_no_other(
    registrar: User, school: Institution, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    made = [
        photos.upload_photos(
            institution=school,
            kind=PhotoKind.ADMISSION,
            file_name=f"{number}.zip",
            source=io.BytesIO(b"PK\x05\x06" + bytes(18)),
            created_by=registrar,
        )
        for number in range(2)
    ]
    PhotoBatch.objects.update(created_at="2026-01-01T00:00:00Z")
    calls = []

    def fail_for_the_first(*given: object) -> object:
        calls.append(1)
        if len(calls) == 1:
            raise OverflowError
        return belonging(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(staging, "belonging", fail_for_the_first)
    for _ in range(2):
        photos_tasks.sweep_photo_batches()
    assert PhotoBatch.objects.get(pk=made[1].pk).state == PhotoBatchState.CHECKED

    def fail(*given: object) -> None:
        raise OverflowError

    monkeypatch.setattr(staging, "belonging", fail)
    for _ in range(photos.MAX_ATTEMPTS + 1):
        photos_tasks.sweep_photo_batches()
    first = PhotoBatch.objects.get(pk=made[0].pk)
    assert (first.state, first.failure) == (PhotoBatchState.FAILED, FileFault.GIVEN_UP)


def test_an_upload_by_the_command_that_broke_off_is_closed(school: Institution) -> None:
    """Its batch has no file to be taken up again."""
    batch = imports.open_batch(institution=school, file_name="a.csv", sha256=b"", created_by=None)
    ImportBatch.objects.update(state=BatchState.REHEARSING)
    imports_tasks.sweep_batches()
    batch.refresh_from_db()
    assert (batch.state, batch.failure) == (BatchState.FAILED, FileFault.INTERRUPTED)


def test_check_again_begins_with_fresh_attempts(
    desk: Client, school: Institution, tmp_path: Path
) -> None:
    batch = upload(desk, write_csv(tmp_path / "a.csv", sample(3)), school)
    ImportBatch.objects.update(
        state=BatchState.FAILED, failure=FileFault.GIVEN_UP, attempts=pipeline.MAX_ATTEMPTS
    )
    desk.post(reverse("registry:check_again", args=[batch.key]))
    imports_tasks.rehearse_upload(batch.pk)
    batch.refresh_from_db()
    assert batch.state == BatchState.REHEARSED


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
    imports_tasks.sweep_batches()
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


def test_a_photograph_without_a_name_is_refused_by_itself(
    registrar: User, school: Institution
) -> None:
    """The library reads a name up to its first NUL, and then stumbles over the empty one."""
    number = sample(1)[0][AT["学号"]]
    content = zip_of({"NUL.jpg": picture(), f"{number}.jpg": picture()}).getvalue()
    batch = photos.upload_photos(
        institution=school,
        kind=PhotoKind.ADMISSION,
        file_name="a.zip",
        source=io.BytesIO(content.replace(b"NUL.jpg", b"\0UL.jpg")),
        created_by=registrar,
    )
    photos.check_photos(batch)
    batch.refresh_from_db()
    assert batch.state == PhotoBatchState.CHECKED
