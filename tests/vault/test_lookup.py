"""Look-up hashes depend on the key and on the purpose."""

import hashlib
import hmac

from pytest_django import Settings

from vault.lookup import keyed_hash


def test_equal_values_have_equal_hashes_per_purpose() -> None:
    assert keyed_hash("certificate", "X1") == keyed_hash("certificate", "X1")
    assert keyed_hash("certificate", "X1") != keyed_hash("phone", "X1")
    assert keyed_hash("certificate", "X1") != keyed_hash("certificate", "X2")


def test_the_hash_is_hmac_with_a_key_derived_for_the_purpose(settings: Settings) -> None:
    settings.LOOKUP_KEY = bytes(32)
    derived = hmac.new(bytes(32), b"certificate", hashlib.sha256).digest()
    expected = hmac.new(derived, "甲".encode(), hashlib.sha256).digest()
    assert keyed_hash("certificate", "甲") == expected


def test_another_key_gives_other_hashes_at_once(settings: Settings) -> None:
    before = keyed_hash("certificate", "X1")
    settings.LOOKUP_KEY = bytes(range(32))
    assert keyed_hash("certificate", "X1") != before
