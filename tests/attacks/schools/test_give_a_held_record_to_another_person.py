"""A registrar's file gives records in students' hands to other people: never by the way."""

import io
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice, User
from enrollment.confirmations.services import answer_record
from enrollment.files.faults import FileFault
from enrollment.imports import services as imports
from enrollment.imports import tasks as imports_tasks
from enrollment.imports.staging.undo import UndoBlockedError
from enrollment.imports.tokens.services import create_token
from enrollment.models import (
    BatchState,
    ImportBatch,
    Institution,
    Photo,
    StatusReport,
    StudentRecord,
    TokenRight,
)
from enrollment.records.services import RecordHeldError, claim_records
from tests.enrollment.imported_files import AT, run_import, sample, write_csv
from tests.enrollment.registrar import (
    APPROVED,
    make_registrar,
    page_of,
    publish,
    shown_on,
    signed_in_just_now,
    upload,
)
from tests.people import make_account, make_school, sample_number
from vault.lookup import keyed_hash
from verification.models import Claim

pytestmark = pytest.mark.django_db
Rows = list[list[str]]


@pytest.fixture(autouse=True)
def storage(media: Path) -> Path:
    """Uploads go to a directory of the test's own."""
    return media


@pytest.fixture
def school(db: None) -> Institution:
    """The institution of the sample rows."""
    return make_school()


@pytest.fixture
def registrar(school: Institution) -> User:
    """Its registrar."""
    return make_registrar("registrar@example.org", school)


@pytest.fixture
def desk(registrar: User) -> Client:
    """The registrar, signed in."""
    client = Client()
    client.force_login(registrar)
    return client


@pytest.fixture
def rows(school: Institution, tmp_path: Path) -> Rows:
    """A published file of forty people."""
    rows = sample(40)
    run_import(write_csv(tmp_path / "first.csv", rows))
    return rows


def record_of(row: list[str]) -> StudentRecord:
    """The record of a row."""
    return StudentRecord.objects.get(student_number=row[AT["学号"]])


def hold(row: list[str], email: str = "holder@example.org") -> User:
    """A student's account that holds the record of a row."""
    account, record = make_account(email), record_of(row)
    StudentRecord.objects.filter(pk=record.pk).update(holder=account, claimed_at=timezone.now())
    Claim.objects.create(
        account=account,
        certificate_hash=record.certificate_hash,
        institution_code=record.institution.code,
        method="self",
    )
    return account


def hold_all(rows: Rows) -> None:
    """Every record of the file is in a student's hands."""
    for number, row in enumerate(rows):
        hold(row, f"holder{number}@example.org")


def become(row: list[str], serial: int, name: str = "外来人") -> None:
    """Write another person into a row."""
    row[AT["姓名"]], row[AT["证件号码"]] = name, sample_number(serial)
    row[AT["出生日期"]], row[AT["性别"]] = "20070815", "男" if serial % 2 else "女"


def release(client: Client, batch: ImportBatch, **given: object) -> ImportBatch:
    """Press “publish” with what was ticked; the batch as it is then."""
    signed_in_just_now(client)
    address = reverse("registry:publish", args=[batch.key])
    if batch.state == BatchState.REHEARSED:
        given["shown"] = shown_on(client, batch)
    client.post(address, APPROVED | given)
    imports_tasks.publish_upload(batch.pk)
    batch.refresh_from_db()
    return batch


def test_nothing_of_the_new_person_reaches_the_old_holder(
    desk: Client, school: Institution, rows: Rows, tmp_path: Path
) -> None:
    holder, record = hold(rows[0]), record_of(rows[0])
    student = Client()
    student.force_login(holder)
    answer_record(record=record, account=holder, asked=["name"], wrong=[])
    photo = Photo.objects.create(
        record=record, kind="admission", stored_as="x", thumbnail_stored_as="x", width=1, height=1
    )
    report = StatusReport.objects.create(
        record=record, account=holder, purpose="实习", language="zh", version=1,
        facts_sealed=b"", issued_at=timezone.now(),
        valid_until=timezone.now() + timedelta(days=9),
    )  # fmt: skip
    become(rows[0], 11)
    batch = upload(desk, write_csv(tmp_path / "a.csv", rows), school)
    assert batch.result["other_person"] == 1
    assert "only=other_person" in page_of(desk, batch)
    address = reverse("registry:changes", args=[batch.key])
    listed = desk.get(address, {"only": "other_person"}).content.decode()
    assert rows[0][AT["学号"]] in listed

    assert release(desk, batch).state == BatchState.REHEARSED, "“publish” alone does not do it"
    assert release(desk, batch, accept_new_holders="on").state == BatchState.PUBLISHED
    record.refresh_from_db()
    assert (record.holder_id, record.name) == (None, "外来人")
    assert not Claim.objects.filter(account=holder, ended_at=None).exists()
    report.refresh_from_db()
    assert report.revoked_at is not None
    for address in ("/status/", f"/status/{record.key}/", f"/status/photos/{photo.key}/"):
        assert "外来人" not in student.get(address).content.decode()
    assert student.get(f"/status/{record.key}/").status_code == 404
    notice = Notice.objects.get(account=holder)
    assert notice.kind == "record_left"
    assert "外来人" not in str(notice.detail)


def test_nothing_of_the_old_person_reaches_the_new_holder(
    desk: Client, school: Institution, rows: Rows, tmp_path: Path
) -> None:
    old, record = hold(rows[0]), record_of(rows[0])
    old_name = record.name
    answer = answer_record(record=record, account=old, asked=["name"], wrong=[])
    photo = Photo.objects.create(
        record=record, kind="admission", stored_as="x", thumbnail_stored_as="x", width=1, height=1
    )
    Photo.objects.update(added_at="2026-01-01T00:00:00Z")
    become(rows[0], 11)
    batch = upload(desk, write_csv(tmp_path / "a.csv", rows), school)
    release(desk, batch, accept_new_holders="on")
    new = make_account("new@example.org")
    StudentRecord.objects.filter(pk=record.pk).update(holder=new, claimed_at=timezone.now())
    student = Client()
    student.force_login(new)
    page = student.get(f"/status/{record.key}/").content.decode()
    assert "外来人" in page
    assert old_name not in page
    assert str(photo.key) not in page
    assert student.get(reverse("enrollment:photo", args=[photo.key])).status_code == 404
    assert student.get(reverse("enrollment:receipt", args=[answer.key])).status_code == 404


@pytest.mark.parametrize("how", ["command", "token", "token asked to publish"])
def test_no_entrance_does_it_without_the_decision(
    registrar: User, school: Institution, rows: Rows, tmp_path: Path, how: str
) -> None:
    hold(rows[0])
    become(rows[0], 11)
    path = write_csv(tmp_path / "a.csv", rows)
    kept = record_of(rows[0])
    if how == "command":
        run_import(path, approval=None)
        assert record_of(rows[0]).certificate_hash == kept.certificate_hash
        with pytest.raises(CommandError) as refused:
            run_import(path)
        assert refused.value.returncode == 2
        assert record_of(rows[0]).name != "外来人"
        result = run_import(path, accept_new_holders=1)
        assert result["other_person"] == 1
        assert record_of(rows[0]).holder_id is None
        return
    _, secret = create_token(
        institution=school, name="系统", right=TokenRight.PUBLISH, days=9, by=registrar
    )
    system, headers = Client(), {"Authorization": f"Bearer {secret}"}
    asked = "?publish=1" if how == "token asked to publish" else ""
    told: dict[str, Any] = system.put(
        f"/api/imports/{path.name}{asked}", path.read_bytes(), headers=headers
    ).json()
    batch = ImportBatch.objects.latest("pk")
    imports_tasks.rehearse_upload(batch.pk)
    imports_tasks.publish_upload(batch.pk)
    now = record_of(rows[0])
    assert (now.holder_id, now.name, now.phone_hash) == (
        kept.holder_id, kept.name, kept.phone_hash,
    )  # fmt: skip
    if asked:
        return
    address = told["address"] + "publish/"
    approval = urlencode({"approval": "教学〔2026〕7号", "approved_on": "2026-09-01"})
    answer = system.post(f"{address}?{approval}", headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (409, "other_person")
    for wrong in ("on", "2", "-1", "9" * 5000):
        answer = system.post(f"{address}?{approval}&accept_new_holders={wrong}", headers=headers)
        assert answer.status_code == 409
    assert system.post(f"{address}?accept_new_holders=1", headers=headers).status_code == 409
    agreed = system.post(f"{address}?{approval}&accept_new_holders=1", headers=headers)
    assert agreed.status_code == 202
    imports_tasks.publish_upload(batch.pk)
    assert record_of(rows[0]).holder_id is None


def test_a_holder_who_came_after_the_check_is_not_overrun(
    desk: Client, school: Institution, rows: Rows, tmp_path: Path
) -> None:
    become(rows[0], 11)
    batch = upload(desk, write_csv(tmp_path / "a.csv", rows), school)
    assert batch.result["other_person"] == 0
    holder = hold(rows[0])
    publish(desk, batch)
    assert (batch.state, batch.failure) == (BatchState.FAILED, FileFault.OTHER_PERSON)
    assert record_of(rows[0]).holder == holder
    assert reverse("registry:check_again", args=[batch.key]) in page_of(desk, batch)


def test_mended_rows_take_the_same_way(
    desk: Client, school: Institution, rows: Rows, tmp_path: Path
) -> None:
    hold(rows[0])
    good = rows[1][AT["性别"]]
    rows[1][AT["性别"]] = "?"
    batch = upload(desk, write_csv(tmp_path / "a.csv", rows), school)
    rows[1][AT["性别"]] = good
    become(rows[0], 11)
    mended = upload_mended(desk, batch, write_csv(tmp_path / "m.csv", rows[:2]))
    assert mended.result["other_person"] in (0, 1)
    release(desk, mended)
    assert record_of(rows[0]).holder_id is not None


def upload_mended(desk: Client, batch: ImportBatch, path: Path) -> ImportBatch:
    """Upload mended rows and let the worker check them."""
    with path.open("rb") as file:
        desk.post(reverse("registry:mended_rows", args=[batch.key]), {"file": file})
    made = ImportBatch.objects.latest("pk")
    assert made.mends == batch
    imports_tasks.rehearse_upload(made.pk)
    made.refresh_from_db()
    return made


@pytest.mark.parametrize("title", ["姓名", "证件号码", "考生号", "学号", "手机号"])
@pytest.mark.parametrize("held", [True, False])
def test_a_column_sorted_by_itself_stops_the_file(
    desk: Client, school: Institution, rows: Rows, tmp_path: Path, title: str, held: bool
) -> None:
    if held:
        hold_all(rows)
    if title == "手机号":
        for number, row in enumerate(rows):
            row[AT[title]] = f"139{number:08}"
        run_import(write_csv(tmp_path / "phones.csv", rows))
    before = list(StudentRecord.objects.order_by("pk").values_list("name", "certificate_hash"))
    values = [row[AT[title]] for row in rows]
    for row, value in zip(rows, values[1:] + values[:1], strict=True):
        row[AT[title]] = value
    batch = upload(desk, write_csv(tmp_path / "a.csv", rows), school)
    assert (batch.state, batch.failure) == (BatchState.FAILED, FileFault.MISALIGNED)
    release(desk, batch, accept_new_holders="on")
    with pytest.raises(CommandError):
        call_command(
            "import_registry", tmp_path / "a.csv", accept_new_holders=40, stdout=io.StringIO()
        )
    after = list(StudentRecord.objects.order_by("pk").values_list("name", "certificate_hash"))
    assert before == after


def test_many_new_people_stop_the_file(
    desk: Client, school: Institution, rows: Rows, tmp_path: Path
) -> None:
    hold_all(rows)
    for number in range(6):
        become(rows[number], 11 + number, f"外来人{'甲乙丙丁戊己'[number]}")
    batch = upload(desk, write_csv(tmp_path / "a.csv", rows), school)
    assert (batch.state, batch.failure) == (BatchState.FAILED, FileFault.MISALIGNED)
    assert "证件号码" in page_of(desk, batch)


def test_many_small_files_of_a_day_stop_as_one_file_would(
    desk: Client, school: Institution, rows: Rows, tmp_path: Path
) -> None:
    hold_all(rows)
    for number in range(5):
        become(rows[number], 11 + number)
    part = write_csv(tmp_path / "a.csv", rows[:5])
    first = release(desk, upload(desk, part, school), accept_new_holders="on")
    assert first.state == BatchState.PUBLISHED
    become(rows[5], 16)
    part = write_csv(tmp_path / "b.csv", rows[5:10])
    second = release(desk, upload(desk, part, school), accept_new_holders="on")
    assert (second.state, second.failure) == (BatchState.FAILED, FileFault.MANY_PEOPLE)
    assert record_of(rows[5]).holder is not None
    assert "明天" in page_of(desk, second)
    ImportBatch.objects.filter(pk=first.pk).update(
        published_at=timezone.now() - timedelta(days=1, minutes=1)
    )
    desk.post(reverse("registry:check_again", args=[second.key]))
    imports_tasks.rehearse_upload(second.pk)
    second.refresh_from_db()
    assert release(desk, second, accept_new_holders="on").state == BatchState.PUBLISHED


def test_another_certificate_of_the_same_digits_is_another_person(
    desk: Client, school: Institution, rows: Rows, tmp_path: Path
) -> None:
    hold(rows[0])
    rows[0][AT["证件类型"]] = "其他"
    batch = upload(desk, write_csv(tmp_path / "a.csv", rows), school)
    assert batch.result["other_person"] == 1


def test_a_corrected_name_alone_keeps_the_holder(
    desk: Client, school: Institution, rows: Rows, tmp_path: Path
) -> None:
    holder = hold(rows[0])
    rows[0][AT["姓名"]] = "王更正"
    batch = upload(desk, write_csv(tmp_path / "a.csv", rows), school)
    assert batch.result["other_person"] == 0
    publish(desk, batch)
    assert record_of(rows[0]).holder == holder


def test_another_institutions_record_keeps_claim_and_holder(
    desk: Client, school: Institution, rows: Rows, tmp_path: Path
) -> None:
    holder = hold(rows[0])
    number = rows[0][AT["证件号码"]]
    other = StudentRecord.objects.get(pk=record_of(rows[1]).pk)
    StudentRecord.objects.filter(pk=other.pk).update(
        institution=make_school(code="10009", name="明德职业技术学院"),
        certificate_hash=keyed_hash("certificate", number),
        holder=holder, claimed_at=timezone.now(),
    )  # fmt: skip
    Claim.objects.create(
        account=holder,
        certificate_hash=keyed_hash("certificate", number),
        institution_code="10009",
        method="self",
    )
    become(rows[0], 11)
    batch = upload(desk, write_csv(tmp_path / "a.csv", [rows[0]]), school)
    release(desk, batch, accept_new_holders="on")
    left = Claim.objects.filter(account=holder, ended_at=None)
    assert [claim.institution_code for claim in left] == ["10009"]
    other.refresh_from_db()
    assert other.holder == holder


def test_an_undo_brings_the_holder_back_only_by_verifying(
    desk: Client, school: Institution, rows: Rows, tmp_path: Path
) -> None:
    holder = hold(rows[0])
    name = rows[0][AT["姓名"]]
    become(rows[0], 11)
    batch = upload(desk, write_csv(tmp_path / "a.csv", rows), school)
    release(desk, batch, accept_new_holders="on")
    imports.undo_batch(batch=batch, by=None)
    record = record_of(rows[0])
    assert (record.name, record.holder_id, record.person_since) == (name, None, None)
    kinds = list(
        Notice.objects.filter(account=holder).order_by("pk").values_list("kind", flat=True)
    )
    assert kinds == ["record_left", "record_back"]


def test_an_undo_never_puts_another_person_into_held_hands(
    desk: Client, school: Institution, rows: Rows, tmp_path: Path
) -> None:
    """The new person has claimed the record since: undoing would show them the old one."""
    become(rows[0], 11)
    batch = upload(desk, write_csv(tmp_path / "a.csv", rows), school)
    publish(desk, batch)
    new = hold(rows[0])
    with pytest.raises(UndoBlockedError):
        imports.undo_batch(batch=batch, by=None)
    assert record_of(rows[0]).holder == new
    assert record_of(rows[0]).name == "外来人"


def test_a_dispute_over_the_old_number_does_not_freeze_the_new_person(
    desk: Client, school: Institution, rows: Rows, tmp_path: Path
) -> None:
    hold(rows[0])
    StudentRecord.objects.filter(pk=record_of(rows[0]).pk).update(frozen_at=timezone.now())
    become(rows[0], 11)
    batch = upload(desk, write_csv(tmp_path / "a.csv", rows), school)
    release(desk, batch, accept_new_holders="on")
    assert record_of(rows[0]).frozen_at is None


def test_a_claim_proved_before_the_publication_does_not_take_the_new_persons_record(
    school: Institution, rows: Rows
) -> None:
    """The student's claim waited for the lock of a publication that changed the number."""
    account, read = make_account("late@example.org"), record_of(rows[0])
    StudentRecord.objects.filter(pk=read.pk).update(
        certificate_hash=keyed_hash("certificate", sample_number(11))
    )
    with pytest.raises(RecordHeldError):
        claim_records(account=account, records=[read])
    assert record_of(rows[0]).holder_id is None
