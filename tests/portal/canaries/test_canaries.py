"""Invented people walk through the portal; nothing of them lies where a thief would look.

Certificate numbers, the phones a school knows, what people write and show, and the
secrets of second factors stand in the clear nowhere: neither in a dump of the
database nor in storage, Redis, logs, addresses or the arguments of tasks (T13, T14).

In the clear by design, in the database alone: names (they are listed and searched),
the contacts an account has confirmed (a unique index keeps them one account's),
student and candidate numbers. They are looked for everywhere else.
"""

import base64
import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from celery.signals import before_task_publish
from django.core.cache import cache

from accounts.models import User
from tests.enrollment.imported_files import AT, sample
from tests.outbox import Outbox
from tests.people import enter
from tests.portal.canaries.places import dump, forms, numbers_in, redis_contents, storage
from tests.portal.canaries.walk import (
    FREE,
    MAILBOX,
    MARK,
    MOBILE,
    NEWCOMER,
    OTHER_MAILBOX,
    PEOPLE,
    WORDS,
    Walker,
    as_walker,
    check_and_complain,
    come_in,
    import_people,
    lose_and_recover,
    pretend,
    work_at_the_desk,
)
from xuejiportal.logs.formatters import RedactingFormatter


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Every log line of the test, as the portal writes them, from DEBUG up."""
    stream = io.StringIO()
    handler, root = logging.StreamHandler(stream), logging.getLogger()
    handler.setFormatter(RedactingFormatter("%(name)s %(message)s"))
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(before)


@pytest.fixture
def tasks_sent() -> Iterator[list[str]]:
    """The name and arguments of every task handed to the broker."""
    sent: list[str] = []

    def note(sender: str, body: Any, headers: dict[str, Any], **_: Any) -> None:
        sent.append(json.dumps([sender, body, headers], ensure_ascii=False, default=str))

    before_task_publish.connect(note, weak=False)
    yield sent
    before_task_publish.disconnect(note)


@pytest.fixture
def rows() -> list[list[str]]:
    """A thousand invented people, and one whose row is faulty."""
    found = sample(PEOPLE + 1)
    for index, row in enumerate(found):
        row[AT["院校代码"]], row[AT["院校名称"]] = "19998", "明德示范大学"
        row[AT["姓名"]] = f"金丝雀{'甲乙丙丁戊己庚辛壬癸'[index % 10]}"
    found[-1][AT["学籍状态"]] = "无此状态"
    found[0][AT["学籍状态"]] = "注册学籍"
    return found


@pytest.fixture
def walked(
    rows: list[list[str]],
    tmp_path: Path,
    media: Path,
    outbox: Outbox,
    desk_registrar: User,
    tasks_sent: list[str],
    log: io.StringIO,
) -> list[str]:
    """Everything a registrar and students do in a freshman's week; what must be found nowhere."""
    cache.clear()  # empties Redis
    Walker.addresses = []
    registrar = as_walker(enter(desk_registrar))
    import_people(registrar, rows, tmp_path)
    secrets = [come_in(rows[0], outbox)]
    check_and_complain(rows[0])
    pretend(rows[0], outbox)
    work_at_the_desk(registrar, rows)
    lose_and_recover(outbox)
    outbox.texts()
    return secrets


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_nothing_of_a_thousand_people_lies_about(
    walked: list[str],
    rows: list[list[str]],
    media: Path,
    log: io.StringIO,
    tasks_sent: list[str],
) -> None:
    numbers = {row[AT["证件号码"]] for row in rows} | {FREE}
    phones = {row[AT["手机号"]] for row in rows}
    phones |= {phone.replace("170", "171", 1) for phone in phones}
    assert len(numbers) == PEOPLE + 2
    places = {
        "dump": dump(),
        "storage": storage(media),
        "redis": redis_contents(),
        "logs": log.getvalue().encode(),
        "addresses": "\n".join(Walker.addresses).encode(),
        "tasks": "\n".join(tasks_sent).encode(),
    }
    assert all(places.values()), "each place has something in it"
    assert all(form in places["dump"] for form in (b"COPY", MAILBOX.encode(), "金丝雀".encode()))
    secret = [*WORDS, *walked, MARK.decode(), *sorted(numbers)[:20], *sorted(phones)[:20]]
    # Names and the contacts of accounts stand in the database, and nowhere else.
    personal = ["金丝雀", MAILBOX, OTHER_MAILBOX, MOBILE, NEWCOMER, "13712345678", "nobody.canary"]
    found = {
        (place, needle)
        for place, content in places.items()
        for needle in (secret if place == "dump" else secret + personal)
        for form in forms(needle)
        if form in content
    }
    assert found == set()
    for place, content in places.items():
        assert numbers_in(content) & (numbers | phones) == set(), place


def test_the_search_finds_what_is_written_in_other_ways() -> None:
    number, phone = FREE.encode(), b"17000000001"
    for way in (bytes, bytes.hex, lambda raw: b"\\x" + raw.hex().encode() + b"\t1"):
        written = way(number + b" " + phone)
        written = written if isinstance(written, bytes) else written.encode()
        assert {FREE, phone.decode()} <= numbers_in(written)
    for before in (b"", b"a", b"ab"):
        assert any(form in base64.b64encode(before + number + b"z" * 9) for form in forms(FREE))
