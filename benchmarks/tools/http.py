"""Measuring over HTTP: granian as in production, wrk for the peak, an open loop for the latency."""

import asyncio
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from devtools.embedded.servers import free_port

PROCESSES = 2
CONNECTIONS = 16


@contextmanager
def granian(target: str) -> Iterator[int]:
    """Serve the WSGI application ``target`` with two processes; the port."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--workers", str(PROCESSES), "--blocking-threads", "1"]
    command += ["--no-ws", "--log-level", "warning", target]
    server = subprocess.Popen(command)
    try:
        _wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=20)


def peak(port: int, path: str, cookie: str, seconds: int) -> float:
    """Requests a second with every connection busy; anything but a 200 is an error."""
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-H", f"Cookie: {cookie}"]
    command += ["-H", "Host: localhost", f"http://127.0.0.1:{port}{path}"]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert "Non-2xx" not in told, told
    assert "Socket errors" not in told, told
    found = re.search(r"Requests/sec:\s+([\d.]+)", told)
    assert found, told
    return float(found.group(1))


def open_loop(port: int, path: str, cookie: str, rate: float, seconds: int) -> list[float]:
    """Latencies, in seconds, of requests that start by the clock whatever the answers do.

    Each counts from the moment it was due, so that waiting for a free connection is latency.
    """
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\r\n".encode()
    return asyncio.run(_open_loop(port, request, rate, seconds))


async def _open_loop(port: int, request: bytes, rate: float, seconds: int) -> list[float]:
    idle: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
    for _ in range(4 * CONNECTIONS):
        idle.put_nowait(await asyncio.open_connection("127.0.0.1", port))
    latencies: list[float] = []

    async def ask(due: float) -> None:
        reader, writer = await idle.get()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        assert length, head
        await reader.readexactly(int(length.group(1)))
        latencies.append(time.perf_counter() - due)
        idle.put_nowait((reader, writer))

    start = time.perf_counter() + 0.1
    asked = []
    for number in range(int(rate * seconds)):
        due = start + number / rate
        await asyncio.sleep(max(0, due - time.perf_counter()))
        asked.append(asyncio.create_task(ask(due)))
    await asyncio.gather(*asked)
    while not idle.empty():
        idle.get_nowait()[1].close()
    return latencies


def _wait_for(port: int) -> None:
    for _ in range(200):
        try:
            request = urllib.request.Request(
                f"http://127.0.0.1:{port}/healthz", headers={"Host": "localhost"}
            )
            urllib.request.urlopen(request, timeout=1)
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise TimeoutError("granian does not answer")
