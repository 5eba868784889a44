"""The invented school, and a directory of each test's own for what is kept."""

from pathlib import Path

import pytest
from pytest_django import Settings

from enrollment.models import Institution
from tests.people import make_school


@pytest.fixture
def school(db: None) -> Institution:
    """The institution that the files of the collection are of."""
    return make_school()


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    """Uploads and photographs go to a directory of the test's own."""
    directory = tmp_path / "media"
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": directory},
        }
    }
    return directory
