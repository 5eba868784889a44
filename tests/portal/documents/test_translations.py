"""Every sentence of the portal is said in Chinese, naturally."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

CATALOGUE = Path("locale/zh_Hans/LC_MESSAGES/django.po")
APPS = ("accounts", "audit", "delivery", "enrollment", "support", "verification", "xuejiportal")


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> polib.POFile:
    """The catalogue after the sources have been read again, in a copy."""
    copy = tmp_path_factory.mktemp("sources")
    for name in (*APPS, "templates"):
        shutil.copytree(settings.BASE_DIR / name, copy / name)
    (copy / CATALOGUE).parent.mkdir(parents=True)
    shutil.copy(settings.BASE_DIR / CATALOGUE, copy / CATALOGUE)
    command = [sys.executable, "-m", "django", "makemessages", "-l", "zh_Hans", "--no-location"]
    subprocess.run(command, cwd=copy, check=True, capture_output=True, env={"PATH": _path()})
    return polib.pofile(str(copy / CATALOGUE))


def _path() -> str:
    # gettext's programs; nothing else of the environment is wanted.
    return str(Path(shutil.which("xgettext") or "/usr/bin/xgettext").parent)


def test_every_message_has_a_chinese_text(catalogue: polib.POFile) -> None:
    assert [entry.msgid for entry in catalogue.untranslated_entries()] == []


def test_no_message_is_a_guess_of_gettext(catalogue: polib.POFile) -> None:
    assert [entry.msgid for entry in catalogue.fuzzy_entries()] == []


def _texts(catalogue: polib.POFile) -> list[str]:
    return [
        text
        for entry in catalogue
        if not entry.obsolete
        for text in (entry.msgstr, *entry.msgstr_plural.values())
        if text
    ]


def test_people_are_addressed_the_same_way_everywhere(catalogue: polib.POFile) -> None:
    assert [text for text in _texts(catalogue) if "您" in text] == []


def test_chinese_sentences_use_chinese_punctuation(catalogue: polib.POFile) -> None:
    latin = re.compile(r"[\u4e00-\u9fff][,;:?!]|[,;?!][\u4e00-\u9fff]")
    assert [text for text in _texts(catalogue) if latin.search(text)] == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("accepted", "lang"),
    [("", "zh-hans"), ("en-GB", "en"), ("zh-TW", "zh-hans"), ("fr", "zh-hans")],
)
def test_a_page_is_in_the_language_of_its_reader_else_in_chinese(accepted: str, lang: str) -> None:
    page = Client(headers={"accept-language": accepted}).get(reverse("account_login"))
    assert page["Content-Language"] == lang
    assert ("登录" if lang == "zh-hans" else "Sign in") in page.content.decode()
