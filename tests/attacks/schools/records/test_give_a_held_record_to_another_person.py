"""A file names another person on a held record."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.management import CommandError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice, User
from enrollment.confirmations.services import answer_record
from enrollment.files.faults import FileFault
from enrollment.imports import tasks as imports_tasks
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
from tests.attacks.schools.records.held_records import (
    Rows,
    become,
    desk,
    hold,
    record_of,
    registrar,
    release,
    rows,
    school,
    storage,
)
from tests.enrollment.imported_files import AT, run_import, write_csv
from tests.enrollment.registrar import (
    page_of,
    publish,
    upload,
)
from tests.people import make_account, make_school
from vault.lookup import keyed_hash
from verification.models import Claim

__all__ = ["desk", "registrar", "rows", "school", "storage"]

pytestmark = pytest.mark.django_db


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
