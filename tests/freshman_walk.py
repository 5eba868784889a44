"""Going a new student's whole way in this process, and what each step asked of the database."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.freshman import Ask, Freshman, Page, Wait
from tests.outbox import Outbox

_CONTROL = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")


@dataclass(frozen=True)
class Cost:
    """What one step came to; ``queries`` without those that begin and end transactions."""

    step: str
    redirects: int
    queries: list[str]


def walk(freshman: Freshman, read: Callable[[str], str]) -> list[Cost]:
    """Go the whole way with test clients; ``read`` brings the newest message to an address."""
    clients = [Client(headers={"host": "localhost"}) for _ in range(2)]
    costs, way = [], freshman.way()
    wanted = next(way)
    while True:
        if isinstance(wanted, Wait):
            page = Page("", read(wanted.address))
        else:
            with CaptureQueriesContext(connection) as caught:
                page, redirects = _open(clients[wanted.browser], wanted)
            sent = [query["sql"] or "(prepared)" for query in caught]
            asked = [sql for sql in sent if not sql.startswith(_CONTROL)]
            costs.append(Cost(wanted.step, redirects, asked))
        try:
            wanted = way.send(page)
        except StopIteration:
            return costs


def newest(outbox: Outbox, address: str) -> str:
    """The text of the newest message that has left for ``address``."""
    sent = outbox.texts() if address.startswith("+") else outbox.emails()
    return next(letter.text for letter in reversed(sent) if letter.to == address)


def _open(client: Client, asked: Ask) -> tuple[Page, int]:
    """The page at the end of all redirects, and how many there were."""
    path, redirects = asked.path, 0
    answer = client.get(path) if asked.form is None else client.post(path, asked.form)
    while answer.status_code in {302, 303}:
        path, redirects = answer["Location"], redirects + 1
        answer = client.get(path)
    assert answer.status_code == 200, f"{path}: {answer.status_code}"
    return Page(path, answer.content.decode()), redirects
