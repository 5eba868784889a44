"""A million characters in any field, header, path or query cost less than a second."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import get_resolver, reverse

from tests.attacks.load.asking import HEADERS, SECONDS, ask_patiently
from tests.permissions.addresses import addresses
from tests.permissions.cast import Cast, Places, address_of, cast, places, signed_in
from tests.permissions.matrix import MATRIX

__all__ = ["cast", "places"]

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
# Characters that are slow to sort, to unfold, to look through.
UNITS = ("\u0301\u0323", "ﷺ", "a.", "1")
_FIELD = re.compile(r"""<(?:input|textarea|select)[^<>]*\bname="([^"]+)""")
# Of the largest body that a form may have; a longer one is refused unread.
MOST = settings.DATA_UPLOAD_MAX_MEMORY_SIZE - 10_000


def long(unit: str, size: int) -> str:
    """``unit`` again and again, ``size`` bytes of UTF-8."""
    return unit * (size // len(unit.encode()))


def test_every_field_of_every_page_is_read_within_a_second(cast: Cast, places: Places) -> None:
    tried, wrong = 0, []
    for name, sample in sorted(set(addresses(get_resolver()))):
        letters = "O" if name.startswith("console:") else MATRIX[name]
        if not letters:
            continue
        cookies = signed_in(cast.get(letters[0]))
        address = address_of(name, sample, places)
        client = Client(raise_request_exception=False)
        client.cookies = cookies
        page = client.get(address)
        shown = "" if page.streaming else page.content.decode(errors="replace")
        fields = set(_FIELD.findall(shown))
        for field in sorted(fields - {"csrfmiddlewaretoken"}):
            # A kind of character a field, in turn: every form meets several, every rule meets all.
            unit = UNITS[tried % len(UNITS)]
            given = {"data": {field: long(unit, MOST)}}
            status, seconds = ask_patiently(cookies, "post", address, given)
            tried += 1
            if status >= 500 or seconds > SECONDS:
                wrong.append(f"{name} {field} {unit!r}: {status}, {seconds:.2f} s")
    assert tried > 150
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("header", HEADERS)
def test_every_header_is_read_within_a_second(header: str, unit: str) -> None:
    given: dict[str, Any] = {header: long(unit, 2**20).encode().decode("latin-1")}
    for name in ("home", "account_login", "import_api:receive", "enrollment:check_report"):
        status, seconds = ask_patiently(Client().cookies, "get", reverse(name), given)
        assert status < 500
        assert seconds < SECONDS


@pytest.mark.parametrize("unit", UNITS)
def test_every_path_and_query_is_read_within_a_second(unit: str) -> None:
    for name, sample in sorted(set(addresses(get_resolver())))[::9]:
        text = long(unit, 2**18)
        for address in (f"{sample}{text}", f"{sample}?q={text}&next=/{text}"):
            status, seconds = ask_patiently(Client().cookies, "get", address, {})
            assert status < 500, name
            assert seconds < SECONDS, name
