"""Students who come through nginx and TLS while containers are killed, and what they were told.

What the portal acknowledged is noted; :meth:`Load.lost` compares it with the database, and
:meth:`Load.doubled` tells what is there or arrived more than once. Half of them come by phone.
"""

import asyncio
import logging
import os
import signal
import ssl
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from subprocess import CalledProcessError
from typing import Any, Protocol

import django
import httpx

HOST = "portal.example.edu.cn"
NAME = {"sni_hostname": HOST}  # which no resolver need know
VICTIMS = ("web", "worker", "importer", "sender", "beat", "nginx", "valkey", "postgres")
STUDENTS = 4000
PHONES = 50  # of each hundred
# Whatever a student does once: an account, a code, an answer.
DOUBLED = (
    "SELECT email FROM accounts_user WHERE email <> '' GROUP BY email HAVING count(*) > 1",
    "SELECT phone FROM accounts_user WHERE phone <> '' GROUP BY phone HAVING count(*) > 1",
    "SELECT reference FROM delivery_outboxmessage WHERE reference <> ''"
    " GROUP BY reference HAVING count(*) > 1",
    "SELECT record_id FROM enrollment_confirmation GROUP BY record_id HAVING count(*) > 1",
)
SCHOOL = "学校名称,学校标识码,主管部门,所在地\n明德示范大学,4111019998,教育部,北京市\n"
PATIENCE = 90.0  # seconds until a killed part must serve again
PAUSE = 1.5  # seconds until the next student comes: nginx lets one address ask 20 times a second
AWAY = 503  # nginx while the web processes start, the portal without its database


class Running(Protocol):
    """The stack of containers, as .ci/containers.py runs it."""

    directory: Path

    def manage(self, *command: str) -> str: ...

    def rows(self, query: str) -> list[str]: ...


@dataclass
class Load:
    """Students coming one after the other, and what was acknowledged to them."""

    certificate: Path
    mailbox: Any
    signed_up: list[str] = field(default_factory=list)
    receipts: list[str] = field(default_factory=list)
    statuses: Counter[int | str] = field(default_factory=Counter)
    interrupted: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def browser(self) -> httpx.AsyncClient:
        context = ssl.create_default_context(cafile=str(self.certificate))
        return httpx.AsyncClient(
            base_url="https://127.0.0.1", verify=context, timeout=30, trust_env=False,
            headers={"Host": HOST},
        )  # fmt: skip

    async def come(self, students: Any) -> None:
        """One student after the other, until there are none or this is cancelled."""
        for student in students:
            browsers = [self.browser(), self.browser()]
            try:
                await self.walk(student, browsers)
            finally:
                for browser in browsers:
                    await browser.aclose()
            await asyncio.sleep(PAUSE)

    async def walk(self, student: Any, browsers: list[httpx.AsyncClient]) -> None:
        """The whole way; a step that met something killed ends it, without blame."""
        from tests.freshman import Wait

        way = student.way()
        wanted, step = next(way), ""
        try:
            while True:
                if isinstance(wanted, Wait):
                    step = "message"
                    page, _arrived = await self.mailbox.read(wanted.address)
                else:
                    step = wanted.step
                    page = await self.open(browsers[wanted.browser], wanted.path, wanted.form)
                    if step == "sign-up sent" and not student.by_phone:
                        self.signed_up.append(student.mailbox)
                    if "/receipts/" in page.path:
                        self.receipts.append(page.path.split("/receipts/")[1].strip("/"))
                wanted = way.send(page)
        except StopIteration:
            self.statuses["whole ways"] += 1
        except (InterruptedError, httpx.TransportError, TimeoutError) as error:
            self.interrupted[step] += 1
            self.broken[type(error).__name__] += 1
        except AssertionError as error:
            self.faults.append(f"{step}: {error}"[:300])

    async def open(self, browser: httpx.AsyncClient, path: str, form: dict[str, str] | None) -> Any:
        """The page at the end of all redirects.

        Raises InterruptedError where it is asked to come again later, as by a kill.
        """
        from tests.freshman import Page

        headers = {"Referer": f"https://{HOST}{path}"}
        for _ in range(9):
            method = "GET" if form is None else "POST"
            answer = await browser.request(
                method, path, data=form, headers=headers, extensions=NAME
            )
            self.statuses[answer.status_code] += 1
            if answer.status_code == AWAY and "retry-after" in answer.headers:
                raise InterruptedError(path)
            if answer.status_code not in (302, 303):
                assert answer.status_code == 200, f"{path}: {answer.status_code}"
                return Page(path, answer.text)
            path, form = answer.headers["location"], None
        raise AssertionError(f"{path}: too many redirects")

    def lost(self, stack: Running) -> list[str]:
        """What was acknowledged and is not in the database, or was never sent."""
        accounts = set(stack.rows("SELECT email FROM accounts_user"))
        kept = set(stack.rows("SELECT key FROM enrollment_confirmation"))
        waiting = stack.rows("SELECT status FROM delivery_outboxmessage WHERE status = 'queued'")
        lost = [f"account {address}" for address in self.signed_up if address not in accounts]
        lost += [f"receipt {key}" for key in self.receipts if key not in kept]
        return lost + [f"{len(waiting)} messages wait"] * bool(waiting)

    def doubled(self, stack: Running) -> list[str]:
        """What is more than once in the database, or was handed over more than once."""
        kept = [row for query in DOUBLED for row in stack.rows(query)]
        return kept + [f"message {mark}" for mark in self.mailbox.doubled()]


async def is_back(load: Load) -> bool:
    """Whether pages can be served, which need the database, through nginx."""
    try:
        async with load.browser() as browser:
            return (await browser.get("/readyz", extensions=NAME)).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


async def process_of(podman: Callable[..., str], name: str) -> int:
    """The number of a container's first process; 0, which podman says of one that starts, never."""
    for _ in range(int(PATIENCE)):
        asked = ("inspect", "--format", "{{.State.Pid}}", f"xp-{name}")
        number = int(await asyncio.to_thread(podman, *asked))
        if number > 0:
            return number
        await asyncio.sleep(1)
    raise SystemExit(f"{name} does not run")


async def kill(podman: Callable[..., str], name: str, load: Load) -> float:
    """Kill a container's processes; the seconds until it runs and pages are answered again."""
    begin = time.monotonic()
    # Not by "podman kill", after which podman starts nothing again.
    killed = await process_of(podman, name)
    os.kill(killed, signal.SIGKILL)
    while time.monotonic() - begin < PATIENCE:
        # The number of the killed one is told until podman has noticed.
        if await process_of(podman, name) != killed and await is_back(load):
            return time.monotonic() - begin
        await asyncio.sleep(0.5)
    raise SystemExit(f"{name} did not come back within {PATIENCE:.0f} s")


async def fire(
    start: Callable[[int, int], AbstractContextManager[Running]],
    podman: Callable[..., str],
    kills: int,
    victims: Sequence[str],
) -> int:
    """Start everything, let students come, kill, compare; the exit status."""
    from benchmarks.tools.mailbox import Mailbox
    from tests.freshman import freshmen

    mailbox = Mailbox()
    ports = await mailbox.serve()
    running = start(*ports)
    stack = await asyncio.to_thread(running.__enter__)
    try:
        await asyncio.to_thread(prepare, stack)
        load = Load(stack.directory / "tls/fullchain.pem", mailbox)
        students = iter(freshmen(STUDENTS, phones=PHONES))
        await load.walk(next(students), [load.browser(), load.browser()])
        assert load.statuses["whole ways"] == 1, (load.faults, load.interrupted)
        print("a student came from the home page to the receipt", flush=True)
        coming = [asyncio.create_task(load.come(students)) for _ in range(2)]
        for name in victims:
            took = [await kill(podman, name, load) for _ in range(kills)]
            print(f"{name}: killed {kills} times, {told(took)}", flush=True)
        assert next(students, None), "all students had come before the last kill"
        for task in coming:
            task.cancel()
        await asyncio.gather(*coming, return_exceptions=True)
        lost = await asyncio.to_thread(settled, load, stack)
        doubled = await asyncio.to_thread(load.doubled, stack)
    finally:
        await asyncio.to_thread(running.__exit__, None, None, None)
    print(f"acknowledged: {len(load.signed_up)} accounts, {len(load.receipts)} receipts")
    print(f"answers: {dict(load.statuses)}; interrupted: {dict(load.interrupted)}")
    print(f"by what: {dict(load.broken)}")
    print(f"messages: {mailbox.arrivals.total()}; doubled: {doubled or 'nothing'}")
    print(f"lost: {lost or 'nothing'}; faults: {load.faults or 'none'}")
    return int(bool(lost or doubled or load.faults))


def told(took: Sequence[float]) -> str:
    if not took:
        return "not asked"
    return f"back in {median(took):.0f} s (half of them), {max(took):.0f} s (all)"


def prepare(stack: Running) -> None:
    """Load a school and its students, as an operator would."""
    stack.manage("check", "--deploy")
    place = "/var/lib/xuejiportal"
    writing = f"open('{place}/school.csv', 'w').write({SCHOOL!r})"
    stack.manage("shell", "-c", writing)
    stack.manage("load_institutions", f"{place}/school.csv")
    stack.manage("make_registry", "--rows", str(2 * STUDENTS + 9), f"{place}/students.csv")
    stack.manage("import_registry", f"{place}/students.csv")


def settled(load: Load, stack: Running) -> list[str]:
    """What is lost once every queued message had time to leave."""
    lost = ["the database does not answer"]
    for _ in range(int(PATIENCE / 3)):
        with suppress(CalledProcessError):  # killed last, it may still be starting
            lost = load.lost(stack)
            if not lost:
                break
        time.sleep(3)
    return lost


def under_fire(
    start: Callable[[int, int], AbstractContextManager[Running]],
    podman: Callable[..., str],
    kills: int,
    victims: Sequence[str],
) -> int:
    """Run the whole play; the exit status."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "xuejiportal.settings"
    django.setup()
    for name in ("httpx", "mail.log"):  # a line for each request
        logging.getLogger(name).setLevel(logging.WARNING)
    return asyncio.run(fire(start, podman, kills, victims))
