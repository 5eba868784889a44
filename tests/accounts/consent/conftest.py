"""A new notice, and somebody who has not agreed to the use of the number."""

from pathlib import Path

import pytest
from django.test import Client

from accounts.consent import notices
from accounts.consent.services import withdraw_consents
from accounts.models import Consent, Purpose, User
from tests.accounts.consent.consenting import sign_in


@pytest.fixture
def new_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second version of the notice for accounts is in force."""
    for path in notices.DIRECTORY.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    newer = (tmp_path / "account-1.toml").read_text("utf-8").replace("隐私告知", "新的隐私告知")
    (tmp_path / "account-2.toml").write_text(newer, "utf-8")
    known = {purpose: notices.read_versions(purpose, tmp_path) for purpose in Purpose}
    monkeypatch.setattr(notices, "_versions", known.__getitem__)


@pytest.fixture
def newcomer_browser(li: User) -> Client:
    """A browser of somebody who has agreed to the account, and to nothing about the number."""
    withdraw_consents(account=li)
    Consent.objects.filter(account=li, purpose=Purpose.IDENTITY).delete()
    User.objects.filter(pk=li.pk).update(account_notice=1)
    return sign_in(li)[0]
