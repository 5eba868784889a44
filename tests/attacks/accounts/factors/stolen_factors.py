"""Codes of an authenticator app whose secret was seen."""

from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)


def current_code(secret: str) -> str:
    counter = next(yield_hotp_counters_from_time()) + 1
    return str(format_hotp_value(hotp_value(secret, counter)))
