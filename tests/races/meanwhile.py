"""Two acts at the same moment: the second runs until it has to wait for the first."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import monotonic

from django.db import connection, transaction

# Longer than any act takes; what neither ends nor waits by then waits for something else.
DEADLINE_SECONDS = 60
WAITS_FOR_ME = """
SELECT EXISTS (
    SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))
)
"""


def meanwhile(
    act: Callable[[], object],
    other: Callable[[], object],
    then: Callable[[], object] = lambda: None,
) -> None:
    """Do ``act``; before it is committed ``other`` runs to its end, or until it has to wait.

    ``then`` is done in the transaction of ``act``, after that. Raises TimeoutError if ``other``
    does neither, and what it raises.
    """

    def run() -> None:
        try:
            other()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            act()
            running = pool.submit(run)
            give_up = monotonic() + DEADLINE_SECONDS
            while not running.done() and not _someone_waits_for_me():
                if monotonic() > give_up:
                    raise TimeoutError
            then()
        running.result(DEADLINE_SECONDS)


def _someone_waits_for_me() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(WAITS_FOR_ME)
        return bool(cursor.fetchone()[0])
