"""People who use the portal while it is upgraded: students on their way, and readers of pages."""

import http.client
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default
from urllib.parse import urlencode, urlsplit

from tests.delivery.fake_smtp import FakeSmtp
from tests.freshman import Ask, Freshman, Page, Wait, send_form

HOST = "portal.example.edu.cn"
PACE = 0.05  # seconds between two requests of a reader
PATIENCE = 60.0  # seconds until a message must have arrived
_LINK = re.compile(r'href="(/[^"#]*)"')
# What is no page: files, and the page that ends the session.
_NO_PAGE = re.compile(r"^/(static|media|favicon|account/logout)")


class RequestFailedError(Exception):
    """A request that failed; the message tells it."""


@dataclass
class Visitors:
    """Everybody's requests go to one of ``ports`` by chance; what came is counted."""

    ports: list[int]
    mail: FakeSmtp
    answers: Counter[int] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    confirmed: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def ask(
        self, cookies: dict[str, str], path: str, form: dict[str, str] | None = None
    ) -> tuple[int, str, str]:
        """Status, ``Location`` and text of one request over a connection of its own, as nginx asks.

        Raises RequestFailedError for a status from 400 and for no answer.
        """
        method = "GET" if form is None else "POST"
        headers = {
            "Host": HOST,
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": f"10.1.{random.randrange(256)}.{random.randrange(256)}",
            "Referer": f"https://{HOST}{path}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
        }
        connection = http.client.HTTPConnection("127.0.0.1", random.choice(self.ports), timeout=30)
        try:
            body = None if form is None else urlencode(form)
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode(errors="replace")
        except (OSError, http.client.HTTPException) as error:
            raise RequestFailedError(f"{method} {path}: {error!r}") from error
        finally:
            connection.close()
        self.answers[answer.status] += 1
        if answer.status >= http.client.BAD_REQUEST:
            raise RequestFailedError(f"{method} {path}: {answer.status}")
        for line in answer.headers.get_all("Set-Cookie", ()):
            name, _, value = line.partition(";")[0].partition("=")
            cookies[name] = value
        return answer.status, answer.headers.get("Location", ""), text

    def open(self, cookies: dict[str, str], path: str, form: dict[str, str] | None = None) -> Page:
        """The page at the end of all redirects."""
        for _ in range(9):
            status, location, text = self.ask(cookies, path, form)
            if status not in (302, 303):
                return Page(path, text)
            path, form = _local(location), None
        raise RequestFailedError(f"{path}: too many redirects")

    def walk(self, freshman: Freshman) -> None:
        """A student's whole way, each request to whichever code answers."""
        browsers: list[dict[str, str]] = [{}, {}]
        way = freshman.way()
        wanted: Ask | Wait = next(way)
        try:
            while True:
                if isinstance(wanted, Wait):
                    page = Page("", self.letter(wanted.address))
                else:
                    page = self.open(browsers[wanted.browser], wanted.path, wanted.form)
                wanted = way.send(page)
        except StopIteration:
            self.confirmed.append(freshman.mailbox)
        except (RequestFailedError, AssertionError) as error:
            step = wanted.step if isinstance(wanted, Ask) else "letter"
            self.failures.append(f"{freshman.mailbox}, {step}: {error!s:.300}")

    def letter(self, address: str) -> str:
        """The text of the first e-mail to ``address``."""
        start = time.monotonic()
        while time.monotonic() - start < PATIENCE:
            for content in list(self.mail.contents):
                message = message_from_bytes(content, policy=default)
                if message["To"] == address and (body := message.get_body(("plain",))):
                    text: str = body.get_content()
                    return text
            time.sleep(0.1)
        raise RequestFailedError("no e-mail came")

    def sign_in(self, login: str, password: str) -> dict[str, str]:
        """The cookies of a person who has just signed in."""
        cookies: dict[str, str] = {}
        form = send_form("sign in", self.open(cookies, "/account/login/"), {})
        asked = next(form)
        assert isinstance(asked, Ask)
        given = {**(asked.form or {}), "login": login, "password": password}
        page = self.open(cookies, asked.path, given)
        assert "/account/login/" not in page.path, f"{login} could not sign in"
        return cookies

    def links(self, cookies: dict[str, str], most: int) -> list[str]:
        """The addresses of up to ``most`` pages that a person reaches from the home page."""
        found, place = ["/"], 0
        while place < len(found) and place < most:
            page = self.open(cookies, found[place])
            for path in _LINK.findall(page.text):
                if path not in found and not _NO_PAGE.match(path):
                    found.append(path.replace("&amp;", "&"))
            place += 1
        return found[:most]

    def read(self, cookies: dict[str, str], paths: list[str]) -> None:
        """Open these pages one after the other until it is over."""
        chance = random.Random(len(paths))
        while not self.over.wait(PACE):
            try:
                self.ask(cookies, chance.choice(paths))
            except RequestFailedError as error:
                self.failures.append(f"reading: {error}")

    def come(self, students: Iterator[Freshman]) -> None:
        """One student after the other until it is over."""
        for freshman in students:
            self.walk(freshman)
            if self.over.is_set():
                return


def _local(location: str) -> str:
    parts = urlsplit(location)
    assert parts.netloc in ("", HOST), location
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def in_background(jobs: list[Callable[[], None]]) -> list[threading.Thread]:
    """Started threads, one for each job."""
    threads = [threading.Thread(target=job) for job in jobs]
    for thread in threads:
        thread.start()
    return threads
