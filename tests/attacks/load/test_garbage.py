"""Every address, every role, every method with garbage: never a 5xx, never a second of work.

``GARBAGE_CASES`` says how many requests are made (1,000,000 for a release), ``GARBAGE_SEED`` which.
"""

import gc
import json
import logging
import os
import random
import re
import sys
from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django import forms
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import get_resolver

from support.reports.desk.queue import FILTERS
from tests.attacks.load.asking import HEADERS, SECONDS, ask
from tests.enrollment.photos.pictures import picture, zip_of
from tests.permissions.addresses import addresses
from tests.permissions.cast import Cast, Places, address_of, cast, places, signed_in

__all__ = ["cast", "places"]

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
CASES = int(os.environ.get("GARBAGE_CASES", "2000"))
SEED = int(os.environ.get("GARBAGE_SEED", "10"))
APPS = ("accounts", "enrollment", "support", "verification", "xuejiportal")
_READ = re.compile(r"""\b(?:GET|POST)\.get(?:list)?\("(\w+)\"""")
METHODS = ("get", "post", "post", "post", "put", "patch", "delete", "head", "options")
WORDS = (
    "", " ", "0", "-1", "1", "9" * 5000, "1e309", "NaN", "٣", "１２", "\x00", "\u200b", "\u202e",
    "\ud800", "𠮷" * 60, "ﷺ" * 200, "\u0301\u0323" * 500, "a" * 300, "a@b", "a@example.org",
    "+8613800138000", "11010519491231002X", "2026-02-30", "9999-12-31", "0001-01-01", "true",
    "null", "[]", "{}", "'\"<b>", "../../etc/passwd", "%00", "%ff", "{{7*7}}", "=1+1", "\r\nX: y",
    "//evil.example", "王明", "学籍" * 30, "00000000-0000-0000-0000-000000000000", "a.xlsx",
    "zh-hans", "en", "sms", "email", "student", "registrar", "all", "name", "yes", "2026-11-16",
)  # fmt: skip
CONTENT_TYPES = (
    "application/json", "text/plain", "multipart/form-data; boundary=x", "multipart/form-data",
    "application/x-www-form-urlencoded",
)  # fmt: skip


def read_names() -> list[str]:
    """The names that views read without a form."""
    sources = (path.read_text() for app in APPS for path in (settings.BASE_DIR / app).rglob("*.py"))
    return sorted({name for source in sources for name in _READ.findall(source)}.union(FILTERS))


def field_names() -> list[str]:
    """The names of the fields of all forms of the portal, and of what is read without one."""
    found, kinds = {"code", *read_names()}, [forms.BaseForm]
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        found |= set(getattr(kind, "base_fields", {}))
    return sorted(found)


def word(chance: random.Random) -> str:
    """A text that someone might send: out of the list, joined, or by chance."""
    kind = chance.random()
    if kind < 0.7:
        return chance.choice(WORDS)
    if kind < 0.8:
        return "".join(chance.choice(WORDS)[:50] for _ in range(4))
    return "".join(chr(chance.randrange(0x3000)) for _ in range(chance.randrange(60)))


@cache
def good_files() -> list[bytes]:
    """A picture, a PDF, a ZIP of photos and a table, as they should be."""
    pdf = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>"
    photos = zip_of({"a.jpg": picture()}).getvalue()
    return [picture(), pdf, photos, "姓名,学号\n王明,1\n".encode()]


def file(chance: random.Random) -> SimpleUploadedFile:
    """A file: bytes by chance, or a good one with a few of them changed."""
    content = bytearray(chance.choice([*good_files(), chance.randbytes(chance.randrange(500))]))
    for _ in range(chance.randrange(8) if content else 0):
        content[chance.randrange(len(content))] = chance.randrange(256)
    ending = chance.choice([".jpg", ".pdf", ".zip", ".xlsx", ".csv", ".xls", "", ".exe"])
    name = word(chance).replace("\x00", "")[:40].encode("utf-8", "replace").decode()
    # Django refuses to make a file whose name ends in dots alone, before anything is sent.
    is_name = name.rpartition("/")[2].strip(".")
    return SimpleUploadedFile((name if is_name else "a") + ending, bytes(content))


def text(value: str) -> str:
    """``value`` as it can travel in UTF-8."""
    return value.encode("utf-8", "replace").decode()


def request_of(
    chance: random.Random, address: str, names: list[str], asked: list[str]
) -> tuple[str, str, dict[str, Any]]:
    """Method, address, and what goes with it."""
    method = chance.choice(METHODS)
    fields = {name: text(word(chance)) for name in chance.sample(names, chance.randrange(9))}
    if chance.random() < 0.3:
        address += "?" + urlencode({chance.choice(asked): text(word(chance)) for _ in range(2)})
    if chance.random() < 0.1:
        address = "/" + quote(text(word(chance))) + address
    given: dict[str, Any] = {}
    for name in chance.sample(HEADERS, chance.choice([0, 0, 0, 1, 2])):
        given[name] = text(word(chance)).replace("\r\n", " ").encode().decode("latin-1")
    kind = chance.random()
    if method == "post" and kind < 0.8:
        files = {name: file(chance) for name in chance.sample(("file", "evidence"), 1)}
        given["data"] = fields | (files if kind < 0.3 else {})
        given.pop("CONTENT_TYPE", None)
    elif method in {"post", "put", "patch"}:
        raw = [json.dumps(fields), "[" * 5000, '{"a":' * 500, text(word(chance)), urlencode(fields)]
        given["data"] = chance.choice(raw)
        given["content_type"] = chance.choice(CONTENT_TYPES)
        if chance.random() < 0.1:
            given["CONTENT_TYPE"] = "application/json; charset=nonsense"
    return method, address, given


@pytest.fixture
def _light(cast: Cast, places: Places, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a million requests need not pay for: the test's own objects, and its taking back.

    Kept log lines and what stands there for the test slow each collection of garbage; psycopg
    prepares statements anew after a rollback, which ends each case here and few requests outside.
    """
    logging.disable(logging.CRITICAL)
    monkeypatch.setattr("psycopg._preparing.PrepareManager._should_discard", lambda *_: False)
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()
    logging.disable(logging.NOTSET)


@pytest.mark.usefixtures("_light")
def test_garbage_is_answered_and_costs_little(cast: Cast, places: Places) -> None:
    known = [(name, address_of(name, sample, places)) for name, sample in addresses(get_resolver())]
    cookies = [signed_in(person) for person in (None, *cast.values())]
    names, asked, wrong = field_names(), read_names(), []

    def case(number: int) -> tuple[str, int, float]:
        """Each case can be made again alone."""
        chance = random.Random(SEED * 10_000_000 + number)
        name, sample = chance.choice(known)
        method, address, given = request_of(chance, sample, names, asked)
        return f"{method} {name}", *ask(chance.choice(cookies), method, address, given)

    for number in range(CASES):
        what, status, seconds = case(number)
        if seconds > SECONDS:
            seconds = case(number)[2]  # a collection of garbage of the test itself comes once
        if status >= 500 or seconds > SECONDS:
            wrong.append(f"case {number}: {what} {status} {seconds:.2f} s")
            sys.stdout.write(wrong[-1] + "\n")
        if number % 10_000 == 0:
            sys.stdout.write(f"{number} cases\n")
    assert not wrong, "\n".join(wrong)
