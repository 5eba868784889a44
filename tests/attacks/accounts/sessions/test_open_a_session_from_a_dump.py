"""A copy of the database opens no session and reveals no address."""

import pytest
from django.conf import settings as site
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import Session, User
from accounts.rotation import rotate_sessions
from tests.people import PASSWORD

pytestmark = pytest.mark.django_db
HOME = "203.0.113.77"
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Firefox/120.0"


def sign_in(user: User) -> Client:
    client = Client(headers={"user-agent": AGENT}, REMOTE_ADDR=HOME)
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    client.get(reverse("accounts:security"))
    return client


def dump() -> dict[str, str]:
    """All rows of every table, as text."""
    with connection.cursor() as cursor:
        found = {}
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            found[table] = "\n".join(row for (row,) in cursor.fetchall())
    return found


def test_no_table_holds_the_key_in_the_cookie(li: User) -> None:
    key = sign_in(li).cookies[site.SESSION_COOKIE_NAME].value
    assert [table for table, rows in dump().items() if key in rows] == []


def test_nothing_in_a_table_is_a_cookie_that_opens_a_session(li: User) -> None:
    sign_in(li)
    for row in Session.objects.all():
        thief = Client()
        for value in (row.session_key, row.session_data):
            thief.cookies[site.SESSION_COOKIE_NAME] = value
            assert thief.get(reverse("accounts:security")).status_code == 302


def test_sealed_data_moved_to_another_row_opens_nothing(li: User, wang: User) -> None:
    """A person who may write to the database gives their own session another's data."""
    mine, theirs = sign_in(li), sign_in(wang)
    victim, thief = (Session.objects.get(account=account) for account in (li, wang))
    Session.objects.filter(pk=thief.pk).update(session_data=victim.session_data, account=li)
    assert theirs.get(reverse("accounts:security")).status_code == 302
    assert mine.get(reverse("accounts:security")).status_code == 200


def test_the_rows_of_sessions_tell_neither_address_nor_device(li: User) -> None:
    sign_in(li)
    rows = dump()["accounts_session"]
    assert "203.0.113" not in rows
    assert "Firefox" not in rows


def test_the_owner_still_reads_where_they_are_signed_in_and_ends_it_elsewhere(li: User) -> None:
    here, there = sign_in(li), sign_in(li)
    page = here.get(reverse("accounts:sessions")).content.decode()
    assert page.count("Firefox · Linux") == 2
    assert "203.0.113.*" in page
    assert HOME not in page
    here.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    here.post(reverse("accounts:sessions"))
    assert there.get(reverse("accounts:security")).status_code == 302
    assert here.get(reverse("accounts:security")).status_code == 200


def test_a_session_begun_with_an_old_password_is_not_listed(li: User) -> None:
    sign_in(li)
    li.set_password("four other calm words")
    li.save()
    here = Client()
    here.force_login(li)
    assert here.get(reverse("accounts:sessions")).content.decode().count("data-label") == 3


def test_sessions_stay_open_when_the_sealing_key_is_changed(li: User, settings: Settings) -> None:
    old, new = bytes(range(32)), bytes(range(32, 64))
    settings.VAULT_KEYS = {"old": old}
    client = sign_in(li)
    settings.VAULT_KEYS = {"new": new, "old": old}
    assert rotate_sessions() == 1
    settings.VAULT_KEYS = {"new": new}
    assert client.get(reverse("accounts:security")).status_code == 200
