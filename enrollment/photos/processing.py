"""Photographs of a ZIP made ready for storage, by two processes where there are many."""

import hmac
import zipfile
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from io import BufferedReader
from typing import Any, BinaryIO
from uuid import UUID, uuid4

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
    """A picture as storage keeps it, under a key of its own; its size in pixels.

    ``source_mark`` is the mark of the file it was drawn from, where that is known.
    """

    key: UUID
    jpeg: bytes
    thumbnail: bytes
    width: int
    height: int
    source_mark: bytes | None = None


# What became of an entry; None: the picture in storage was drawn from the same file.
Outcome = SealedPicture | PhotoFault | None


def sealed(picture: Picture, source_mark: bytes | None = None) -> SealedPicture:
    """``picture`` under a new key."""
    key = uuid4()
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
    """Each entry by its place in ``entries``: its picture, or why it is not taken.

    ``known`` are the marks of the files that the pictures in storage were drawn
    from, in the order of the entries. ``archive`` is ``source`` opened. Raises
    FileFaultError when a process is killed; leaving the loop ends them.
    """
    try:
        descriptor = source.fileno()
    except OSError:  # it is in memory
        descriptor = None
    if descriptor is None or len(entries) < PARALLEL_FROM:
        for at, entry in enumerate(entries):
            yield at, _developed(archive, entry, known[at])
        return
    try:
        for _, message in in_processes(PROCESSES, _work(descriptor, entries, known)):
            yield message
    except WorkerDiedError as error:
        raise FileFaultError(FileFault.INTERRUPTED) from error


def _work(
    descriptor: int, entries: Sequence[Entry], known: Sequence[bytes | None]
) -> Callable[[int, Callable[[Any], None]], None]:
    def work(share: int, send: Callable[[Any], None]) -> None:
        # A place of its own in the file: the others read it at the same time.
        with zipfile.ZipFile(BufferedReader(PlacedReader(descriptor))) as archive:
            for at in range(share, len(entries), PROCESSES):
                send((at, _developed(archive, entries[at], known[at])))

    return work


def _developed(archive: zipfile.ZipFile, entry: Entry, known: bytes | None) -> Outcome:
    try:
        data = read_entry(archive, entry)
        mark = hmac.digest(purpose_key("photo"), data, "sha256")
        return None if mark == known else sealed(prepare(data), mark)
    except PhotoFaultError as error:
        return error.fault
