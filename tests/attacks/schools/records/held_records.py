"""A school whose records have holders, and files that name other people for them."""

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from enrollment.imports import tasks as imports_tasks
from enrollment.models import (
    BatchState,
    ImportBatch,
    Institution,
    StudentRecord,
)
from tests.enrollment.imported_files import AT, run_import, sample, write_csv
from tests.enrollment.registrar import APPROVED, make_registrar, shown_on, signed_in_just_now
from tests.people import make_account, make_school, sample_number
from verification.models import Claim

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
