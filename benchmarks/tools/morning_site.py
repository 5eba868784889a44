"""A whole site as in production, and a registry of the students who come to it."""

import json
import os
import urllib.request
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import django

from benchmarks.tools.harness import forget_servers
from enrollment.demo.samples import INSTITUTION_CODE, INSTITUTION_NAME
from tests.faults.site import FAST, Site, wait_until
from tests.freshman import Freshman

if TYPE_CHECKING:
    from tests.freshman_walk import Cost

WEB_PROCESSES = 2
CLASSES = 5  # of each counselor


def prepare(site: Site, students: int) -> None:
    """Migrate, collect, and import a registry with more than ``students`` registered people."""
    for name in FAST:
        site.environ.pop(name, None)
    site.environ |= {
        "DEBUG": "no",
        "LOG_LEVEL": "WARNING",
        "STATIC_ROOT": str(site.directory / "static"),
        "SPOOL_DIR": str(site.directory),
        # Each student has a network address of their own, as told by the proxy in front.
        "TRUSTED_PROXY_COUNT": "1",
        # By a Unix socket, as `deploy/portal.env.example` has it.
        "DATABASE_URL": site.postgresql.socket_url or site.postgresql.url,
    }
    site.manage("compile_messages")
    site.manage("collectstatic", "--noinput")
    forget_servers()
    os.environ |= site.environ | {
        "DJANGO_SETTINGS_MODULE": "xuejiportal.settings",
        "EMAIL_TRANSPORT": "file",  # in this process alone
        "SMS_PROVIDERS": "file",
    }
    django.setup()
    from tests.people import make_school

    make_school(INSTITUTION_CODE, INSTITUTION_NAME)
    site.manage("import_registry", str(registry(site.directory, 2 * students + 9)))


def registry(directory: Path, rows: int) -> Path:
    """A file with so many sample people."""
    from django.core.management import call_command

    file = directory / f"registry-{rows}.csv"
    with (directory / "written").open("w") as told:
        call_command("make_registry", str(file), rows=rows, stdout=told)
    return file


def queries(students: list[Freshman]) -> dict[bool, "list[Cost]"]:
    """What the whole way of the last student by mail, and by phone, asked of the database.

    The students go their way in this process; the first ones warm it up.
    """
    from django.conf import settings
    from django.db import connection

    from tests.freshman_walk import newest, walk
    from tests.outbox import Outbox

    outbox = Outbox(settings.OUTBOX_DIR)
    found = {one.by_phone: walk(one, partial(newest, outbox)) for one in students}
    connection.close()
    return found


def start(site: Site, mail_port: int, sms_port: int) -> dict[str, int]:
    """Start web, workers and beat, and wait until they answer; the process ids by name."""
    from delivery.sms.kinds import PARAMETERS

    site.environ |= {
        "EMAIL_TRANSPORT": "smtp",
        "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
        "SMS_PROVIDERS": "aliyun",
        "ALIYUN_SMS_ENDPOINT": f"http://127.0.0.1:{sms_port}",
        "SMS_TEMPLATES": json.dumps({kind: {"aliyun": "SMS_1"} for kind in PARAMETERS}),
    }
    options = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(site.port)]
    options += ["--workers", str(WEB_PROCESSES), "--blocking-threads", "1", "--no-ws"]
    web = site.start("granian", *options, "--log-level", "warning", "xuejiportal.wsgi:application")
    started = {
        "web": web.pid,
        "worker": site.worker("celery").pid,
        "sender": site.worker("delivery").pid,
        "importer": site.worker("imports").pid,
        "beat": site.beat().pid,
        "load": os.getpid(),
    }
    started["postgresql"] = postgresql_of(site)
    if site.valkey.process:
        started["valkey"] = site.valkey.process.pid
    wait_until(lambda: answers(site.port), 60, "the portal does not answer")
    return started


def postgresql_of(site: Site) -> int:
    """The process id of the site's PostgreSQL."""
    assert site.postgresql.process
    return site.postgresql.process.pid


def staff_cookies(counselors: int) -> list[str]:
    """The cookies of so many counselors, signed in, each with some classes."""
    from django.test import Client

    from accounts.roles import Role
    from enrollment.models import ClassCounselor, SchoolClass
    from tests.people import make_account

    classes, cookies = list(SchoolClass.objects.order_by("pk")), []
    for number in range(counselors):
        account = make_account(f"counselor{number}@example.org", roles=(Role.COUNSELOR,))
        mine = {classes[(number * CLASSES + place) % len(classes)] for place in range(CLASSES)}
        ClassCounselor.objects.bulk_create(
            ClassCounselor(user=account, school_class=one) for one in mine
        )
        client = Client(headers={"host": "localhost"})
        client.force_login(account)
        cookies.append(client.cookies["session"].value)
    return cookies


def answers(port: int) -> bool:
    """Whether a server at ``port`` says that it is well."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/healthz", headers={"Host": "localhost"}
    )
    with suppress(OSError), urllib.request.urlopen(request, timeout=2) as answer:
        return bool(answer.status == 200)
    return False
