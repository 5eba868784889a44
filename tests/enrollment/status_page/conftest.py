"""The holder of a record, and the photo of him in it."""

import uuid

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from enrollment.models import Photo, PhotoKind, StudentRecord
from vault.cipher import seal


@pytest.fixture
def holder(client: Client, wang: User, wang_record: StudentRecord) -> Client:
    """王明, signed in."""
    client.force_login(wang)
    return client


@pytest.fixture
def photo(wang_record: StudentRecord, settings: Settings, tmp_path: object) -> Photo:
    """王明's admission photo, sealed in storage."""
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path)},
        },
    }
    key = uuid.uuid4()
    name = default_storage.save(
        f"photos/{key}", ContentFile(seal(b"\xff\xd8 a portrait", context=f"photo:{key}"))
    )
    return Photo.objects.create(
        key=key,
        record=wang_record,
        kind=PhotoKind.ADMISSION,
        stored_as=name,
        thumbnail_stored_as=name,
        width=480,
        height=640,
    )
