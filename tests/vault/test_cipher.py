"""What is sealed opens only in its own place, and keys can be changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault.cipher import KeyRing, UnsealError, seal, unseal

OLD, NEW = bytes(range(32)), bytes(range(32, 64))
PLACE = "record-certificate:7f0c"


@given(st.binary(max_size=200), st.text(max_size=40))
def test_what_was_sealed_opens_again(plaintext: bytes, context: str) -> None:
    ring = KeyRing({"a": NEW})
    assert ring.unseal(ring.seal(plaintext, context=context), context=context) == plaintext


def test_the_sealed_form_shows_nothing_and_never_repeats() -> None:
    first = seal(b"11010119900307109X", context=PLACE)
    assert b"11010119900307" not in first
    assert seal(b"11010119900307109X", context=PLACE) != first


def test_a_value_copied_to_another_row_does_not_open() -> None:
    with pytest.raises(UnsealError):
        unseal(seal(b"secret", context=PLACE), context="record-certificate:9999")


def test_any_changed_byte_is_noticed() -> None:
    sealed = seal(b"secret", context=PLACE)
    for position in range(len(sealed)):
        damaged = bytearray(sealed)
        damaged[position] ^= 1
        with pytest.raises(UnsealError):
            unseal(bytes(damaged), context=PLACE)


@pytest.mark.parametrize("garbage", [b"", b"\x00", b"\x05ab", b"\x01a", b"\x01a" + bytes(11)])
def test_garbage_is_refused(garbage: bytes) -> None:
    with pytest.raises(UnsealError):
        KeyRing({"a": NEW}).unseal(garbage, context=PLACE)


def test_after_rotation_the_old_key_still_opens_and_the_new_one_seals() -> None:
    old_value = KeyRing({"2025": OLD}).seal(b"secret", context=PLACE)
    ring = KeyRing({"2026": NEW, "2025": OLD})
    assert ring.unseal(old_value, context=PLACE) == b"secret"
    assert not ring.seals_with_newest(old_value)
    new_value = ring.seal(b"secret", context=PLACE)
    assert ring.seals_with_newest(new_value)
    with pytest.raises(UnsealError):
        KeyRing({"2025": OLD}).unseal(new_value, context=PLACE)


def test_a_column_value_may_be_a_memoryview() -> None:
    assert unseal(memoryview(seal(b"secret", context=PLACE)), context=PLACE) == b"secret"


@pytest.mark.parametrize("keys", [{}, {"a": b"short"}, {"": OLD}, {"x" * 256: OLD}])
def test_a_bad_ring_is_refused(keys: dict[str, bytes]) -> None:
    with pytest.raises(ValueError, match="key"):
        KeyRing(keys)
