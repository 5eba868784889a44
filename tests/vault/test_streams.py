"""Sealed files open whole or not at all."""

import io

import pytest

from vault.cipher import UnsealError
from vault.streams import BLOCK, seal_file, unseal_file


def sealed(content: bytes, context: str = "upload:1") -> bytes:
    out = io.BytesIO()
    seal_file(io.BytesIO(content), out, context=context)
    return out.getvalue()


def opened(content: bytes, context: str = "upload:1") -> bytes:
    return b"".join(unseal_file(io.BytesIO(content), context=context))


@pytest.mark.parametrize("size", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK + 5])
def test_a_file_of_any_size_opens_again(size: int) -> None:
    content = bytes(range(256)) * (size // 256 + 1)
    assert opened(sealed(content[:size])) == content[:size]


def test_another_files_blocks_a_lost_end_or_swapped_blocks_are_noticed() -> None:
    whole = sealed(bytes(2 * BLOCK))
    half = len(whole) // 2
    for damaged in (
        whole[:half],
        whole[half:] + whole[:half],
        whole[half:],
        whole[:-3],
        b"\xff" * 9,
    ):
        with pytest.raises(UnsealError):
            opened(damaged)
    with pytest.raises(UnsealError):
        opened(whole, context="upload:2")
