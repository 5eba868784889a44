"""Exit with 0 where the portal answers that what its pages need works, in the web container."""

import json
import socket
import sys
from http.client import HTTPConnection, HTTPException
from os import environ

SOCKET = "/run/xuejiportal/web.sock"


class LocalConnection(HTTPConnection):
    """HTTP over the socket that the web processes listen on."""

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(SOCKET)


def main() -> None:
    """Say in one line what is amiss."""
    host = environ.get("ALLOWED_HOSTS", "localhost").partition(",")[0]
    connection = LocalConnection(host, timeout=8)
    try:
        connection.request("GET", "/readyz")
        answer = json.loads(connection.getresponse().read())
    except (OSError, HTTPException, ValueError) as error:
        sys.exit(f"No answer: {error}")
    if not answer["ready"]:
        sys.exit(", ".join(name for name, part in answer["parts"].items() if not part["well"]))


if __name__ == "__main__":
    main()
