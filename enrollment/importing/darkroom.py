"""Photographs of a ZIP made ready for storage, by two processes where there are many."""

import zipfile
from collections.abc import Callable, Generator
from dataclasses import dataclass
from io import BufferedReader
from typing import Any, BinaryIO
from uuid import UUID, uuid4

from enrollment.importing.faults import FileFault, FileFaultError
from enrollment.importing.forked import ChildDiedError, in_processes
from enrollment.importing.photos import Entry, read_entry
from enrollment.importing.pictures import PhotoFault, PhotoFaultError, Picture, prepare
from enrollment.importing.readers import PlacedReader
from vault.cipher import seal

PARALLEL_FROM = 100
PROCESSES = 2


@dataclass(frozen=True)
class SealedPicture:
    """A picture as storage keeps it, under a key of its own; its size in pixels."""

    key: UUID
    jpeg: bytes
    thumbnail: bytes
    width: int
    height: int


def sealed(picture: Picture) -> SealedPicture:
    """``picture`` under a new key."""
    key = uuid4()
    return SealedPicture(
        key,
        seal(picture.jpeg, context=f"photo:{key}"),
        seal(picture.thumbnail, context=f"photo-thumbnail:{key}"),
        picture.width,
        picture.height,
    )


def develop(
    source: BinaryIO, archive: zipfile.ZipFile, entries: list[Entry]
) -> Generator[tuple[int, SealedPicture | PhotoFault]]:
    """Each entry by its place in ``entries``: its picture, or why it cannot be taken.

    ``archive`` is ``source`` opened. Raises FileFaultError when a process is
    killed; leaving the loop ends them.
    """
    try:
        descriptor = source.fileno()
    except OSError:  # it is in memory
        descriptor = None
    if descriptor is None or len(entries) < PARALLEL_FROM:
        for at, entry in enumerate(entries):
            yield at, _developed(archive, entry)
        return
    try:
        for _, message in in_processes(PROCESSES, _work(descriptor, entries)):
            yield message
    except ChildDiedError as error:
        raise FileFaultError(FileFault.INTERRUPTED) from error


def _work(descriptor: int, entries: list[Entry]) -> Callable[[int, Callable[[Any], None]], None]:
    def work(share: int, send: Callable[[Any], None]) -> None:
        # A place of its own in the file: the others read it at the same time.
        with zipfile.ZipFile(BufferedReader(PlacedReader(descriptor))) as archive:
            for at in range(share, len(entries), PROCESSES):
                send((at, _developed(archive, entries[at])))

    return work


def _developed(archive: zipfile.ZipFile, entry: Entry) -> SealedPicture | PhotoFault:
    try:
        return sealed(prepare(read_entry(archive, entry)))
    except PhotoFaultError as error:
        return error.fault
