"""Which errors mean that the database does not answer, rather than that a statement failed."""

from django.db import InterfaceError, OperationalError

# Connection exception, server shut down or starting, too many connections.
_AWAY = ("08", "57P", "53300")


def is_database_away(error: BaseException | None) -> bool:
    """Whether ``error`` is of a connection that was refused or has ended."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    state = getattr(error.__cause__, "sqlstate", None)  # None: no server was reached
    return state is None or state.startswith(_AWAY)
