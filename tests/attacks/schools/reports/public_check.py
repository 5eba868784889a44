"""The public check of a report's code, as somebody at an address asks it."""

from django.test import Client


def ask(code: str, pin: str = "", address: str = "10.1.1.1") -> str:
    """What the public check says to someone at ``address``."""
    answer = Client(REMOTE_ADDR=address).post("/status/report/", {"code": code, "pin": pin})
    assert answer.status_code in (200, 429)
    return answer.content.decode()
