"""Run the whole portal on this machine: web, workers and beat, with demonstration data."""

import io
import os
import socket
import sys
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError

from devtools.processes import Processes

HOST = "127.0.0.1"
READY_TIMEOUT = 60.0
CELERY = ("celery", "--quiet", "--app", "xuejiportal")


class Command(BaseCommand):
    """Prepares the database, starts every process, and stops them all on Ctrl-C."""

    help = "Run web server, worker and beat for development and demonstration (PORT, default 8000)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve until Ctrl-C. Raises CommandError if that is impossible."""
        if settings.PRODUCTION:
            raise CommandError("serve is for development; see deploy/ for production.")
        port = _port()
        call_command("migrate", verbosity=0)
        call_command("compile_messages", stdout=self.stdout)
        sign_ins = self._demo()
        processes = Processes(sys.stdout)
        processes.stop_on_signals()
        try:
            _start_web(processes, port)
            if _answers(processes, port):
                _start_workers(processes, port)
                self.stdout.write(f"{sign_ins}\nhttp://localhost:{port}/   (Ctrl-C stops it)\n\n")
                self.stdout.flush()
            ended = processes.wait()
        finally:
            processes.stop()
            _release_servers()
        if ended:
            raise CommandError(f"The {ended} process ended by itself; see its lines above.")

    def _demo(self) -> str:
        """The demonstration school's sign-in names; creates the school at the first start."""
        if "make_demo" not in get_commands():
            return ""
        self.stdout.write("Preparing the demonstration school")
        self.stdout.flush()
        told = io.StringIO()
        call_command("make_demo", stdout=told)
        return told.getvalue()


def _port() -> int:
    try:
        port = int(os.environ.get("PORT") or 8000)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((HOST, port))
    except (ValueError, OverflowError):
        raise CommandError("PORT must be a number from 1 to 65535.") from None
    except OSError as error:
        raise CommandError(
            f"Port {port} cannot be used ({error.strerror}). Choose another: PORT=8001 make run"
        ) from None
    return port


def _environ(port: int) -> dict[str, str]:
    return {"SITE_URL": f"http://localhost:{port}", **os.environ, "PYTHONUNBUFFERED": "1"}


def _start_web(processes: Processes, port: int) -> None:
    web = ["granian", "--interface", "wsgi", "--host", HOST, "--port", str(port)]
    web += ["--workers", "1", "--blocking-threads", "4", "--no-ws", "--log-level", "warning"]
    processes.start("web", _python(*web, "xuejiportal.wsgi:application"), _environ(port))


def _start_workers(processes: Processes, port: int) -> None:
    """Start what works behind the pages, after the web server: beside it, that answers later."""
    environ = _environ(port)
    queues = {"worker": "celery", "importer": "imports", "sender": "delivery"}
    for name, queue in queues.items():
        worker = ["worker", "--queues", queue, "--hostname", f"{name}@%h"]
        worker += ["--concurrency", "1", "--loglevel", "WARNING"]
        processes.start(name, _python(*CELERY, *worker), environ)
    schedule = str(Path(settings.VAR_DIR) / "beat-schedule")
    beat = ["beat", "--schedule", schedule, "--pidfile", "", "--loglevel", "WARNING"]
    processes.start("beat", _python(*CELERY, *beat), environ)


def _python(*module: str) -> list[str]:
    # Root is usual in a container, and this is no production worker.
    return [sys.executable, "-W", "ignore:You're running the worker with superuser", "-m", *module]


def _answers(processes: Processes, port: int) -> bool:
    """Whether the web server accepts connections before the timeout."""
    deadline = time.monotonic() + READY_TIMEOUT
    while time.monotonic() < deadline and not processes.stopping and not processes.ended():
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return True
        time.sleep(0.1)
    return False


def _release_servers() -> None:
    # Imported here because production does not install devtools.
    from devtools.embedded import release

    release()
