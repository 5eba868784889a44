"""The time in what a session keeps: the database's, because its hosts may disagree (F19)."""

from django.http import HttpRequest

from database.clock import database_now


def session_now(request: HttpRequest) -> int:
    """Seconds since the epoch by the database's clock, read with the session where it could be."""
    read_at: int | None = getattr(request.session, "read_at", None)
    return read_at or int(database_now().timestamp())
