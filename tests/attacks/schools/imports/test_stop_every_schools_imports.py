"""One file stops the imports of every institution: it must be a fault of that file alone."""

import csv
import io
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import User
from enrollment.files.faults import FileFault
from enrollment.imports import pipeline
from enrollment.imports import services as imports
from enrollment.imports import storage as imports_storage
from enrollment.imports import tasks as imports_tasks
from enrollment.models import (
    BatchState,
    ImportBatch,
    Institution,
    StudentRecord,
)
from tests.enrollment.imported_files import AT, run_import, sample, write_csv
from tests.enrollment.registrar import page_of, publish, upload
from tests.enrollment.sweeps import sweep_imports
from tests.people import make_school

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
HUGE = "长" * 140_000


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
        sweep_imports()
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
        sweep_imports()
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
            sweep_imports()
    sweep_imports()
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
    sweep_imports()
    batch.refresh_from_db()
    assert (batch.state, batch.result["faulty"]) == (BatchState.REHEARSED, 1)
    with imports_storage.open_faulty_rows(batch) as workbook:
        assert workbook.read(2) == b"PK"


def test_a_publication_that_always_fails_is_given_up_and_stops_no_other(
    desk: Client, school: Institution, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = upload(desk, write_csv(tmp_path / "a.csv", sample(3)), school)
    ImportBatch.objects.update(
        state=BatchState.PUBLISHING,
        published_by=batch.created_by,
        created_at="2026-01-01T00:00:00Z",
    )

    def fail(**given: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(imports, "publish_batch", fail)
    for _ in range(pipeline.MAX_ATTEMPTS + 1):
        sweep_imports()
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


def test_an_upload_by_the_command_that_broke_off_is_closed(school: Institution) -> None:
    """Its batch has no file to be taken up again."""
    batch = imports.open_batch(institution=school, file_name="a.csv", sha256=b"", created_by=None)
    ImportBatch.objects.update(state=BatchState.REHEARSING)
    sweep_imports()
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
