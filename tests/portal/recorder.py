"""A WSGI application that notes which requests reach it, for the tests of servers in front."""

import os
from collections.abc import Callable, Iterable
from typing import Any


def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """Note method and path, read the body, answer 200."""
    length = len(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
    line = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']} {length}\n"
    descriptor = os.open(os.environ["RECORD"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(descriptor, line.encode())
    os.close(descriptor)
    fields = [("Content-Type", "text/plain"), ("Content-Length", "2")]
    if environ["PATH_INFO"] == "/own-fields/":
        names = "Strict-Transport-Security", "X-Content-Type-Options", "Content-Security-Policy"
        fields += [(name, "the-portals") for name in (*names, "Permissions-Policy")]
    start("200 OK", fields)
    return [b"ok"]
