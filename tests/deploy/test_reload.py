"""Web processes replaced as ``systemctl reload portal-web`` does, behind the committed nginx.

Without more than the configuration allows from one address no request fails; what an earlier
walk saw fail were 429 of nginx's limit.
"""

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import httpx
import pytest

from devtools.embedded.servers import free_port
from tests.faults.site import wait_until
from tests.portal.requests.front import HOST, ROOT, adapted, nginx_program, wait_for

pytestmark = pytest.mark.slow
UNIT = ROOT / "deploy/systemd/portal-web.service"
RELOADS = 3
PACE = 0.015  # seconds between two requests of a client: below the limit of a campus


class Web:
    """Granian with the options of the unit, and the application that notes requests."""

    def __init__(self, folder: Path) -> None:
        self.port, self.log = free_port(), folder / "web.log"
        [start] = [line for line in UNIT.read_text().splitlines() if line.startswith("ExecStart=")]
        options = start.split()[1:-1]
        options[options.index("--port") + 1] = str(self.port)
        options[options.index("--respawn-interval") + 1] = "3"  # this application starts at once
        self.processes = int(options[options.index("--workers") + 1])
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "granian", *options, "tests.portal.recorder:application"],
                cwd=ROOT,
                env={**os.environ, "RECORD": str(folder / "record")},
                stdout=log,
                stderr=log,
            )

    def has_started(self, number: int) -> bool:
        """Whether that many web processes have been started so far."""
        return self.log.read_text().count("Started worker") >= number


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[Web, str]]:
    """The web processes, and the address of nginx before them; 127.0.0.1 is a campus."""
    web, port = Web(tmp_path), free_port()
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-keyout", tmp_path / "key.pem", "-out", tmp_path / "fullchain.pem",
         "-subj", f"/CN={HOST}"],
        check=True, capture_output=True,
    )  # fmt: skip
    text = adapted(tmp_path, port, web.port).replace("# 203.0.113.0/24 1;", "127.0.0.1 1;")
    written = tmp_path / "nginx.conf"
    written.write_text(text)
    command = [nginx_program(), "-c", str(written), "-p", str(tmp_path)]
    command += ["-e", str(tmp_path / "start.log")]
    nginx = subprocess.Popen(command)
    try:
        wait_for(web.port, web.process)
        wait_for(port, nginx)
        wait_until(partial(web.has_started, web.processes), 60, "no web process")
        yield web, f"https://127.0.0.1:{port}"
    finally:
        for process in (nginx, web.process):
            process.terminate()
            process.wait(20)


def test_replacing_the_web_processes_under_load_fails_no_request(site: tuple[Web, str]) -> None:
    web, address = site
    answers: Counter[tuple[str, int | str]] = Counter()
    over = threading.Event()

    def ask(method: str) -> None:
        headers = {"Host": HOST}
        with httpx.Client(base_url=address, verify=False, headers=headers, trust_env=False) as one:
            while not over.wait(PACE):
                try:
                    answers[method, one.request(method, "/page/").status_code] += 1
                except httpx.HTTPError as error:
                    answers[method, type(error).__name__] += 1

    clients = [threading.Thread(target=ask, args=(method,)) for method in ("GET", "POST") * 2]
    for client in clients:
        client.start()
    try:
        for number in range(1, RELOADS + 1):
            web.process.send_signal(signal.SIGHUP)
            wait_until(partial(web.has_started, web.processes * (number + 1)), 60, "no new process")
    finally:
        over.set()
        for client in clients:
            client.join()
    assert set(answers) == {("GET", 200), ("POST", 200)}, answers
