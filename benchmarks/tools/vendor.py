"""A vendor's end of the wire, as light as can be: answers, counts, notes when.

Run as a process: prints its port, then for each line on standard input the
state so far as JSON and starts afresh.
"""

import asyncio
import json
import re
import sys
import time

OUT_ID = re.compile(rb"[?&]OutId=([0-9a-f]{32})")
BODY = b'{"Code":"OK","BizId":"1"}'
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (
    len(BODY),
    BODY,
)


class Vendor(asyncio.Protocol):
    """Reads requests without a body; one instance a connection."""

    arrivals: dict[str, list[float]] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self.transport = transport
        self.pending = b""

    def data_received(self, data: bytes) -> None:
        """Answer every whole request."""
        self.pending += data
        while b"\r\n\r\n" in self.pending:
            request, _, self.pending = self.pending.partition(b"\r\n\r\n")
            self.note(request)
            self.transport.write(ANSWER)  # type: ignore[attr-defined]

    def note(self, request: bytes) -> None:
        """Keep when the message of this request arrived."""
        if found := OUT_ID.search(request):
            self.arrivals.setdefault(found[1].decode(), []).append(time.time())


async def main() -> None:
    """Serve until standard input ends."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Vendor, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    while await loop.run_in_executor(None, sys.stdin.readline):
        sys.stdout.write(json.dumps(Vendor.arrivals) + "\n")
        sys.stdout.flush()
        Vendor.arrivals.clear()


if __name__ == "__main__":
    asyncio.run(main())
