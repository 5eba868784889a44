"""The freshman morning: what a new student's whole way costs, and how many can come at once.

``make bench-freshman_morning`` sends 60 students through everything from the home page to
the receipt of the confirmed record, half of them by phone, half of them going on in another
browser than they signed up in. Before that some people sign up, activate and sign in on plain
Django with django-allauth, for comparison. Web, workers, beat, PostgreSQL, Valkey, a mail
server, a vendor of text messages and the load all run on this machine.

Closed loop: ``--browsers`` students at a time, each followed by the next at once; told is
the processor time for each student, by process. Open loop (``--rate 8``): so many students
start in each second whatever the answers do; told is how long they wait. ``--counselors 100``
open their boards every ten seconds meanwhile, ``--importing 100000`` rows are imported.

``--rounds 5`` tells the medians of five runs, ``--before DIRECTORY`` those of another checkout
in turns with this one.
"""

import argparse
import asyncio
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.tools import morning_report as report
from benchmarks.tools import morning_site as morning
from benchmarks.tools.browser import Browser
from benchmarks.tools.harness import exit_with, sizes, tell
from benchmarks.tools.in_turns import compare_in_turns
from benchmarks.tools.mailbox import Mailbox
from benchmarks.tools.morning_report import Seen
from benchmarks.tools.processor import used
from benchmarks.tools.yardsticks import reference
from benchmarks.tools.yardsticks.reference import Newcomer
from tests.faults.site import ROOT, Site, running, wait_until
from tests.freshman import Ask, Freshman, Wait, freshmen

WARMING = 16  # students who come before anything is measured,
WALKING = 4  # the first of them in this process, to count queries
REFERENCE = 40  # people who sign up on plain django-allauth
BOARD_EVERY = 10.0  # seconds between two looks of a counselor


@dataclass
class Morning:
    """A site that runs at ``port``, where its messages arrive, and what the load sees."""

    port: int
    mailbox: Mailbox
    seen: Seen

    async def come(self, freshman: Freshman | Newcomer, place: int) -> None:
        """One student's whole way, from a network address of their own."""
        client = f"10.{place >> 16 & 255}.{place >> 8 & 255}.{place & 255}"
        browsers = [Browser(self.port, client, self.seen.statuses) for _ in range(2)]
        way, asked_at = freshman.way(), 0.0
        wanted = next(way)
        try:
            while True:
                if isinstance(wanted, Wait):
                    page, arrived = await self.mailbox.read(wanted.address)
                    self.seen.handed_over.append(arrived - asked_at)
                else:
                    asked_at = time.time()
                    page, redirects = await browsers[wanted.browser].open(wanted.path, wanted.form)
                    self.seen.note(wanted.step, time.time() - asked_at, redirects)
                wanted = way.send(page)
        except StopIteration:
            self.seen.confirmed += 1
        except (AssertionError, OSError, EOFError) as error:
            step = wanted.step if isinstance(wanted, Ask) else "message"
            self.seen.failures.append(f"{step}: {error!r}"[:200])
        finally:
            for browser in browsers:
                browser.close()

    async def closed(
        self, students: Sequence[Freshman | Newcomer], browsers: int, first: int = 0
    ) -> None:
        """So many browsers, each with one student after the other."""
        places = iter(enumerate(students, first))

        async def one_after_the_other() -> None:
            for place, freshman in places:
                await self.come(freshman, place)

        await asyncio.gather(*(one_after_the_other() for _ in range(browsers)))

    async def opened(self, students: list[Freshman], rate: float, first: int) -> None:
        """So many students start in each second, whatever the answers do."""
        start, coming = time.monotonic(), []
        for place, freshman in enumerate(students):
            await asyncio.sleep(max(0.0, start + place / rate - time.monotonic()))
            coming.append(asyncio.create_task(self.come(freshman, first + place)))
        await asyncio.gather(*coming)

    async def look_at_boards(self, cookies: list[str]) -> None:
        """Counselors open their boards, each every ten seconds, until this is cancelled."""

        async def look(cookie: str, pause: float) -> None:
            browser = Browser(self.port, "10.255.0.1", self.seen.statuses, {"session": cookie})
            await asyncio.sleep(pause)
            while True:
                start = time.monotonic()
                await browser.open("/support/board/")
                taken = time.monotonic() - start
                self.seen.boards.append(taken)
                await asyncio.sleep(max(0.0, BOARD_EVERY - taken))

        pauses = [BOARD_EVERY * place / len(cookies) for place in range(len(cookies))]
        await asyncio.gather(*map(look, cookies, pauses))


async def measure(site: Site, options: argparse.Namespace) -> bool:
    """Start everything, warm it up, run the load and tell; whether all went well."""
    await asyncio.to_thread(morning.prepare, site, WARMING + options.rows)
    cookies = await asyncio.to_thread(morning.staff_cookies, options.counselors)
    coming = freshmen(WARMING + options.rows, phones=options.phones, elsewhere=options.elsewhere)
    report.tell_queries(await asyncio.to_thread(morning.queries, coming[:WALKING]))
    mailbox = Mailbox()
    ports = await mailbox.serve()
    fine = await measure_reference(site, mailbox, ports[0], options.browsers)
    ids = await asyncio.to_thread(morning.start, site, *ports)
    await Morning(site.port, mailbox, Seen()).closed(coming[WALKING:WARMING], 4)
    run, students = Morning(site.port, mailbox, Seen()), coming[WARMING:]
    boards = asyncio.create_task(run.look_at_boards(cookies))
    importing = _import(site, options.importing)
    before, began = used(ids), time.monotonic()
    if options.rate:
        await run.opened(students, options.rate, WARMING)
    else:
        await run.closed(students, options.browsers, WARMING)
    took, after = time.monotonic() - began, used(ids)
    boards.cancel()
    spent = {name: after[name] - before[name] for name in ids}
    alone = not options.counselors and not options.importing
    fine &= report.tell_all(site, run.seen, spent, took, WARMING + len(students), alone=alone)
    if importing:
        status = await asyncio.to_thread(importing.wait)
        tell(f"import of {options.importing:,} rows: exit status {status}")
        fine &= status == 0
    return fine


async def measure_reference(site: Site, mailbox: Mailbox, mail_port: int, browsers: int) -> bool:
    """Tell what plain django-allauth costs, before the portal runs; whether all went well."""
    start = reference.start
    web, port = await asyncio.to_thread(start, site, mail_port, morning.WEB_PROCESSES)
    await asyncio.to_thread(wait_until, lambda: morning.answers(port), 60, "no answer")
    people = reference.newcomers(WARMING + REFERENCE)
    await Morning(port, mailbox, Seen()).closed(people[:WARMING], browsers)
    ids = {"web": web.pid, "postgresql": morning.postgresql_of(site)}
    run, before = Morning(port, mailbox, Seen()), used(ids)
    await run.closed(people[WARMING:], browsers, WARMING)
    after = used(ids)
    site.kill(web)
    return report.tell_reference(run.seen, {name: after[name] - before[name] for name in ids})


def _import(site: Site, rows: int) -> "subprocess.Popen[bytes] | None":
    """A registrar imports a file with so many rows; None for no rows."""
    if not rows:
        return None
    command = [sys.executable, "manage.py", "import_registry"]
    command.append(str(morning.registry(site.directory, rows)))
    null = subprocess.DEVNULL
    return subprocess.Popen(command, cwd=ROOT, env=site.environ, stdout=null, stderr=null)


def main() -> int:
    """Print what was measured; 1 when a page failed, something was lost, or a goal missed."""
    parser = sizes(60, "students")
    parser.add_argument("--browsers", type=int, default=4, help="students at a time")
    parser.add_argument("--rate", type=float, default=0.0, help="students a second: open loop")
    parser.add_argument("--phones", type=int, default=50, help="percent who sign up by phone")
    parser.add_argument("--elsewhere", type=int, default=50, help="percent in another browser")
    parser.add_argument("--counselors", type=int, default=0)
    parser.add_argument("--importing", type=int, default=0, help="rows")
    parser.add_argument("--rounds", type=int, default=1, help="runs, told as medians")
    parser.add_argument("--before", default="", help="a checkout to be measured in turns")
    options = parser.parse_args()
    if options.before or options.rounds > 1:
        return int(not compare_in_turns("benchmarks.freshman_morning", options))
    with running() as site:
        return int(not asyncio.run(measure(site, options)))


if __name__ == "__main__":
    exit_with(main)
