"""Browsers of a load: raw HTTP over a connection kept open, with cookies and redirects."""

import asyncio
import re
from dataclasses import dataclass, field
from urllib.parse import urlencode

from tests.freshman import Page

_COOKIE = re.compile(r"^set-cookie: ([^=]+)=([^;\r]*)(.*)$", re.IGNORECASE | re.MULTILINE)
_LENGTH = re.compile(r"^content-length: (\d+)", re.IGNORECASE | re.MULTILINE)
_LOCATION = re.compile(r"^location: (\S+)", re.IGNORECASE | re.MULTILINE)
MAX_REDIRECTS = 9


@dataclass
class Browser:
    """One person's browser behind the network address ``client``; ``statuses`` of all answers."""

    port: int
    client: str
    statuses: list[int]
    cookies: dict[str, str] = field(default_factory=dict)
    _streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def open(self, path: str, form: dict[str, str] | None = None) -> tuple[Page, int]:
        """The page at the end of all redirects, and how many there were."""
        for redirects in range(MAX_REDIRECTS):
            status, head, body = await self._ask(path, form)
            if status not in (302, 303):
                assert status == 200, f"{path}: {status}"
                return Page(path, body), redirects
            found = _LOCATION.search(head)
            assert found, head
            path, form = found.group(1), None
        raise AssertionError(f"{path}: too many redirects")

    def close(self) -> None:
        """Hang up."""
        if self._streams:
            self._streams[1].close()

    async def _ask(self, path: str, form: dict[str, str] | None) -> tuple[int, str, str]:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self.port, limit=2**20)
        reader, writer = self._streams
        writer.write(self._request(path, form))
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        status = int(head.split(" ", 2)[1])
        self.statuses.append(status)
        for name, value, attributes in _COOKIE.findall(head):
            if "max-age=0" in attributes.lower():
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        length = _LENGTH.search(head)
        body = await reader.readexactly(int(length.group(1))) if length else b""
        return status, head, body.decode()

    def _request(self, path: str, form: dict[str, str] | None) -> bytes:
        lines = [
            f"{'GET' if form is None else 'POST'} {path} HTTP/1.1",
            "Host: localhost",
            "User-Agent: Mozilla/5.0 (benchmark)",
            "Accept-Language: zh-CN,zh;q=0.9",
            f"X-Forwarded-For: {self.client}",
        ]
        if self.cookies:
            lines.append("Cookie: " + "; ".join(f"{n}={v}" for n, v in self.cookies.items()))
        body = urlencode(form).encode() if form is not None else b""
        if form is not None:
            lines.append("Content-Type: application/x-www-form-urlencoded")
            lines.append(f"Content-Length: {len(body)}")
        return "\r\n".join([*lines, "", ""]).encode() + body
