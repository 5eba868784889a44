"""Make, check and restore a backup: a folder with the dump, the files and their checksums.

Everything personal in it is sealed but for what the database keeps in clear; the keys are not
in it. ``SHA256SUMS`` can also be checked with ``sha256sum --check``.
"""

import hashlib
import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import BinaryIO, cast

from django.conf import settings
from django.core.cache import cache
from django.core.files import File
from django.core.files.storage import default_storage
from django.utils import timezone

from xuejiportal.backups import database

DUMP, FILES, SUMS, MANIFEST = "database.dump", "files", "SHA256SUMS", "manifest.json"

# The key of the cache that holds the moment of the last backup.
LAST_BACKUP = "backup:last"


class BackupError(Exception):
    """A backup cannot be made, or must not be restored; the message says why and what to do."""


def make_backup(target: Path) -> int:
    """Write a backup to the new folder ``target``; the number of its files.

    Consistent while the portal works: a file is written before the row that names it and
    deleted after that row, so that files copied before the dump and files copied after it
    together are all that the dump names. Raises BackupError and ProgramError.
    """
    if target.exists():
        raise BackupError(f"{target} exists: name a new folder.")
    part = target.with_name(f"{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(mode=0o700, parents=True)
    sums: dict[str, str] = {}
    _copy_new_files(part, sums)
    database.dump(part / DUMP)
    _copy_new_files(part, sums)
    sums[DUMP] = _checksum(part / DUMP)
    lines = [f"{digest}  {name}\n" for name, digest in sorted(sums.items())]
    (part / SUMS).write_text("".join(lines), encoding="utf-8")
    (part / MANIFEST).write_text(json.dumps(_manifest(part, len(sums)), indent=1) + "\n")
    part.rename(target)
    cache.set(LAST_BACKUP, timezone.now().isoformat(), None)
    return len(sums)


def check_backup(source: Path) -> dict[str, object]:
    """The manifest of a backup whose files are all there and unchanged. Raises BackupError."""
    try:
        manifest: dict[str, object] = json.loads((source / MANIFEST).read_text())
        lines = (source / SUMS).read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise BackupError(f"{source} is no whole backup: {error}") from error
    if manifest["sums"] != _checksum(source / SUMS) or manifest["files"] != len(lines):
        raise BackupError(f"{SUMS} was changed after the backup was made.")
    for line in lines:
        digest, _blank, name = line.partition("  ")
        path = source / name
        if not path.is_file() or _checksum(path) != digest:
            raise BackupError(f"{name} is missing or damaged: use another copy of this backup.")
    return manifest


def restore_backup(source: Path, *, may_replace: bool) -> dict[str, object]:
    """Put database and files of a checked backup in place; its manifest.

    Raises BackupError before anything is changed, ProgramError where the database refuses.
    """
    manifest = check_backup(source)
    needed = set(cast("list[str]", manifest["vault_keys"]))
    if missing := sorted(needed - settings.VAULT_KEYS.keys()):
        raise BackupError(
            f"VAULT_KEYS lacks the keys {', '.join(missing)}: without them nothing sealed can be "
            "read. Add them behind the first key."
        )
    if database.is_used() and not may_replace:
        raise BackupError("The database holds accounts. With --yes they are replaced.")
    database.restore(source / DUMP)
    _put_files_back(source / FILES)
    return manifest


def _copy_new_files(part: Path, sums: dict[str, str]) -> None:
    for name in _stored(""):
        key = f"{FILES}/{name}"
        if key in sums:
            continue
        path = part / key
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with default_storage.open(name) as stored, path.open("wb") as copy:
                shutil.copyfileobj(cast("BinaryIO", stored), copy, 2**20)
        except FileNotFoundError:  # deleted meanwhile
            path.unlink(missing_ok=True)
            continue
        sums[key] = _checksum(path)


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


def _put_files_back(folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            name = path.relative_to(folder).as_posix()
            default_storage.delete(name)
            with path.open("rb") as copy:
                default_storage.save(name, File(copy))


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
