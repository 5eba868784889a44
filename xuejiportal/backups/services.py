"""Make, check and restore a backup: a folder with the dump, the files and their checksums.

Everything personal in it is sealed but for what the database keeps in clear; the keys are not
in it. ``SHA256SUMS`` can also be checked with ``sha256sum --check``.
"""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import BinaryIO, TextIO, cast

from django.conf import settings
from django.core.cache import cache
from django.core.files import File
from django.core.files.storage import default_storage
from django.utils import timezone

from xuejiportal.backups import database

DUMP, FILES, SUMS, MANIFEST = "database.dump", "files", "SHA256SUMS", "manifest.json"

# The key of the cache that holds the moment of the last backup.
LAST_BACKUP = "backup:last"
# After so many files the operator is told how far it is.
STRIDE = 10_000
Tell = Callable[[str], object]


class BackupError(Exception):
    """A backup cannot be made, or must not be restored; the message says why and what to do."""


def make_backup(target: Path, *, tell: Tell) -> int:
    """Write a backup to the new folder ``target``; the number of its files.

    Consistent while the portal works: a file is written before the row that names it and
    deleted after that row, so that files copied before the dump and files copied after it
    together are all that the dump names. ``tell`` gets a line for each part that is done.
    Raises BackupError, ProgramError and OSError; nothing of the backup is left then.
    """
    if target.exists():
        raise BackupError(f"{target} exists: name a new folder.")
    part = target.with_name(f"{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(mode=0o700, parents=True)
    try:
        files = _write(part, tell)
        part.rename(target)
    except BaseException:  # half a backup would only fill the disk
        shutil.rmtree(part, ignore_errors=True)
        raise
    cache.set(LAST_BACKUP, timezone.now().isoformat(), None)
    return files


def check_backup(source: Path, *, tell: Tell) -> dict[str, object]:
    """The manifest of a backup whose files are all there and unchanged. Raises BackupError."""
    try:
        manifest: dict[str, object] = json.loads((source / MANIFEST).read_text())
        sums = _checksum(source / SUMS)
        number = sum(1 for _ in _lines(source))
    except (OSError, ValueError) as error:
        raise BackupError(f"{source} is no whole backup: {error}") from error
    if manifest["sums"] != sums or manifest["files"] != number:
        raise BackupError(f"{SUMS} was changed after the backup was made.")
    for done, (name, digest) in enumerate(_lines(source), 1):
        if not _is_whole(source / name, digest):
            raise BackupError(f"{name} is missing or damaged: use another copy of this backup.")
        if done % STRIDE == 0:
            tell(f"{done:,} of {number:,} files are whole")
    return manifest


def restore_backup(source: Path, *, may_replace: bool, tell: Tell) -> dict[str, object]:
    """Put database and files of a checked backup in place; its manifest.

    Raises BackupError before anything is changed, ProgramError where the database refuses.
    """
    manifest = check_backup(source, tell=tell)
    needed = set(cast("list[str]", manifest["vault_keys"]))
    if missing := sorted(needed - settings.VAULT_KEYS.keys()):
        raise BackupError(
            f"VAULT_KEYS lacks the keys {', '.join(missing)}: without them nothing sealed can be "
            "read. Add them behind the first key."
        )
    if database.is_used() and not may_replace:
        raise BackupError("The database holds accounts. With --yes they are replaced.")
    tell(f"The backup is whole. Restoring the database ({_size(source / DUMP)}) ...")
    database.restore(source / DUMP)
    _put_files_back(source, tell)
    return manifest


def _write(part: Path, tell: Tell) -> int:
    """Write everything; the number of files."""
    with (part / SUMS).open("w", encoding="utf-8") as sums:
        files = _copy_new_files(part, sums, tell)
        tell(f"{files:,} files copied. Dumping the database ...")
        database.dump(part / DUMP)
        tell(f"Database dumped: {_size(part / DUMP)}")
        files += _copy_new_files(part, sums, tell) + 1
        sums.write(f"{_checksum(part / DUMP)}  {DUMP}\n")
    (part / MANIFEST).write_text(json.dumps(_manifest(part, files), indent=1) + "\n")
    return files


def _copy_new_files(part: Path, sums: TextIO, tell: Tell) -> int:
    """Copy what is not in ``part`` yet, noting its checksums; how many files that were."""
    copied = 0
    for name in _stored(""):
        path = part / FILES / name
        if path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with default_storage.open(name) as stored, path.open("wb") as copy:
                shutil.copyfileobj(cast("BinaryIO", stored), copy, 2**20)
        except FileNotFoundError:  # deleted meanwhile
            path.unlink(missing_ok=True)
            continue
        sums.write(f"{_checksum(path)}  {FILES}/{name}\n")
        copied += 1
        if copied % STRIDE == 0:
            tell(f"{copied:,} files copied")
    return copied


def _stored(folder: str) -> Iterator[str]:
    """The names of all stored files below ``folder``."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:  # nothing was stored yet
        return
    for name in files:
        yield f"{folder}{name}"
    for name in folders:
        yield from _stored(f"{folder}{name}/")


def _lines(source: Path) -> Iterator[tuple[str, str]]:
    """Name and checksum of each file of a backup."""
    with (source / SUMS).open(encoding="utf-8", newline="\n") as sums:
        for line in sums:
            digest, _blank, name = line.removesuffix("\n").partition("  ")
            yield name, digest


def _is_whole(path: Path, digest: str) -> bool:
    try:
        return _checksum(path) == digest
    except OSError:  # missing, not readable, or the disk is failing
        return False


def _put_files_back(source: Path, tell: Tell) -> None:
    stored = (name for name, _ in _lines(source) if name.startswith(f"{FILES}/"))
    for done, name in enumerate(stored, 1):
        place = name.removeprefix(f"{FILES}/")
        default_storage.delete(place)
        with (source / name).open("rb") as copy:
            default_storage.save(place, File(copy))
        if done % STRIDE == 0:
            tell(f"{done:,} files put back")


def _size(path: Path) -> str:
    return f"{path.stat().st_size / 2**20:,.0f} MB"


def _manifest(part: Path, files: int) -> dict[str, object]:
    try:
        release = version("xuejiportal")
    except PackageNotFoundError:  # run from its checkout
        release = "checkout"
    return {
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "release": release,
        "files": files,
        "sums": _checksum(part / SUMS),
        "vault_keys": list(settings.VAULT_KEYS),
    }


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
