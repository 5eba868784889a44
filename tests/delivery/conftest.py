"""A text template of its own, so that these tests say what a message says."""

from copy import deepcopy
from pathlib import Path

import pytest
from pytest_django import Settings


@pytest.fixture
def greeting(settings: Settings, tmp_path: Path) -> str:
    """The kind of a text message that greets ``name``."""
    template = tmp_path / "templates" / "delivery" / "sms" / "greeting.txt"
    template.parent.mkdir(parents=True)
    template.write_text("{{ name }}，你好。\n", encoding="utf-8")
    configured = deepcopy(settings.TEMPLATES)
    configured[0]["DIRS"].append(str(tmp_path / "templates"))
    settings.TEMPLATES = configured
    return "greeting"
