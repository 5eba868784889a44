"""A session that cannot be kept says why."""

import psycopg
import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.db import OperationalError

from accounts.models import Session
from accounts.sessions.store import SessionStore

pytestmark = pytest.mark.django_db


def kept_session() -> SessionStore:
    session = SessionStore()
    session["step"] = 1
    session.save()
    session["step"] = 2
    return session


def test_a_connection_lost_while_a_session_is_kept_is_no_bad_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session = kept_session()

    def lose(*_arguments: object, **_options: object) -> None:
        raise OperationalError from psycopg.errors.AdminShutdown()

    monkeypatch.setattr(Session, "save", lose)
    with pytest.raises(OperationalError):
        session.save()


def test_a_session_that_ended_meanwhile_is_not_begun_again() -> None:
    session = kept_session()
    Session.objects.all().delete()
    with pytest.raises(UpdateError):
        session.save()
