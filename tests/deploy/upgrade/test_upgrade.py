"""A database of the last release is migrated while people use the released code and the new one.

First all requests go to the released code, through ``migrate`` and for some time after; then
also to the new code, by chance, so that a form of one is taken by the other; then to the new
code alone, whose files are gone, as where the next upgrade lays others in their place.
"""

import base64
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.db import connection

from delivery.sms.kinds import PARAMETERS
from devtools.embedded.servers import free_port
from tests.database.schema import LINES, differences
from tests.delivery.fake_smtp import FakeSmtp
from tests.deploy.upgrade.released import last_release, lay_present, lay_release
from tests.deploy.upgrade.visitors import HOST, Visitors, in_background
from tests.faults.site import Site, running, wait_until
from tests.freshman import freshmen

pytestmark = pytest.mark.slow
SEED = 2026  # of the demo school
PASSWORD = "demo-portal-2026"
PEOPLE = ("student", "counselor", "registrar", "auditor", "operator")
STUDENTS = 200  # more than come in the time
PAGES = 12  # that each of the people reads
ENOUGH = 60  # requests in each part
PATIENCE = 240.0  # seconds until they are answered
KEYS = ("SECRET_KEY", "LOOKUP_KEY", "CODE_KEY", "AUDIT_KEY")


class Web:
    """Web processes of the code at ``code``."""

    def __init__(self, site: Site, code: Path) -> None:
        self.port, self.log = free_port(), site.directory / f"{code.name}.log"
        options = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.port)]
        options += ["--workers", "2", "--blocking-threads", "1", "--no-ws"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "granian", *options, "xuejiportal.wsgi:application"],
                cwd=code, env=site.environ, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        site.processes.append(self.process)
        wait_until(lambda: self.said().count("Started worker") >= 2, 120, self.said())

    def said(self) -> str:
        """Its log so far."""
        return self.log.read_text(errors="replace")


@pytest.fixture
def mail() -> Iterator[tuple[FakeSmtp, int]]:
    """A mail server and its port."""
    fake = FakeSmtp()
    controller: Any = Controller(fake, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield fake, controller.port
    controller.stop()


def prepare(site: Site, mail_port: int) -> None:
    """The demo school of the released code, then production's settings with the same keys."""
    site.environ |= {name: base64.b64encode(os.urandom(32)).decode() for name in KEYS}
    site.environ["VAULT_KEYS"] = "2026:" + base64.b64encode(os.urandom(32)).decode()
    site.manage("make_demo")
    site.environ |= {
        "PRODUCTION": "yes",
        "SITE_URL": f"https://{HOST}",
        "ALLOWED_HOSTS": HOST,
        "TRUSTED_PROXY_COUNT": "1",
        "CAMPUS_NETWORKS": "10.0.0.0/8",
        "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
        "SMS_TEMPLATES": json.dumps({kind: {"aliyun": "SMS_1"} for kind in PARAMETERS}),
        "STATIC_ROOT": str(site.directory / "static"),
        "SPOOL_DIR": str(site.directory),
        "STAFF_SECOND_FACTOR": "no",  # the demo's staff have none
    }
    site.manage("collectstatic", "--noinput")


@pytest.mark.django_db
def test_an_upgrade_of_the_last_release_fails_no_request_and_ends_as_a_new_database(
    mail: tuple[FakeSmtp, int],
) -> None:
    commit = last_release()
    with running(lambda place: lay_release(commit, place / "released")) as site:
        prepare(site, mail[1])
        released = Web(site, site.code)
        worker = site.worker()
        people = Visitors([released.port], mail[0])
        coming = iter(freshmen(STUDENTS, seed=SEED)[len(PEOPLE) :])
        people.walk(next(coming))
        reading = []
        for name in PEOPLE:
            cookies = people.sign_in(f"{name}@demo.test", PASSWORD)
            reading.append(partial(people.read, cookies, people.links(cookies, PAGES)))
        threads = in_background([*reading, partial(people.come, coming)])
        try:
            present = upgrade(site, released, people)
            site.kill(worker)
            site.worker()
            enough(people)
            people.ports.remove(released.port)
            enough(people)  # what was asked of it is answered by then
            site.kill(released.process)
            for folder in ("templates", "locale"):
                shutil.rmtree(site.code / folder)
            enough(people)
        finally:
            people.over.set()
            for thread in threads:
                thread.join()
        said = released.said() + present.said()
        assert not people.failures, (people.failures[:20], said[-4000:])
        assert len(people.confirmed) > 2
        site.manage("verify_audit")
        with connection.cursor() as cursor:
            cursor.execute(LINES)
            fresh = [line for (line,) in cursor.fetchall()]
        upgraded = [row["line"] for row in site.rows(LINES)]
        assert differences(upgraded, fresh) == []


def upgrade(site: Site, released: Web, people: Visitors) -> Web:
    """The new code beside the released one, after it has changed the database under it."""
    enough(people)
    site.code = lay_present(site.directory / "present")
    site.manage("migrate")
    enough(people)
    site.manage("collectstatic", "--noinput")
    present = Web(site, site.code)
    people.ports.append(present.port)
    return present


def enough(people: Visitors) -> None:
    """Wait until so many more requests were answered."""
    wanted = people.answers.total() + ENOUGH
    wait_until(lambda: people.answers.total() >= wanted, PATIENCE, f"{people.answers}")
