"""A password that was found in a breach is refused, by a list on the portal's own disk."""

import hashlib
from pathlib import Path

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from pytest_django import Settings

from xuejiportal.checks import check_breached_passwords

BREACHED = [f"lantern number {n}" for n in range(300)]


def digest(password: str) -> str:
    return hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()


@pytest.fixture(params=["\n", "\r\n"])
def listed(request: pytest.FixtureRequest, tmp_path: Path, settings: Settings) -> Path:
    """The list in the form in which it is given out: digest, colon, how often."""
    path = tmp_path / "breached.txt"
    lines = sorted(digest(password) for password in BREACHED)
    text = "".join(f"{line}:{7 ** (at % 9)}{request.param}" for at, line in enumerate(lines))
    path.write_bytes(text.encode())
    settings.BREACHED_PASSWORDS = str(path)
    return path


def is_refused(password: str) -> bool:
    try:
        validate_password(password)
    except ValidationError as error:
        return "password_is_breached" in {one.code for one in error.error_list}
    return False


@pytest.mark.usefixtures("listed")
def test_each_password_of_the_list_is_refused_and_no_other() -> None:
    assert all(map(is_refused, BREACHED))
    assert not any(is_refused(f"paper {password}") for password in BREACHED)


def test_an_empty_list_or_none_refuses_nothing(listed: Path, settings: Settings) -> None:
    listed.write_bytes(b"")
    assert not is_refused(BREACHED[0])
    settings.BREACHED_PASSWORDS = ""
    assert not is_refused(BREACHED[0])


def test_a_list_that_cannot_be_read_keeps_the_portal_from_starting(
    settings: Settings, tmp_path: Path
) -> None:
    settings.BREACHED_PASSWORDS = str(tmp_path / "missing.txt")
    assert [message.id for message in check_breached_passwords()] == ["xuejiportal.E006"]
    settings.BREACHED_PASSWORDS = ""
    assert check_breached_passwords() == []
