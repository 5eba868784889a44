"""The invented school."""

from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from enrollment.demo.samples import INSTITUTION_CODE, INSTITUTION_NAME
from enrollment.models import Institution
from tests.enrollment.registrar import make_registrar


@pytest.fixture
def school(db: None) -> Institution:
    """The institution that sample rows belong to."""
    return Institution.objects.create(code=INSTITUTION_CODE, name=INSTITUTION_NAME)


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    """Uploads and photographs go to a directory of the test's own."""
    directory = tmp_path / "media"
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(directory)},
        }
    }
    return directory


@pytest.fixture
def desk(school: Institution) -> Client:
    """A registrar who has just signed in."""
    client = Client()
    client.force_login(make_registrar("registrar@example.org", school))
    return client
