"""Processes killed, servers stopped and emptied: nothing acknowledged is lost or doubled."""

import json
import os
import time
from base64 import b64decode
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest
import redis
from kombu import Connection, Producer

from tests.faults.site import PHONE, Site, running, wait_until

pytestmark = pytest.mark.slow

CONNECTIONS = """
SELECT pid FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend'
"""


@pytest.fixture(scope="module")
def whole_site() -> Iterator[Site]:
    with running() as site:
        yield site


@pytest.fixture
def site(whole_site: Site) -> Iterator[Site]:
    """The site with no process running and a well-behaved vendor."""
    whole_site.fake.faults, whole_site.fake.delay = [], 0.0
    yield whole_site
    whole_site.kill_all()


def assert_each_once(site: Site, purpose: str, count: int) -> None:
    sendings = site.sendings(purpose)
    assert len(set(sendings)) == count, "lost"
    assert len(sendings) == count, "doubled"


def sent_at_least(site: Site, purpose: str, count: int) -> bool:
    return len(site.sendings(purpose)) >= count


def test_workers_killed_again_and_again_lose_and_double_nothing(site: Site) -> None:
    """Before sending, while sending, after the vendor accepted: kill -9 takes what it meets."""
    site.fake.delay = 0.05
    site.queue(400, "killed")
    site.beat()
    for reached in (60, 150, 250):
        worker = site.worker()
        wait_until(partial(sent_at_least, site, "killed", reached), 60, f"stuck at {reached}")
        site.kill(worker)
    site.worker()
    took = wait_until(lambda: site.settled("killed"), 60, str(site.statuses("killed")))
    assert_each_once(site, "killed", 400)
    assert took < 60


def test_killed_after_the_vendor_accepted_is_found_out(site: Site) -> None:
    site.fake.delay, site.fake.faults = 0.2, ["lost"]
    worker = site.worker()
    site.queue(1, "accepted")
    wait_until(lambda: len(site.sendings("accepted")) == 1, 30, "never sent")
    site.kill(worker)
    site.beat()
    site.worker()
    wait_until(
        lambda: site.statuses("accepted") == {"delivered": 1}, 60, str(site.statuses("accepted"))
    )
    assert_each_once(site, "accepted", 1)


def test_two_beats_double_nothing_and_a_new_one_takes_over(site: Site) -> None:
    first, second = site.beat("one"), site.beat("two")
    worker = site.worker()
    site.queue(60, "beats")
    wait_until(lambda: site.settled("beats"), 60, str(site.statuses("beats")))
    site.kill(first)
    site.kill(second)
    site.kill(worker)
    site.queue(5, "beats")
    site.flush_broker()  # no doorbell is left
    site.worker()
    site.beat("three")
    took = wait_until(lambda: site.settled("beats"), 120, str(site.statuses("beats")))
    assert took < 120
    assert_each_once(site, "beats", 65)


def test_an_emptied_broker_loses_no_message(site: Site) -> None:
    site.queue(50, "emptied")
    site.flush_broker()
    site.worker()
    site.beat()
    wait_until(lambda: site.settled("emptied"), 60, str(site.statuses("emptied")))
    assert_each_once(site, "emptied", 50)


def test_without_the_broker_messages_wait_and_then_leave(site: Site) -> None:
    site.worker()
    site.beat()
    site.valkey.stop()
    started = time.monotonic()
    site.queue(20, "no-broker")
    assert time.monotonic() - started < 20, "each message waited for the broker"
    assert site.statuses("no-broker") == {"queued": 20}
    site.valkey.start()
    wait_until(lambda: site.settled("no-broker"), 90, site.output()[-3000:])
    assert_each_once(site, "no-broker", 20)


def test_a_restarted_database_keeps_what_was_acknowledged(site: Site) -> None:
    site.worker()
    site.beat()
    site.queue(1, "warm")
    wait_until(lambda: site.settled("warm"), 30, str(site.statuses("warm")))
    site.fake.delay = 0.05
    site.queue(100, "restarted")
    site.postgresql.stop()
    site.postgresql.start()
    assert sum(site.statuses("restarted").values()) == 100
    wait_until(lambda: site.settled("restarted"), 90, str(site.statuses("restarted")))
    assert_each_once(site, "restarted", 100)


def test_a_worker_keeps_its_connection_to_the_database(site: Site) -> None:
    site.worker()
    connections = []
    for purpose in ("first", "second"):
        site.queue(1, purpose)
        wait_until(partial(site.settled, purpose), 60, "a message was left")
        connections.append({row["pid"] for row in site.rows(CONNECTIONS)})
    assert connections[0] & connections[1]


def test_a_vendor_in_trouble_gets_its_messages_later(site: Site) -> None:
    site.fake.faults = [503] * 5 + ["isv.BUSINESS_LIMIT_CONTROL"] * 5
    site.worker()
    site.beat()
    site.queue(10, "trouble")
    wait_until(lambda: site.settled("trouble"), 60, str(site.statuses("trouble")))
    assert_each_once(site, "trouble", 10)


def test_neither_database_nor_broker_holds_what_waits_to_be_sent(site: Site) -> None:
    site.queue(2, "canary")
    waiting = redis.Redis.from_url(site.valkey.url).lrange("delivery", 0, -1)
    envelopes = [json.loads(task) for task in waiting]
    bodies = [b64decode(one["body"]).decode() for one in envelopes if "send_" in str(one)]
    assert len(bodies) >= 2
    rows = [row["row"] for row in site.rows("SELECT m::text AS row FROM delivery_outboxmessage m")]
    for text in [*bodies, *map(str, envelopes), *rows]:
        assert PHONE.removeprefix("+86") not in text
        assert PHONE.removeprefix("+86").encode().hex() not in text


def test_messages_have_a_worker_of_their_own(site: Site) -> None:
    """Where every other worker is busy with long imports, codes go out all the same."""
    site.worker("delivery")
    site.queue(3, "own-queue")
    wait_until(lambda: site.settled("own-queue"), 60, str(site.statuses("own-queue")))


class Payload:
    """What an attacker who reached the broker would send: unpickling it makes a file."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (self.path,)


def test_a_pickled_message_is_refused(site: Site, tmp_path: Path) -> None:
    trap = tmp_path / "sprung"
    task = {"task": "delivery.tasks.send_message", "id": str(uuid4())}
    with Connection(site.valkey.url) as connection:
        Producer(connection).publish(
            ((Payload(str(trap)),), {}, {}),
            routing_key="delivery",
            serializer="pickle",
            headers=task,
        )
    site.worker()
    site.queue(1, "after-pickle")
    wait_until(lambda: site.settled("after-pickle"), 60, site.output()[-3000:])
    wait_until(lambda: "ContentDisallowed" in site.output(), 20, "never read")
    assert not trap.exists()
