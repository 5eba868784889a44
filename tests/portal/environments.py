"""Environments of a production."""

import base64
from pathlib import Path

import pytest

KEY, OTHER_KEY, THIRD_KEY, FOURTH_KEY = (
    base64.b64encode(letter * 32).decode() for letter in (b"k", b"o", b"t", b"f")
)
COMPLETE = {
    "PRODUCTION": "yes",
    "SECRET_KEY": "a-long-secret-of-the-operator-that-nobody-else-knows-0123456789",
    "VAULT_KEYS": f"2026:{KEY}",
    "LOOKUP_KEY": OTHER_KEY,
    "CODE_KEY": THIRD_KEY,
    "AUDIT_KEY": FOURTH_KEY,
    "SITE_URL": "https://portal.example.edu.cn",
    "ALLOWED_HOSTS": "portal.example.edu.cn",
    "DATABASE_URL": "postgresql://portal:secret@db.internal/portal",
    "REDIS_URL": "redis://cache.internal/0",
}
SENDING = {
    "EMAIL_URL": "smtp://mail.internal:25",
    "SMS_PROVIDERS": "aliyun",
    "ALIYUN_ACCESS_KEY_ID": "id",
    "ALIYUN_ACCESS_KEY_SECRET": "made-up",
    "ALIYUN_SMS_SIGN_NAME": "sign",
}
SETTINGS_VARIABLES = {*COMPLETE, *(f"{name}_FILE" for name in COMPLETE), "DEBUG", "VAR_DIR"}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """An environment in which nothing of the portal is set."""
    for name in SETTINGS_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    return monkeypatch


def set_all(environment: pytest.MonkeyPatch, values: dict[str, str]) -> None:
    for name, value in values.items():
        environment.setenv(name, value)
