"""A mail server, providers, and a text template that says what a message says."""

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from delivery.outbox import sending
from tests.delivery.fake_smtp import FakeSmtp, serving
from tests.delivery.provider import Provider


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


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Send by these providers, in this order."""

    def install(*providers: Provider) -> None:
        monkeypatch.setattr(sending, "providers", lambda: providers)

    return install


@pytest.fixture
def server(settings: Settings) -> Iterator[FakeSmtp]:
    """A mail server that the portal sends by."""
    with serving(FakeSmtp(), settings) as fake:
        yield fake
