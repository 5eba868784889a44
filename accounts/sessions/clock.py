"""The time in what a session keeps: the database's, because its hosts may disagree (F19)."""

from django.http import HttpRequest

from database.clock import database_now


def session_now(request: HttpRequest) -> int:
    """Seconds since the epoch by the database's clock, asked once in a request: with the session
    where there is one.
    """
    read_at: int | None = getattr(request.session, "read_at", None)
    if read_at is None:
        read_at = int(database_now().timestamp())
        request.session.read_at = read_at  # type: ignore[attr-defined]
    return read_at
