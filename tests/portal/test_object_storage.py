"""Photographs, evidence and uploads in a bucket: a server of the S3 protocol on this machine."""

import io
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from moto.server import ThreadedMotoServer
from PIL import Image
from pytest_django import Settings

from accounts.models import User
from enrollment.files.evidence import check_all, evidence_of, keep_evidence, serve_evidence
from enrollment.files.images import prepare
from enrollment.imports import services as imports
from enrollment.imports import storage as imports_storage
from enrollment.models import EvidencePurpose, Photo, PhotoBatch, PhotoKind, StudentRecord
from enrollment.photos.storage import keep_photo
from tests.enrollment.photos.pictures import make_photo_batch, picture
from tests.people import make_school
from tests.portal.fresh_settings import fresh_settings
from xuejiportal import environment as env
from xuejiportal.storage.errors import StorageDownError

KEYS = {"S3_ACCESS_KEY_ID": "made-up", "S3_SECRET_ACCESS_KEY": "made-up", "S3_REGION": "cn-north-1"}


@pytest.fixture(scope="session")
def bucket_server() -> Iterator[str]:
    """The address of a server that speaks S3."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(bucket_server: str, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Any:
    """The portal keeps its files in an empty bucket, configured as an operator would."""
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("S3_BUCKET", "portal")
    monkeypatch.setenv("S3_PREFIX", "files")
    settings.STORAGES = {**settings.STORAGES, "default": env.bucket(bucket_server)}
    service = boto3.resource(
        "s3", endpoint_url=bucket_server, region_name=KEYS["S3_REGION"],
        aws_access_key_id="made-up", aws_secret_access_key="made-up",
    )  # fmt: skip
    made = service.Bucket("portal")
    made.create(CreateBucketConfiguration={"LocationConstraint": KEYS["S3_REGION"]})
    yield made
    made.objects.all().delete()
    made.delete()


def contents(bucket: Any) -> dict[str, bytes]:
    """Everything in the bucket, as its keeper sees it."""
    return {entry.key: entry.get()["Body"].read() for entry in bucket.objects.all()}


def test_a_photo_goes_to_the_bucket_sealed_and_comes_back_to_its_owner(
    bucket: Any, wang: User, wang_record: StudentRecord
) -> None:
    keep_photo(
        record=wang_record, kind=PhotoKind.ADMISSION, picture=prepare(picture("red")), by=None
    )
    kept = contents(bucket)
    assert len(kept) == 2
    assert all(name.startswith("files/photos/") for name in kept)
    assert not any(b"JFIF" in content for content in kept.values())
    client = Client()
    client.force_login(wang)
    address = reverse("enrollment:photo", args=[Photo.objects.get().key])
    shown = Image.open(io.BytesIO(client.get(address).content))
    assert shown.size == (480, 640)


def test_rotation_replaces_what_lies_in_the_bucket(
    bucket: Any, wang_record: StudentRecord, settings: Settings
) -> None:
    keep_photo(record=wang_record, kind=PhotoKind.ADMISSION, picture=prepare(picture()), by=None)
    before = contents(bucket)
    settings.VAULT_KEYS = {"new": b"n" * 32, **settings.VAULT_KEYS}
    call_command("rotate_vault", stdout=io.StringIO())
    after = contents(bucket)
    assert len(after) == 2
    assert not set(before.values()) & set(after.values())
    assert {default_storage.exists(Photo.objects.get().stored_as)} == {True}


def test_a_zip_of_photos_is_taken_from_the_bucket(
    bucket: Any, bucket_server: str, published_import: object, desk_registrar: User,
    settings: Settings,
) -> None:  # fmt: skip
    settings.STORAGES = {**settings.STORAGES, "default": env.bucket(bucket_server)}
    batch = make_photo_batch(desk_registrar)
    assert not any(content[:2] == b"PK" for content in contents(bucket).values())
    from enrollment.photos import services as photos
    from enrollment.photos.refused import refused_of

    photos.release_photos(batch=batch, by=desk_registrar)
    photos.import_photo_batch(batch)
    assert PhotoBatch.objects.get().new == 1
    names = sorted(contents(bucket))
    assert [name.split("/")[1] for name in names] == ["photo-batches", "photos", "photos"]
    assert refused_of(PhotoBatch.objects.get())


def test_uploads_and_evidence_go_to_the_bucket_sealed(bucket: Any, wang: User) -> None:
    words = "学号,姓名\n20260001,王明\n".encode() * 400_000  # larger than is held in memory
    batch = imports.upload_batch(
        institution=make_school(),
        file_name="名册.csv",
        source=io.BytesIO(words),
        created_by=wang,
    )
    with imports_storage.open_upload(batch) as file:
        assert file.read() == words
    [evidence] = check_all([SimpleUploadedFile("证明.jpg", picture())])
    keep_evidence(purpose=EvidencePurpose.REPORT, subject=batch.key, files=[evidence], by=wang)
    [row] = evidence_of(EvidencePurpose.REPORT, [batch.key])
    answer = serve_evidence(row)
    assert b"".join(answer.streaming_content).startswith(b"\xff\xd8")  # type: ignore[arg-type]
    for name, content in contents(bucket).items():
        assert "王明" not in name
        assert "王明".encode() not in content
        assert b"JFIF" not in content


def test_a_second_file_of_one_name_never_overwrites_the_first(bucket: Any) -> None:
    names = [default_storage.save("a/b", ContentFile(b"x")) for _ in range(2)]
    assert len(set(names)) == len(contents(bucket)) == 2
    with pytest.raises(FileNotFoundError):
        default_storage.open("a/none")
    default_storage.delete("a/none")


def test_a_bucket_that_does_not_answer_is_told_on_a_page_of_its_own(
    bucket: Any, wang: User, wang_record: StudentRecord, monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
) -> None:  # fmt: skip
    keep_photo(record=wang_record, kind=PhotoKind.ADMISSION, picture=prepare(picture()), by=None)
    monkeypatch.setenv("S3_SECRET_ACCESS_KEY", "")
    settings.STORAGES = {**settings.STORAGES, "default": env.bucket("http://127.0.0.1:9")}
    with pytest.raises(StorageDownError) as error:
        default_storage.exists("secret-name")
    assert "secret-name" not in str(error.value)
    client = Client()
    client.force_login(wang)
    answer = client.get(reverse("enrollment:photo", args=[Photo.objects.get().key]))
    assert answer.status_code == 503
    assert answer["Retry-After"]
    assert "暂时取不到文件" in answer.content.decode()
    assert client.get(reverse("enrollment:status")).status_code == 200


def test_a_bucket_that_fails_in_the_middle_keeps_no_half_photo(
    bucket: Any, wang_record: StudentRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = default_storage.connection.meta.client  # type: ignore[attr-defined]
    put = client.put_object

    def fail(**given: Any) -> object:
        if given["Key"].endswith("-thumbnail"):
            raise EndpointConnectionError(endpoint_url="secret")
        return put(**given)

    monkeypatch.setattr(client, "put_object", fail)
    with pytest.raises(StorageDownError):
        keep_photo(
            record=wang_record, kind=PhotoKind.ADMISSION, picture=prepare(picture()), by=None
        )
    assert contents(bucket) == {}
    assert not Photo.objects.exists()


def test_without_a_bucket_nothing_of_the_vendor_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("S3_BUCKET", raising=False)
    settings = fresh_settings()
    backend = settings["STORAGES"]["default"]["BACKEND"]
    assert backend == "django.core.files.storage.FileSystemStorage"
