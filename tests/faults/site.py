"""A whole site of its own: PostgreSQL, Valkey, worker, beat, web, and the fake SMS vendor."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import redis
from psycopg.rows import dict_row

from devtools.embedded.servers import Postgresql, Valkey, free_port
from tests.delivery import fake_sms
from tests.delivery.fake_sms import Fake

ROOT = Path(__file__).resolve().parents[2]
PHONE = "+8613800138000"
QUEUE = """
from delivery.services import queue_sms
for number in range({count}):
    queue_sms(to="{phone}", kind="reminder", params={{"school": str(number)}}, purpose="{purpose}")
"""
# Short, so that what takes a minute in the field takes seconds here.
FAST = {
    "OUTBOX_SWEEP": "1",
    "OUTBOX_CLAIM_LEASE": "3",
    "OUTBOX_HANDOVER_LEASE": "5",
    "OUTBOX_FIRST_PAUSE": "1",
    "OUTBOX_RECONCILE": "1",
    "ALIYUN_DETAILS_DELAY": "7",
}


def wait_until(condition: Callable[[], object], seconds: float, why: str) -> float:
    """Wait for the condition; the seconds it took."""
    start = time.monotonic()
    while not condition():
        assert time.monotonic() - start < seconds, why
        time.sleep(0.05)
    return time.monotonic() - start


class Site:
    """Its servers and processes, to be started and killed one by one."""

    def __init__(self, directory: Path, fake: Fake, code: Path = ROOT) -> None:
        self.directory, self.fake, self.code = directory, fake, code
        lock = os.open(directory / "lock", os.O_RDWR | os.O_CREAT)
        for name in ("postgresql", "valkey"):
            (directory / name).mkdir(mode=0o711)
        self.log = (directory / "log").open("ab")
        self.postgresql = Postgresql(directory / "postgresql", lock, durable=True, log=self.log)
        self.valkey = Valkey(directory / "valkey", lock, durable=True, log=self.log)
        self.processes: list[subprocess.Popen[bytes]] = []
        self.port = free_port()
        templates = '{"reminder": {"aliyun": "SMS_1", "tencent": "11"}}'
        self.environ = {
            **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
            **FAST,
            "VAR_DIR": str(directory / "var"),
            "SITE_URL": f"http://localhost:{self.port}",
            "SMS_PROVIDERS": "aliyun",
            "SMS_TEMPLATES": templates,
            "ALIYUN_SMS_ENDPOINT": fake.url,
            "ALIYUN_ACCESS_KEY_ID": "aliyun-id",
            "ALIYUN_ACCESS_KEY_SECRET": "aliyun-secret",
            "ALIYUN_SMS_SIGN_NAME": "sign",
        }

    def serve(self) -> None:
        """Start PostgreSQL and Valkey, and migrate."""
        self.postgresql.start()
        self.valkey.start()
        self.environ |= {"DATABASE_URL": self.postgresql.url, "REDIS_URL": self.valkey.url}
        self.manage("migrate")

    def stop(self) -> None:
        """End whatever runs."""
        self.kill_all()
        self.valkey.stop()
        self.postgresql.stop()

    # --- Processes

    def manage(self, *arguments: str) -> None:
        """Run one command to its end."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=self.code,
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    def start(self, *module: str) -> "subprocess.Popen[bytes]":
        process = subprocess.Popen(
            [sys.executable, "-m", *module],
            cwd=self.code,
            env=self.environ,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
        )
        self.processes.append(process)
        return process

    def worker(self, queues: str = "celery,imports,delivery") -> "subprocess.Popen[bytes]":
        options = ["--queues", queues, "--concurrency", "1", "--loglevel", "WARNING"]
        quick = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        return self.start("celery", "--quiet", "-A", "xuejiportal", "worker", *options, *quick)

    def beat(self, name: str = "beat") -> "subprocess.Popen[bytes]":
        schedule = str(self.directory / name)
        options = ["--schedule", schedule, "--pidfile", "", "--max-interval", "1"]
        return self.start("celery", "--quiet", "-A", "xuejiportal", "beat", *options)

    def web(self) -> "subprocess.Popen[bytes]":
        options = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.port)]
        return self.start("granian", *options, "xuejiportal.wsgi:application")

    def kill(self, process: "subprocess.Popen[bytes]") -> None:
        """kill -9, children included."""
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self.processes.remove(process)

    def kill_all(self) -> None:
        for process in list(self.processes):
            self.kill(process)

    def flush_broker(self) -> None:
        """Empty it: no task, no cache, no doorbell is left."""
        redis.Redis.from_url(self.valkey.url).flushall()

    # --- What is there

    def rows(self, query: str, *parameters: object) -> list[dict[str, Any]]:
        with psycopg.connect(
            self.postgresql.url, autocommit=True, row_factory=dict_row
        ) as connection:
            cursor = connection.execute(query, parameters)
            return cursor.fetchall() if cursor.description else []

    def queue(self, count: int, purpose: str) -> None:
        """Put messages into the outbox, each in its own transaction."""
        self.manage("shell", "-c", QUEUE.format(count=count, phone=PHONE, purpose=purpose))

    def statuses(self, purpose: str) -> dict[str, int]:
        query = (
            "SELECT status, count(*) FROM delivery_outboxmessage WHERE purpose = %s GROUP BY status"
        )
        return {row["status"]: row["count"] for row in self.rows(query, purpose)}

    def settled(self, purpose: str) -> bool:
        return set(self.statuses(purpose)) <= {"sent", "delivered"}

    def sendings(self, purpose: str) -> list[str]:
        """The key of each message of ``purpose``, once for every time the vendor accepted it."""
        query = "SELECT key FROM delivery_outboxmessage WHERE purpose = %s"
        keys = {row["key"].hex for row in self.rows(query, purpose)}
        return [one["out_id"] for one in self.fake.accepted if one["out_id"] in keys]

    def output(self) -> str:
        return (self.directory / "log").read_text(errors="replace")


@contextmanager
def running(code: Callable[[Path], Path] = lambda _: ROOT) -> Iterator[Site]:
    """A site; everything is gone afterwards. ``code`` tells where its code is laid."""
    directory = Path(tempfile.mkdtemp(prefix="xuejiportal-faults-"))
    directory.chmod(0o711)
    with fake_sms.serving() as fake:
        site = Site(directory, fake, code(directory))
        try:
            site.serve()
            yield site
        finally:
            site.stop()
            shutil.rmtree(directory, ignore_errors=True)
