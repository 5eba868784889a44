"""The committed nginx in front of granian, and granian alone: bodies, slow senders, smuggling, log.

Needs nginx, which ``.ci/test-tools`` installs.
"""

import os
import re
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.urls import get_resolver

from devtools.embedded.servers import free_port
from tests.permissions.addresses import addresses
from tests.portal.requests.front import HOST, ROOT, adapted, nginx_program, wait_for
from xuejiportal.body_limits import UPLOADS

pytestmark = pytest.mark.slow
HEAD = f"Host: {HOST}\r\n"
FIRST, SECOND = "/first/", "/smuggled/"
HIDDEN = f"GET {SECOND} HTTP/1.1\r\n{HEAD}X: y"


@dataclass
class Front:
    """A server to talk to; ``record`` names the requests that have come through."""

    port: int
    tls: bool
    record: Path
    log: Path

    def connect(self) -> socket.socket:
        """A connection, wrapped in TLS where the server speaks it."""
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        if not self.tls:
            return plain
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context.wrap_socket(plain, server_hostname=HOST)

    def send(self, raw: bytes, *, seconds: float = 1.5) -> bytes:
        """Everything that comes back for ``raw`` until the server closes or keeps silent."""
        with self.connect() as connection:
            connection.settimeout(seconds)
            answer = b""
            try:
                connection.sendall(raw)
                while block := connection.recv(65536):
                    answer += block
            except OSError:
                pass
            return answer

    def status(self, raw: bytes) -> int:
        """The status of the first answer."""
        found = re.match(rb"HTTP/1\.[01] (\d{3})", self.send(raw))
        return int(found[1]) if found else 0

    def seen(self) -> str:
        """The requests so far."""
        return self.record.read_text() if self.record.exists() else ""


@pytest.fixture(scope="module")
def granian(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """Granian as the unit starts it, with an application that notes what comes."""
    folder, port = tmp_path_factory.mktemp("granian"), free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--workers", "1", "--blocking-threads", "1", "--no-ws"]
    record = folder / "record"
    process = subprocess.Popen(
        [*command, "tests.portal.recorder:application"],
        cwd=ROOT, env={**os.environ, "RECORD": str(record)},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_for(port, process)
        yield Front(port, tls=False, record=record, log=folder / "none")
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module")
def nginx(granian: Front, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """The committed nginx in front of it."""
    folder, port = tmp_path_factory.mktemp("nginx"), free_port()
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-keyout", folder / "key.pem", "-out", folder / "fullchain.pem",
         "-subj", f"/CN={HOST}"],
        check=True, capture_output=True,
    )  # fmt: skip
    written = folder / "nginx.conf"
    written.write_text(adapted(folder, port, granian.port))
    process = subprocess.Popen(
        [nginx_program(), "-c", written, "-p", folder, "-e", folder / "start.log"]
    )
    try:
        wait_for(port, process)
        yield Front(port, tls=True, record=granian.record, log=folder / "portal.log")
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(params=["nginx", "granian"])
def front(request: pytest.FixtureRequest) -> Front:
    """Each of the two in turn."""
    found: Front = request.getfixturevalue(request.param)
    return found


def body(text: str) -> str:
    """``text`` as chunks."""
    return f"{len(text):x}\r\n{text}\r\n0\r\n\r\n"


POST = f"POST {FIRST} HTTP/1.1\r\n{HEAD}"
LENGTH, CHUNKED = "Content-Length: {}\r\n", "Transfer-Encoding: chunked\r\n"
SMUGGLED = f"0\r\n\r\n{HIDDEN}\r\n\r\n"
WHOLE = f"{HIDDEN}\r\n\r\n"
PAIRS = {
    "CL.TE": POST + LENGTH.format(len(SMUGGLED)) + CHUNKED + "\r\n" + SMUGGLED,
    "TE.CL": POST + CHUNKED + LENGTH.format(4) + "\r\n" + body(WHOLE),
    "TE.TE twice": POST + CHUNKED + "Transfer-Encoding: identity\r\n" + LENGTH.format(4) + "\r\n"
    + body(WHOLE),
    "TE obscured by a space": POST + "Transfer-Encoding : chunked\r\n"
    + LENGTH.format(len(SMUGGLED)) + "\r\n" + SMUGGLED,
    "TE obscured by a tab": POST + "Transfer-Encoding:\x0bchunked\r\n"
    + LENGTH.format(len(SMUGGLED)) + "\r\n" + SMUGGLED,
    "TE of another name": POST + "Transfer-Encoding: xchunked\r\n"
    + LENGTH.format(len(SMUGGLED)) + "\r\n" + SMUGGLED,
    "TE underscored": POST + "Transfer_Encoding: chunked\r\n" + LENGTH.format(len(SMUGGLED))
    + "\r\n" + SMUGGLED,
    "TE in HTTP/1.0": POST.replace("1.1", "1.0") + CHUNKED + LENGTH.format(len(SMUGGLED)) + "\r\n"
    + SMUGGLED,
    "two lengths": POST + LENGTH.format(0) + LENGTH.format(len(WHOLE)) + "\r\n" + WHOLE,
    "a list of lengths": POST + f"Content-Length: {len(WHOLE)}, 0\r\n\r\n" + WHOLE,
    "a signed length": POST + f"Content-Length: +{len(WHOLE)}\r\n\r\n" + WHOLE,
    "a length in words": POST + f"Content-Length: 0x{len(WHOLE):x}\r\n\r\n" + WHOLE,
    "a folded line": POST + f"X: a\r\n Content-Length: 0\r\nContent-Length: {len(WHOLE)}\r\n\r\n"
    + WHOLE,
    "a folded length": POST + f"Content-Length:\r\n {len(WHOLE)}\r\n\r\n" + WHOLE,
    "bare line feeds": (POST + LENGTH.format(len(WHOLE)) + "X: a\nTransfer-Encoding: chunked\r\n"
    "\r\n") + WHOLE,
    "a bare carriage return": POST + f"X: a\rContent-Length: 0\r\nContent-Length: {len(WHOLE)}\r\n"
    "\r\n" + WHOLE,
    "a chunk of a strange size": POST + CHUNKED + f"\r\n0x{len(WHOLE):x}\r\n{WHOLE}\r\n0\r\n\r\n",
    "a chunk with an extension": POST + CHUNKED + f"\r\n{len(WHOLE):x};a\n=b\r\n{WHOLE}\r\n0\r\n"
    "\r\n",
    "a huge chunk": POST + CHUNKED + f"\r\nffffffffffffffff1\r\n{WHOLE}\r\n0\r\n\r\n",
    "a space in the address": f"GET {FIRST} HTTP/1.1\r\nX: y {SECOND} HTTP/1.1\r\n{HEAD}\r\n",
    "a line in the address": f"GET {FIRST}%0d%0aX: HTTP/1.1%0d%0a%0d%0aGET {SECOND} HTTP/1.1\r\n"
    f"{HEAD}\r\n",
}  # fmt: skip


@pytest.mark.parametrize("pair", PAIRS)
def test_no_second_request_is_hidden_in_the_first(front: Front, pair: str) -> None:
    """A body is one request's, by one reading: nothing within it is ever a request."""
    answer = front.send(PAIRS[pair].encode("latin-1"))
    assert f" {SECOND} " not in front.seen()
    assert answer.count(b"HTTP/1.") <= 2  # the first request's, and a refusal of what follows


def test_a_request_without_a_version_is_not_served(nginx: Front) -> None:
    before = nginx.seen()
    nginx.send(f"GET {SECOND}\r\n".encode())
    assert SECOND not in nginx.seen().removeprefix(before)


def test_a_large_body_goes_no_further_than_nginx(nginx: Front) -> None:
    for address in ("/", "/account/login/", "/support/queue/", "/static/x", "/none/"):
        head = f"POST {address} HTTP/1.1\r\n{HEAD}Content-Length: 400000000\r\n\r\n"
        assert nginx.status(head.encode()) == 413, address
    chunk = f"{2**20:x}\r\n{'a' * 2**20}\r\n".encode()
    chunked = f"POST /account/login/ HTTP/1.1\r\n{HEAD}{CHUNKED}\r\n".encode()
    assert nginx.status(chunked + chunk) == 413


def test_each_upload_passes_nginx_as_large_as_the_portal_takes_it(nginx: Front) -> None:
    known = dict(addresses(get_resolver()))
    for name, upload in UPLOADS.items():
        for length, taken in ((upload.most, True), (upload.most + 2**26, False)):
            head = f"POST {known[name]} HTTP/1.1\r\n{HEAD}Content-Length: {length}\r\n\r\n"
            assert (nginx.status(head.encode()) != 413) is taken, (name, length)


FIELDS = (
    "Strict-Transport-Security",
    "X-Content-Type-Options",
    "Content-Security-Policy",
    "Permissions-Policy",
)


def test_nginxs_own_answers_carry_the_header_fields_and_the_portals_keep_theirs(
    nginx: Front,
) -> None:
    own = f"POST / HTTP/1.1\r\n{HEAD}Content-Length: 400000000\r\n\r\n"
    passed = f"GET /own-fields/ HTTP/1.1\r\n{HEAD}Connection: close\r\n\r\n"
    for request, value in ((own, None), (passed, "the-portals")):
        head = nginx.send(request.encode()).partition(b"\r\n\r\n")[0].decode()
        for field in FIELDS:
            found = re.findall(rf"^{field}: (.+?)\r?$", head, re.MULTILINE | re.IGNORECASE)
            assert len(found) == 1, (field, head)
            assert value is None or found == [value]
    refused = nginx.send(own.encode())
    assert b"Content-Type: text/html; charset=utf-8\r\n" in refused
    assert b"max-age=31536000; includeSubDomains" in refused


def test_without_tls_people_are_led_on_and_programs_refused(nginx: Front) -> None:
    written = (nginx.log.parent / "nginx.conf").read_text()
    [port] = re.findall(r"listen 127\.0\.0\.1:(\d+);", written)
    plain = Front(int(port), tls=False, record=nginx.record, log=nginx.log)
    for address, status in (
        ("/account/login/", 301),
        ("/api/imports/", 403),
        ("/delivery/receipts/aliyun/x/", 403),
    ):
        assert plain.status(f"GET {address} HTTP/1.1\r\n{HEAD}\r\n".encode()) == status, address
    other = plain.send(b"GET /status/ HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
    assert f"\r\nLocation: https://{HOST}/status/\r\n".encode() in other


def test_trace_is_not_answered(nginx: Front) -> None:
    assert nginx.status(f"TRACE / HTTP/1.1\r\n{HEAD}\r\n".encode()) == 405


def test_slow_senders_of_one_address_are_few_and_given_up(nginx: Front) -> None:
    slow = [nginx.connect() for _ in range(80)]
    try:
        for connection in slow:
            head = f"POST /slow/ HTTP/1.1\r\n{HEAD}Content-Length: 9\r\n\r\na"
            connection.sendall(head.encode())
        refused = 0
        for connection in slow:
            connection.settimeout(0.05)
            try:
                refused += b" 429 " in connection.recv(100)
            except TimeoutError:
                continue
        assert refused >= 15
        assert "/slow/" not in nginx.seen()
    finally:
        for connection in slow:
            connection.close()


def test_the_log_holds_nothing_that_opens_anything(nginx: Front) -> None:
    secret = "Ab3-NzQ1wXsecret"
    opening = [
        f"/account/confirm-email/{secret}:1w:xx/",
        f"/account/contacts/undo/{secret}/",
        f"/account/contacts/stop/{secret}/",
        f"/status/report/{secret}/",
        f"/status/check/?code={secret}",
        f"/delivery/receipts/aliyun/{secret.lower()}/",
        f"/account/login/?next=/status/report/{secret}/",
        f"/account/%63onfirm-email/{secret}/",
        f"//account/confirm-email/{secret}",
        f"/dev/outbox/email/{secret}/",
        f"/{secret}",
    ]
    for address in opening:
        request = f"GET {address} HTTP/1.1\r\n{HEAD}Referer: https://{HOST}{address}\r\n"
        nginx.send(f"{request}Connection: close\r\n\r\n".encode())
    nginx.send(f"GET /account/login/ HTTP/1.1\r\n{HEAD}Connection: close\r\n\r\n".encode())
    logged = nginx.log.read_text()
    assert secret.lower() not in logged.lower()
    assert '"GET /account/confirm-email/... HTTP/1.1" 200' in logged
    assert '"GET /account/login/ HTTP/1.1" 200' in logged


def test_nginx_says_no_version_and_speaks_no_old_tls(nginx: Front) -> None:
    answer = nginx.send(f"GET / HTTP/1.1\r\n{HEAD}Connection: close\r\n\r\n".encode())
    assert b"\r\nServer: nginx\r\n" in answer
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("AES128-SHA:AES256-GCM-SHA384:ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0")
    with (
        socket.create_connection(("127.0.0.1", nginx.port), timeout=5) as plain,
        pytest.raises(ssl.SSLError),
    ):
        context.wrap_socket(plain, server_hostname=HOST)
