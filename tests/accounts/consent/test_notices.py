"""The privacy notices: whole in both languages, and unchanged once people have agreed to them."""

import hashlib
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.consent import notices
from accounts.models import Purpose

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("address", ["privacy/none/", "privacy/account/99/", "privacy/account/0/"])
def test_a_privacy_notice_that_does_not_exist_is_not_found(client: Client, address: str) -> None:
    assert client.get(f"/help/{address}").status_code == 404


@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_privacy_notices_are_whole_in_both_languages(
    client: Client, purpose: Purpose, language: str
) -> None:
    page = client.get(
        reverse("privacy_notice_now", args=[purpose]), headers={"Accept-Language": language}
    ).content.decode()
    assert ("What you" in page or "Who" in page) == (language == "en")
    assert "{" not in re.sub(r"<(script|style).*?</\1>", "", page, flags=re.DOTALL)


PUBLISHED = {
    "account-1.toml": "9334e0ed39bc03c6460f38c2dd9034f287d1a337e2163e43c93cdbb9ea23e42d",
    "identity-1.toml": "95e304ccd19e32eb5605e13e04e48730d5b7a7077388c80689bc791ef7808fcb",
}


def test_a_published_notice_stays_as_people_agreed_to_it() -> None:
    texts = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in notices.DIRECTORY.iterdir()
    }
    assert texts == PUBLISHED, (
        "People have agreed to these words. To change them, publish a new version: a file with "
        "the next number, and its digest here."
    )


def test_the_notices_say_what_the_operator_sees_and_how_long_facts_stay(settings: Any) -> None:
    settings.FACTS_DAYS = 123
    with translation.override("zh-hans"):  # a page in English may have been read before
        account = notices.current_notice(Purpose.ACCOUNT)
        how_long = dict(notices.current_notice(Purpose.IDENTITY).short)["保存多久"]
    assert "管理后台" in account.body
    assert "123 天" in how_long
