"""Prepare and encrypt the photographs of a ZIP, in parallel for large ones."""

import hmac
import zipfile
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from io import BufferedReader
from typing import Any, BinaryIO
from uuid import UUID

from database.random_keys import random_key
from enrollment.files.faults import FileFault, FileFaultError
from enrollment.files.images import PhotoFault, PhotoFaultError, Picture, prepare
from enrollment.files.readers import PlacedReader
from enrollment.jobs.parallel import WorkerDiedError, in_processes
from enrollment.photos.archive import Entry, read_entry
from vault.cipher import seal
from vault.lookup import purpose_key

PARALLEL_FROM = 100
PROCESSES = 2


@dataclass(frozen=True)
class SealedPicture:
    """An encrypted picture and thumbnail with their storage key and size in pixels.

    ``source_mark`` is the keyed hash of the file it was made from, if known.
    """

    key: UUID
    jpeg: bytes
    thumbnail: bytes
    width: int
    height: int
    source_mark: bytes | None = None


# Result for an entry; None: the picture in storage was made from an equal file.
Outcome = SealedPicture | PhotoFault | None


def sealed(picture: Picture, source_mark: bytes | None = None) -> SealedPicture:
    """Encrypt ``picture`` and its thumbnail under a new storage key."""
    key = random_key()
    return SealedPicture(
        key,
        seal(picture.jpeg, context=f"photo:{key}"),
        seal(picture.thumbnail, context=f"photo-thumbnail:{key}"),
        picture.width,
        picture.height,
        source_mark,
    )


def process_entries(
    source: BinaryIO,
    archive: zipfile.ZipFile,
    entries: Sequence[Entry],
    known: Sequence[bytes | None],
) -> Generator[tuple[int, Outcome]]:
    """Yield (index in ``entries``, sealed picture, fault, or None) for each entry.

    ``known`` holds the source marks of the pictures in storage, in the order of the
    entries. ``archive`` is ``source``, opened. Raises FileFaultError when a process
    is killed; the processes are killed when the caller leaves the loop.
    """
    try:
        descriptor = source.fileno()
    except OSError:  # the file is in memory
        descriptor = None
    if descriptor is None or len(entries) < PARALLEL_FROM:
        for at, entry in enumerate(entries):
            yield at, _processed(archive, entry, known[at])
        return
    try:
        for _, message in in_processes(PROCESSES, _work(descriptor, entries, known)):
            yield message
    except WorkerDiedError as error:
        raise FileFaultError(FileFault.INTERRUPTED) from error


def _work(
    descriptor: int, entries: Sequence[Entry], known: Sequence[bytes | None]
) -> Callable[[int, Callable[[Any], None]], None]:
    def work(worker: int, send: Callable[[Any], None]) -> None:
        # The processes share a descriptor, so each reader keeps its own position.
        with zipfile.ZipFile(BufferedReader(PlacedReader(descriptor))) as archive:
            for at in range(worker, len(entries), PROCESSES):
                send((at, _processed(archive, entries[at], known[at])))

    return work


def _processed(archive: zipfile.ZipFile, entry: Entry, known: bytes | None) -> Outcome:
    try:
        data = read_entry(archive, entry)
        mark = hmac.digest(purpose_key("photo"), data, "sha256")
        return None if mark == known else sealed(prepare(data), mark)
    except PhotoFaultError as error:
        return error.fault
