#!/usr/bin/env python3
"""Build the image, run deploy/compose.yaml with podman, and kill its containers under load.

    .ci/containers.py build --base docker.io/library/debian:bookworm-slim
    unshare --net .ci/containers.py run --servers IMAGE --kills 20

Students come through nginx and TLS while every container is killed so many times; what the
portal has acknowledged must be there at the end. ``--servers`` names one image in which
postgres, valkey-server and nginx are found, for a machine without a registry. All containers
share the network of the process, in which nothing else should listen.

Needs the tests' environment, podman, buildah, runc and catatonit; run as root.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
HOST = "portal.example.edu.cn"
LIMITS = ("--ulimit", "nofile=1000:1000", "--ulimit", "nproc=1000:1000")
ORDER = ("postgres", "valkey", "prepare", "web", "worker", "importer", "sender", "beat", "nginx")
NAMES = ("postgres", "valkey", HOST)
LINE = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}")


def podman(*arguments: str, check: bool = True) -> str:
    """What podman printed. Raises CalledProcessError with its complaint on the error output."""
    command = ["podman", "--runtime", "runc", "--storage-driver", "vfs", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if check and done.returncode:
        sys.stderr.write(done.stdout[-3000:] + done.stderr[-3000:])
        done.check_returncode()
    return done.stdout + done.stderr


def build(base: str) -> None:
    """Build the image xuejiportal from this checkout, and tell its size."""
    options = ["--isolation", "chroot", "--format", "docker", "--network", "host", "--layers"]
    command = ["buildah", "--storage-driver", "vfs", "build", *options]
    command += ["--build-arg", f"BASE={base}", "--file", "deploy/Containerfile"]
    subprocess.run([*command, "--tag", "xuejiportal", "."], cwd=ROOT, check=True)
    size = int(podman("image", "inspect", "--format", "{{.Size}}", "xuejiportal"))
    print(f"image: {size / 1e6:.0f} MB", flush=True)


class Stack:
    """The containers of compose.yaml, on the network of this process."""

    def __init__(self, directory: Path, servers: str) -> None:
        self.directory, self.servers = directory, servers
        self.settings_file = directory / "portal.env"
        command = [ROOT / "deploy/new-settings", "--compose", HOST, self.settings_file]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        self.services = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text())["services"]

    def settings(self) -> dict[str, str]:
        lines = self.settings_file.read_text(encoding="utf-8").splitlines()
        return dict(line.split("=", 1) for line in lines if line[:1].isalpha())

    def set(self, **values: str) -> None:
        """Change settings as the operator would, in the file."""
        lines = [f"{name}={value}\n" for name, value in (self.settings() | values).items()]
        self.settings_file.write_text("".join(lines), encoding="utf-8")

    def start(self, name: str) -> None:
        """Start the container of one service in the background; wait for one that ends."""
        service = self.services[name]
        ends = service.get("restart") == "no"
        options = ["--rm"] if ends else ["--detach", "--restart", "always"]
        podman("run", *options, "--name", f"xp-{name}", *self.options(service), *self.program(name))

    def manage(self, *command: str) -> str:
        """Run one command of the portal to its end, as ``docker compose run --rm portal`` does."""
        service = self.services["portal"]
        return podman("run", "--rm", *self.options(service), "xuejiportal",
                      *service["entrypoint"], *command)  # fmt: skip

    def options(self, service: dict[str, Any]) -> list[str]:
        """The options of podman run that say what the service says."""
        options = ["--network", "host", "--no-healthcheck", "--init", *LIMITS]
        options += [
            "--read-only",
            "--read-only-tmpfs=false",
            "--cap-drop",
            "all",
            "--security-opt",
            "no-new-privileges",
        ]
        options += [f"--add-host={name}:127.0.0.1" for name in NAMES]
        for mount in service.get("volumes", ()):
            source, _colon, rest = self.filled(mount).partition(":")
            inside = str(ROOT / "deploy" / source) if source.startswith(".") else f"xp-{source}"
            options += ["--volume", f"{source if source.startswith('/') else inside}:{rest}"]
        for place in service.get("tmpfs", ()):
            options += ["--tmpfs", place]
        if "user" in service:
            options += ["--user", service["user"]]
        if "env_file" in service:
            options += ["--env-file", str(self.settings_file)]
        return options + [f"--env={item}" for item in self.environment(service)]

    def environment(self, service: dict[str, Any]) -> list[str]:
        given = service.get("environment", [])
        pairs = [f"{n}={v}" for n, v in given.items()] if isinstance(given, dict) else given
        return [self.filled(pair) for pair in pairs]

    def program(self, name: str) -> list[str]:
        service = self.services[name]
        image = self.filled(service["image"])
        if self.servers and "/" in image:
            image = self.servers
        command = service.get("command", [])
        return [image, *service.get("entrypoint", []), *(c.replace("$$", "$") for c in command)]

    def filled(self, text: str) -> str:
        """``text`` with ``${NAME}`` and ``${NAME:-default}`` replaced by the settings."""
        values = self.settings() | {"TLS_DIRECTORY": str(self.directory / "tls")}
        return LINE.sub(lambda found: values.get(found[1], found[2] or ""), text)

    def rows(self, query: str) -> list[str]:
        """The lines that a query brings."""
        command = ("psql", "--username", "xuejiportal", "--no-align", "--tuples-only")
        told = podman("exec", "xp-postgres", *command, "--command", query)
        return told.split()


@contextmanager
def started(servers: str, mail_port: int, sms_port: int) -> Iterator[Stack]:
    """The whole stack, answering; containers and volumes are gone afterwards."""
    from delivery.sms.kinds import PARAMETERS

    directory = Path(tempfile.mkdtemp(prefix="xuejiportal-containers-"))
    directory.chmod(0o755)
    stack = Stack(directory, servers)
    templates = ", ".join(f'"{kind}": {{"aliyun": "SMS_1"}}' for kind in PARAMETERS)
    stack.set(
        EMAIL_URL=f"smtp://127.0.0.1:{mail_port}",
        ALIYUN_SMS_ENDPOINT=f"http://127.0.0.1:{sms_port}",
        ALIYUN_ACCESS_KEY_ID="id",
        ALIYUN_ACCESS_KEY_SECRET="made-up",
        ALIYUN_SMS_SIGN_NAME="sign",
        SMS_TEMPLATES=f"{{{templates}}}",
        CAMPUS_NETWORKS="127.0.0.0/8",
        DATA_PROCESSOR="made-up",
        PRIVACY_CONTACT=f"made-up@{HOST}",
    )
    certificate(directory / "tls")
    try:
        for name in ORDER:
            begin = time.monotonic()
            stack.start(name)
            if name == "postgres":
                wait_for_postgres()
            print(f"{name}: {time.monotonic() - begin:.0f} s", flush=True)
        yield stack
    finally:
        for name in reversed(ORDER):
            (directory / f"{name}.log").write_text(podman("logs", f"xp-{name}", check=False))
            podman("rm", "--force", "--time", "5", "--volumes", f"xp-{name}", check=False)
        for name in ("files", "database", "queue", "socket"):
            podman("volume", "rm", "--force", f"xp-{name}", check=False)
        if os.environ.get("KEEP_LOGS"):
            print(f"logs: {directory}", flush=True)
        else:
            shutil.rmtree(directory, ignore_errors=True)


def certificate(directory: Path) -> None:
    """One that signs itself, for HOST."""
    directory.mkdir()
    names = ("-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}")
    files = ("-keyout", "key.pem", "-out", "fullchain.pem")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    subprocess.run([*command, *names, *files], cwd=directory, check=True, capture_output=True)
    (directory / "key.pem").chmod(0o644)


def wait_for_postgres() -> None:
    for _ in range(120):
        told = podman("exec", "xp-postgres", "pg_isready", "--host", "127.0.0.1", check=False)
        if "accepting" in told:
            return
        time.sleep(1)
    raise SystemExit(podman("logs", "xp-postgres", check=False)[-2000:])


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    building = commands.add_parser("build")
    building.add_argument("--base", required=True)
    running = commands.add_parser("run")
    running.add_argument("--servers", default="", help="one image for all three servers")
    running.add_argument("--kills", type=int, default=2, help="of each container")
    running.add_argument("--of", nargs="+", metavar="CONTAINER", help="only these")
    asked = parser.parse_args()
    if asked.command == "build":
        build(asked.base)
        return 0
    from students import VICTIMS, under_fire

    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    # As compose.yaml's sysctls do, which a container on a host's network cannot.
    Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").write_text("0")
    return under_fire(
        lambda *ports: started(asked.servers, *ports), podman, asked.kills, asked.of or VICTIMS
    )


if __name__ == "__main__":
    raise SystemExit(main())
