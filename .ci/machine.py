"""A Debian 12 under its systemd, in namespaces and with a network of its own.

Needs root, mmdebstrap, iproute2, iptables and a cgroup2 mount.
"""

import os
import pty
import re
import select
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

# Of this run alone: another may be going on.
NETWORK, LINK = f"10.77.{os.getpid() % 250}", f"bare{os.getpid()}"
MIRRORS = (
    "deb http://deb.debian.org/debian bookworm main",
    "deb http://deb.debian.org/debian-security bookworm-security main",
)
# "important" is what debootstrap makes: systemd, cron, nano.
DEBIAN = ("--variant=important", "--include=ca-certificates,dbus")
TIMEOUT = 900.0
# PID 1 of new namespaces becomes the machine's systemd.
BOOT = """
set -e
mount --make-rprivate /
mount --bind "$1" "$1"
cd "$1"
mount -t proc proc proc
# Of what belongs to the host, the machine may change its own network alone.
mount --bind proc/sys proc/sys
mount --bind proc/sys/net proc/sys/net
mount -o remount,bind,ro proc/sys
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs tmpfs run
mount -t tmpfs -o mode=755 tmpfs dev
for name in null zero full random urandom tty; do
    touch dev/$name
    mount --bind /dev/$name dev/$name
done
mkdir dev/pts dev/shm old
mount -t devpts -o newinstance,ptmxmode=0666,gid=5 devpts dev/pts
mount -t tmpfs tmpfs dev/shm
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ip link set lo up
pivot_root . old
umount -l old
exec env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd
"""


class FailedError(Exception):
    """A command of the page did not do what it should."""


class Machine:
    """A Debian that runs under its systemd."""

    def __init__(self, root: Path, pid: int) -> None:
        self.root, self.pid = root, pid

    def enter(self, *command: str) -> list[str]:
        """The command that runs another in the machine."""
        enter = ("nsenter", "--target", str(self.pid), "--mount", "--pid", "--uts", "--ipc")
        environ = ("env", "-i", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
        settings = ("HOME=/root", "TERM=dumb", "LANG=C.UTF-8", "EDITOR=/usr/local/bin/fill-in")
        return [*enter, "--net", "--cgroup", "--wdns=/root", *environ, *settings, *command]

    def run(self, *command: str, check: bool = True) -> str:
        """What a command printed. Raises FailedError with it."""
        done = subprocess.run(self.enter(*command), capture_output=True, text=True, check=False)
        if check and done.returncode:
            raise FailedError(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def shell(self, text: str) -> str:
        return self.run("bash", "-ec", text)

    def write(self, path: str, text: str, mode: int = 0o644) -> None:
        place = self.root / path.lstrip("/")
        place.write_text(text, encoding="utf-8")
        place.chmod(mode)

    def paste(self, blocks: list[str], answers: Mapping[str, str]) -> str:
        """Type blocks into one shell at a terminal, answering what is asked; what was seen."""
        marked = (f"printf '\\n=== block {n}\\n'\n{text}" for n, text in enumerate(blocks, 1))
        self.write("/root/blocks", "set -e\n" + "".join(marked))
        pid, terminal = pty.fork()
        if not pid:
            os.execvp("nsenter", self.enter("bash", "/root/blocks"))
        seen = self._watch(terminal, answers)
        os.close(terminal)  # which ends a shell that has not said anything for TIMEOUT
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        if status:
            raise FailedError(seen[-6000:])
        return seen

    @staticmethod
    def _watch(terminal: int, answers: Mapping[str, str]) -> str:
        """Read to the end; tell how long each block took."""
        seen, answered, begin, number = "", 0, time.monotonic(), ""
        while select.select([terminal], [], [], TIMEOUT)[0]:
            try:
                read = os.read(terminal, 65536).decode(errors="replace")
            except OSError:  # the other end is closed
                break
            if not read:
                break
            seen += read.replace("\r", "")
            for found in re.findall(r"=== block (\d+)\n", seen[answered:]):
                if found > number or len(found) > len(number):
                    _tell_time(number, begin)
                    begin, number = time.monotonic(), found
            for question, answer in answers.items():
                if re.search(question, seen[answered:].rpartition("\n")[2]):
                    os.write(terminal, f"{answer}\n".encode())
                    answered = len(seen)
                    break
        _tell_time(number, begin)
        return seen


def _tell_time(number: str, begin: float) -> None:
    if number:
        print(f"block {number}: {time.monotonic() - begin:.0f} s", flush=True)


def make(root: Path, authority: Path | None) -> None:
    """A Debian as its installer leaves it; ``authority`` is what its network is signed by."""
    command = ["mmdebstrap", "--quiet", *DEBIAN, "bookworm", str(root), *MIRRORS]
    subprocess.run(command, check=True)
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
    if authority:
        shutil.copy(authority, root / "usr/local/share/ca-certificates/given.crt")
        subprocess.run(["chroot", str(root), "update-ca-certificates"], check=True)


@contextmanager
def booted(root: Path) -> Iterator[Machine]:
    """The machine, running; its processes and network are gone afterwards."""
    groups = Path(f"{_cgroup_mount()}/bare-debian-{os.getpid()}")
    groups.mkdir()
    spaces = ("--mount", "--pid", "--fork", "--uts", "--ipc", "--cgroup", "--net", "--kill-child")
    outer = subprocess.Popen(
        ["unshare", *spaces, "bash", "-c", BOOT, "boot", str(root)],
        preexec_fn=lambda: (groups / "cgroup.procs").write_text(str(os.getpid())) and None,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        machine = Machine(root, _child_of(outer.pid))
        with connected(machine.pid):
            for _ in range(60):
                if "running" in machine.run("systemctl", "is-system-running", check=False):
                    break
                time.sleep(1)
            yield machine
    finally:
        outer.kill()
        outer.wait()
        time.sleep(1)
        for place in sorted(groups.rglob("*/"), key=lambda path: -len(path.parts)):
            if place.is_dir():
                place.rmdir()
        groups.rmdir()


def _cgroup_mount() -> str:
    for line in Path("/proc/self/mounts").read_text().splitlines():
        _device, place, kind = line.split()[:3]
        if kind == "cgroup2":
            return place
    raise SystemExit("A cgroup2 mount is needed.")


def _child_of(pid: int) -> int:
    for _ in range(100):
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        if children and Path(f"/proc/{children[0]}/comm").read_text().strip() == "systemd":
            return int(children[0])
        time.sleep(0.1)
    raise SystemExit("systemd did not start.")


@contextmanager
def connected(pid: int) -> Iterator[None]:
    """A way out for the packages; what this machine forwards is as before afterwards."""
    forwarding = Path("/proc/sys/net/ipv4/ip_forward")
    before = forwarding.read_text()
    rule = ("POSTROUTING", "--source", f"{NETWORK}.0/24", "--jump", "MASQUERADE")
    inside = (
        f"ip address add {NETWORK}.2/24 dev bare1",
        "ip link set bare1 up",
        f"ip route add default via {NETWORK}.1",
    )
    outside = (
        f"ip link add {LINK} type veth peer name bare1 netns {pid}",
        f"ip address add {NETWORK}.1/24 dev {LINK}",
        f"ip link set {LINK} up",
        *(f"nsenter --target {pid} --net {command}" for command in inside),
    )
    try:
        for command in outside:
            subprocess.run(command.split(), check=True)
        subprocess.run(["iptables", "--table", "nat", "--append", *rule], check=True)
        forwarding.write_text("1")
        yield
    finally:
        subprocess.run(["ip", "link", "delete", LINK], check=False)
        subprocess.run(["iptables", "--table", "nat", "--delete", *rule], check=False)
        forwarding.write_text(before)
