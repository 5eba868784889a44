"""A large body is refused by its announced length, before anything is read or written."""

import io
from typing import Any
from urllib.parse import unquote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import get_resolver, reverse
from PIL import Image

from accounts.models import User
from accounts.roles import Role
from enrollment.models import InstitutionRegistrar
from tests.enrollment.files.evidence_files import picture
from tests.people import enter, make_account, make_school
from tests.permissions.addresses import addresses
from xuejiportal.body_limits import UPLOADS
from xuejiportal.celery import app

pytestmark = pytest.mark.django_db
MEGABYTE = 2**20


class Unread(io.RawIOBase):
    """A body that must not be read."""

    def read(self, *args: Any) -> bytes:
        raise AssertionError("the body was read")

    readline = read


def send(client: Client, address: str, length: int, **headers: str) -> int:
    """The answer to a form of ``length`` bytes of which not one may be read."""
    given = {
        "PATH_INFO": unquote(address),
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": "multipart/form-data; boundary=x",
        "CONTENT_LENGTH": str(length),
        "wsgi.input": Unread(),
    }
    return int(client.request(**given, **headers).status_code)


def all_addresses() -> list[tuple[str, str]]:
    """Every address of the portal with a sample."""
    return sorted(set(addresses(get_resolver())))


def test_no_address_reads_400_megabytes_of_a_stranger() -> None:
    taken = {
        name: status
        for name, sample in all_addresses()
        if (status := send(Client(), sample, 400 * MEGABYTE)) < 400
    }
    assert not taken


def test_no_address_reads_400_megabytes_of_a_student(li: User) -> None:
    client = enter(li)
    taken = {
        name: status
        for name, sample in all_addresses()
        if not name.startswith("console:")
        and (status := send(client, sample, 400 * MEGABYTE)) < 400
    }
    assert not taken


@pytest.mark.parametrize("name", ["registry:imports", "registry:photo_batches"])
def test_only_a_registrar_sends_a_large_file(li: User, name: str) -> None:
    registrar = make_account("large@example.org", roles=(Role.REGISTRAR,))
    InstitutionRegistrar.objects.create(user=registrar, institution=make_school())
    assert send(Client(), reverse(name), 100 * MEGABYTE) == 413
    assert send(enter(li), reverse(name), 100 * MEGABYTE) == 404
    with pytest.raises(AssertionError, match="was read"):
        send(enter(registrar), reverse(name), 100 * MEGABYTE)
    assert send(enter(registrar), reverse(name), 3000 * MEGABYTE) == 413


def test_the_import_api_looks_at_the_token_first() -> None:
    wrong = {"HTTP_AUTHORIZATION": "Bearer xueji_wrong"}
    for address in ("/api/imports/", "/api/imports/a.csv"):
        assert send(Client(), address, 100 * MEGABYTE, **wrong) in {401, 405}


def test_evidence_is_taken_from_the_signed_in_alone(li: User) -> None:
    address = reverse("support:report_write", kwargs={"cause": "other"})
    assert send(Client(), address, 20 * MEGABYTE) == 413
    with pytest.raises(AssertionError, match="was read"):
        send(enter(li), address, 20 * MEGABYTE)
    assert send(enter(li), address, 60 * MEGABYTE) == 413


def test_evidence_has_a_daily_measure_however_often_reports_are_opened_and_withdrawn(
    li: User,
) -> None:
    client = enter(li)
    address = reverse("support:report_write", kwargs={"cause": "other"})
    told = []
    for _ in range(12):
        file = SimpleUploadedFile(
            "a.jpg", picture(size=(900, 900), quality=95, comment=b"x" * 20_000)
        )
        told.append(client.post(address, {"words": "x", "evidence": file}).status_code)
    assert told[-1] == 429
    assert told.index(429) == 10
    # A report in words alone can still be written.
    assert client.post(address, {"words": "x"}).status_code < 400


def test_small_files_that_are_drawn_for_seconds_have_the_same_measure(li: User) -> None:
    """A picture of eight kilobytes unfolds into millions of pixels."""
    drawn = io.BytesIO()
    Image.new("1", (2000, 2000)).save(drawn, "PNG")
    assert len(drawn.getvalue()) < 8_000
    client = enter(li)
    address = reverse("support:report_write", kwargs={"cause": "other"})
    told = []
    for _ in range(12):
        file = SimpleUploadedFile("a.png", drawn.getvalue())
        told.append(client.post(address, {"words": "x", "evidence": file}).status_code)
    assert told.index(429) == 10
    assert client.post(address, {"words": "x"}).status_code < 400


@pytest.mark.parametrize("length", ["-5", "1e9", "٣", "9" * 400, "", " 12"])
def test_a_strange_length_is_no_way_around(length: str) -> None:
    form = {"CONTENT_TYPE": "text/plain", "CONTENT_LENGTH": length}
    assert Client().post(reverse("home"), **form).status_code < 500  # type: ignore[arg-type]


def test_every_upload_is_an_address_of_the_portal() -> None:
    assert {name for name, _ in all_addresses()} >= set(UPLOADS)


def test_every_task_ends_by_itself() -> None:
    """A soft limit first, so that it can put things in order, then a hard one."""
    app.loader.import_default_modules()
    own = [task for name, task in app.tasks.items() if not name.startswith("celery.")]
    assert len(own) > 20
    longest = app.conf.broker_transport_options["visibility_timeout"]
    for task in own:
        soft = task.soft_time_limit or app.conf.task_soft_time_limit
        hard = task.time_limit or app.conf.task_time_limit
        assert 0 < soft < hard < longest, task.name
