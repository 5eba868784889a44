"""What signing up, activating and signing in cost on plain Django with django-allauth."""

import re
import secrets
import subprocess
import sys
from dataclasses import dataclass
from urllib.parse import urlsplit

import psycopg

from devtools.embedded.servers import free_port
from tests.faults.site import ROOT, Site
from tests.freshman import PASSWORD, Ask, Wait, Way, send_form

MODULE = "benchmarks.tools.yardsticks.allauth_alone"
_LINK = re.compile(r"/accounts/confirm-email/[-:\w]+/")


@dataclass(frozen=True)
class Newcomer:
    """Somebody who signs up by e-mail and goes on in the same browser."""

    mailbox: str

    def way(self) -> Way:
        """Eight requests, from the sign-up form to the page after signing in."""
        page = yield Ask("sign-up form", "/accounts/signup/")
        signing = {"email": self.mailbox, "password1": PASSWORD}
        page = yield from send_form("sign-up sent", page, signing)
        letter = yield Wait(self.mailbox)
        link = _LINK.search(letter.text)
        assert link, letter.text
        page = yield Ask("link opened", link.group())
        page = yield from send_form("activated", page, {})
        signing = {"login": self.mailbox, "password": PASSWORD}
        page = yield from send_form("signed in", page, signing)
        assert page.path == "/", page.path


def newcomers(count: int) -> list[Newcomer]:
    """So many people whom the portal does not know."""
    return [Newcomer(f"newcomer{place}@example.org") for place in range(count)]


def start(site: Site, mail_port: int, processes: int) -> tuple["subprocess.Popen[bytes]", int]:
    """The server of plain django-allauth, with a database of its own beside the portal's; its
    port.
    """
    url = site.environ["DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE allauth_alone")
    name = urlsplit(url).path
    environ = site.environ | {
        "DATABASE_URL": url.replace(name, "/allauth_alone", 1),
        "MAIL_PORT": str(mail_port),
        "SECRET_KEY": secrets.token_hex(),
    }
    subprocess.run([sys.executable, "-m", MODULE], cwd=ROOT, env=environ, check=True)
    port = free_port()
    options = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--no-ws"]
    options += ["--workers", str(processes), "--blocking-threads", "1", "--log-level", "warning"]
    command = [sys.executable, "-m", "granian", *options, f"{MODULE}:application"]
    server = subprocess.Popen(
        command, cwd=ROOT, env=environ, stdout=site.log, stderr=site.log, start_new_session=True
    )
    site.processes.append(server)
    return server, port
