"""Sealing of files in blocks, with constant memory for any size.

Each block is sealed for its position (context, number, whether it is the last),
so blocks cannot be dropped, swapped or taken from another file.
"""

import struct
from collections.abc import Iterator
from typing import BinaryIO

from vault.cipher import UnsealError, key_ring

BLOCK = 2**20
_LENGTH = struct.Struct(">I")
_MAX_BLOCK_BYTES = BLOCK + 1024


def seal_file(source: BinaryIO, out: BinaryIO, *, context: str) -> None:
    """Write the sealed form of the rest of ``source`` to ``out``."""
    ring, number = key_ring(), 0
    block = source.read(BLOCK)
    while True:
        following = source.read(BLOCK) if block else b""
        sealed = ring.seal(block, context=_place(context, number, last=not following))
        out.write(_LENGTH.pack(len(sealed)) + sealed)
        if not following:
            return
        block, number = following, number + 1


def unseal_file(source: BinaryIO, *, context: str) -> Iterator[bytes]:
    """The plaintext blocks of a sealed file. Raises UnsealError, also for a truncated file."""
    ring = key_ring()
    for sealed, place in _blocks(source, context):
        yield ring.unseal(sealed, context=place)


def reseal_file(source: BinaryIO, out: BinaryIO, *, context: str) -> None:
    """Re-seal a sealed file with the newest key and write it to ``out``. Raises UnsealError."""
    ring = key_ring()
    for sealed, place in _blocks(source, context):
        fresh = ring.seal(ring.unseal(sealed, context=place), context=place)
        out.write(_LENGTH.pack(len(fresh)) + fresh)


def is_newest(source: BinaryIO) -> bool:
    """Whether a sealed file, open at its start, was sealed with the newest key."""
    first = _read_block(source)
    source.seek(0)
    return key_ring().seals_with_newest(first)


def _blocks(source: BinaryIO, context: str) -> Iterator[tuple[bytes, str]]:
    number, sealed = 0, _read_block(source)
    while True:
        following = _read_block(source)
        yield sealed, _place(context, number, last=not following)
        if not following:
            return
        sealed, number = following, number + 1


def _read_block(source: BinaryIO) -> bytes:
    head = source.read(_LENGTH.size)
    if not head:
        return b""
    if len(head) < _LENGTH.size or _LENGTH.unpack(head)[0] > _MAX_BLOCK_BYTES:
        raise UnsealError("damaged")
    return source.read(_LENGTH.unpack(head)[0])


def _place(context: str, number: int, *, last: bool) -> str:
    return f"{context}:{number}:{'last' if last else 'more'}"
