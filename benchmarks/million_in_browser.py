"""A million rows through the browser's path while students read their pages.

``make bench-million_in_browser`` uploads a workbook of 1,000,000 invented people by
HTTP, as a registrar's browser does, to a whole site (web, worker, importer, sender,
beat); waits on the page until it is checked, publishes it, and waits for the receipt.
All the time students of the same school open their status page by the clock.
``ARGS="--rows 100000 --kind csv"`` takes another size, or a CSV in GB 18030 with fewer columns:
with all of them a million rows are larger than the 200 MB that an upload may have.
"""

import os
import re
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import django
import httpx
import psutil  # type: ignore[import-untyped]
from rustpy_xlsxwriter import write_worksheet

from benchmarks.tools.harness import exit_with, forget_servers, percentile, sizes, tell
from benchmarks.tools.http import open_loop
from enrollment.demo.samples import HEADER, INSTITUTION_CODE, INSTITUTION_NAME, sample_rows
from tests.faults.site import Site, running, wait_until

ROWS = 1_000_000
SEED = 1
KNOWN = 1_000  # are in the registry before; the readers are among them
READERS = 50
RATE = 20  # pages a second
SLICE = 2  # seconds in which one student reads
CALM = 20  # seconds of reading before anything happens
MEMORY = 128 * 2**20
LONGEST = 3600.0
LEFT_OUT = {"院校代码", "院校名称", "学习形式"}  # of the CSV


class Readers(threading.Thread):
    """Students who read their pages all the time; ``latencies`` by phase, in seconds."""

    def __init__(self, port: int, cookies: list[str]) -> None:
        super().__init__(daemon=True)
        self.port, self.cookies = port, cookies
        self.phase = "start"
        self.latencies: dict[str, list[float]] = defaultdict(list)
        self.errors: list[str] = []
        self.done = threading.Event()

    def run(self) -> None:
        """Read until ``done``."""
        turn = 0
        while not self.done.is_set():
            cookie = self.cookies[turn % len(self.cookies)]
            phase, turn = self.phase, turn + 1
            try:
                self.latencies[phase] += open_loop(self.port, "/status/", cookie, RATE, SLICE)
            except (AssertionError, OSError, EOFError) as error:
                self.errors.append(f"{phase}: {error!r}"[:200])


class Memory(threading.Thread):
    """The largest resident memory that each process of the importer has ever had."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.root = psutil.Process(pid)
        self.peaks: dict[int, tuple[str, int]] = {}
        self.done = threading.Event()

    def run(self) -> None:
        """Look until ``done``."""
        while not self.done.wait(0.1):
            pool = {process.pid for process in self.root.children()}
            for process in self.root.children(recursive=True):
                with suppress(OSError):  # it has just ended
                    role = "pool" if process.pid in pool else "child"
                    self.peaks[process.pid] = (role, _peak(process.pid))

    def largest(self, role: str) -> int:
        """Bytes of the largest process of this role."""
        return max((peak for kind, peak in self.peaks.values() if kind == role), default=0)


def _peak(pid: int) -> int:
    found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found.group(1)) * 1024 if found else 0


class Registrar:
    """A browser at the registrar's desk."""

    def __init__(self, port: int, cookie: str) -> None:
        self.http = httpx.Client(
            base_url=f"http://127.0.0.1:{port}",
            headers={"Host": "localhost", "Cookie": cookie, "Accept-Language": "zh-CN"},
            timeout=600,
        )

    def get(self, path: str) -> str:
        """A page. Raises AssertionError for anything but a 200."""
        answer = self.http.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
        return answer.text

    def send(self, path: str, file: Path | None = None, **fields: str) -> str:
        """Send a form; where it leads."""
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.get(path))
        assert token, path
        fields["csrfmiddlewaretoken"] = token.group(1)
        if file is None:
            answer = self.http.post(path, data=fields)
        else:
            with file.open("rb") as source:
                answer = self.http.post(path, data=fields, files={"file": (file.name, source)})
        assert answer.status_code == 302, f"{path}: {answer.status_code}"
        return answer.headers["Location"]

    def wait(self, path: str) -> str:
        """Look at a page as its script does, until nothing runs any more."""
        start = time.monotonic()
        while "data-live" in (page := self.get(path)):
            assert time.monotonic() - start < LONGEST, f"{path} does not end"
            time.sleep(1.5)
        return page


def main() -> int:
    """Print what it cost; 1 when a page failed or the memory's goal was missed."""
    parser = sizes(ROWS, "people in the file")
    parser.add_argument("--kind", choices=("xlsx", "csv"), default="xlsx")
    options = parser.parse_args()
    rows, kind = options.rows, options.kind
    with running() as site:
        site.environ |= {
            "DEBUG": "no",
            "LOG_LEVEL": "ERROR",
            "SPOOL_DIR": str(site.directory),
            "STATIC_ROOT": str(site.directory / "static"),
        }
        site.manage("compile_messages")
        site.manage("collectstatic", "--noinput")
        first = _write(site.directory / f"known.{kind}", min(KNOWN, rows))
        file = _write(site.directory / f"registry.{kind}", rows)
        tell(f"{rows:,} rows as {kind}, {file.stat().st_size / 2**20:.0f} MB")
        return _measure(site, rows, first, file)


def _measure(site: Site, rows: int, first: Path, file: Path) -> int:
    registrar_cookie, reader_cookies = _people(site, first)
    importer = _start(site)
    readers, memory = Readers(site.port, reader_cookies), Memory(importer)
    registrar = Registrar(site.port, registrar_cookie)
    readers.start()
    memory.start()
    time.sleep(CALM / 2)
    readers.phase = "before"  # the first pages of a process that has just started do not count
    time.sleep(CALM)
    seconds: dict[str, float] = {}

    @contextmanager
    def phase(name: str) -> Iterator[None]:
        readers.phase, start = name, time.monotonic()
        yield
        seconds[name] = time.monotonic() - start

    with phase("upload"):
        page = registrar.send("/registry/imports/", file, institution=str(_institution(site)))
    with phase("check"):
        assert "去发布" in registrar.wait(page)
    with phase("publish"):
        registrar.send(f"/account/reauthenticate/?next={page}", password=_password())
        registrar.send(f"{page}publish/")
        assert "发布回执" in registrar.wait(page)
    readers.phase = "after"
    time.sleep(CALM)
    readers.done.set()
    memory.done.set()
    readers.join()
    [found] = site.rows("SELECT count(*) AS records FROM enrollment_studentrecord")
    assert found["records"] == rows, found
    return _tell(readers, memory, seconds, rows)


def _tell(readers: Readers, memory: Memory, seconds: dict[str, float], rows: int) -> int:
    for name in ("before", "upload", "check", "publish", "after"):
        times = readers.latencies[name]
        took = f"{seconds[name]:7.1f} s" if name in seconds else " " * 9
        if not times:
            tell(f"{name:<8} {took}")
            continue
        shares = (
            f"p{share * 100:.0f} {percentile(times, share) * 1000:.0f} ms"
            for share in (0.5, 0.95, 0.99)
        )
        tell(f"{name:<8} {took}  {len(times):,} pages: {', '.join(shares)}")
    whole = sum(seconds.values())
    tell(f"in all {whole:.0f} s, {rows / whole:,.0f} rows a second")
    for error in readers.errors:
        tell(f"page failed: {error}")
    worker, child = memory.largest("pool"), memory.largest("child")
    met = max(worker, child) <= MEMORY
    tell(
        f"peak memory: {worker / 2**20:.0f} MB the worker, {child / 2**20:.0f} MB the largest "
        f"process it starts, goal at most {MEMORY // 2**20} MB: {'met' if met else 'NOT met'}"
    )
    tell(f"(load average {os.getloadavg()[1]:.1f} on {os.cpu_count()} processors)")
    return int(bool(readers.errors) or not met)


def _start(site: Site) -> int:
    """Everything that runs in the field; the process id of the importer."""
    options = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(site.port)]
    options += ["--workers", "2", "--blocking-threads", "1", "--no-ws", "--log-level", "warning"]
    site.start("granian", *options, "xuejiportal.wsgi:application")
    site.worker("celery,delivery")
    importer = site.worker("imports")
    site.beat()
    wait_until(lambda: _answers(site.port), 60, "the portal does not answer")
    return importer.pid


def _answers(port: int) -> bool:
    try:
        return httpx.get(
            f"http://127.0.0.1:{port}/healthz", headers={"Host": "localhost"}
        ).is_success
    except httpx.TransportError:
        return False


def _people(site: Site, first: Path) -> tuple[str, list[str]]:
    """The school with its first records, a registrar, and students who hold records."""
    forget_servers()
    os.environ |= site.environ | {"DJANGO_SETTINGS_MODULE": "xuejiportal.settings"}
    django.setup()
    # Models can be imported only once Django is set up.
    from django.db import connection
    from django.utils import timezone

    from accounts.roles import Role
    from enrollment.models import InstitutionRegistrar, StudentRecord
    from tests.people import make_account, make_school

    school = make_school(INSTITUTION_CODE, INSTITUTION_NAME)
    site.manage("import_registry", str(first), "--institution", INSTITUTION_CODE)
    account = make_account("registrar@example.org", roles=(Role.REGISTRAR,))
    InstitutionRegistrar.objects.create(user=account, institution=school)
    cookies = []
    for number, record in enumerate(StudentRecord.objects.order_by("pk")[:READERS]):
        reader = make_account(f"reader{number}@example.org")
        StudentRecord.objects.filter(pk=record.pk).update(holder=reader, claimed_at=timezone.now())
        cookies.append(_cookie(reader))
    cookie = _cookie(account)
    connection.close()
    return cookie, cookies


def _password() -> str:
    from tests.people import PASSWORD

    return PASSWORD


def _cookie(account: object) -> str:
    from django.test import Client
    from django.utils.crypto import get_random_string

    client = Client(headers={"host": "localhost"})
    client.force_login(account)  # type: ignore[arg-type]
    return f"session={client.cookies['session'].value}; csrf={get_random_string(32)}"


def _institution(site: Site) -> int:
    [found] = site.rows("SELECT id FROM enrollment_institution WHERE code = %s", INSTITUTION_CODE)
    return int(found["id"])


def _write(path: Path, rows: int) -> Path:
    """A registry of so many people, in the form that the name of the file says."""
    found = sample_rows(rows, seed=SEED)
    if path.suffix == ".xlsx":
        write_worksheet(
            (dict(zip(HEADER, row, strict=True)) for row in found), str(path), sheet_name="学籍"
        )
        return path
    kept = [at for at, title in enumerate(HEADER) if title not in LEFT_OUT]
    line: Callable[[list[str]], str] = lambda row: ",".join(row[at] for at in kept) + "\n"  # noqa: E731
    with path.open("w", encoding="gb18030", newline="") as file:
        file.write(line(HEADER))
        file.writelines(map(line, found))
    return path


if __name__ == "__main__":
    exit_with(main)
