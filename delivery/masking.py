"""Masked e-mail addresses and phone numbers: recognisable to their owner, useless to others."""


def masked(channel: str, address: str) -> str:
    """``address`` of that channel ("sms" or "email"), masked for display."""
    return masked_phone(address) if channel == "sms" else masked_email(address)


def masked_email(address: str) -> str:
    """``l***@example.com`` for ``lihua@example.com``."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}***@{domain}"[:80]


def masked_phone(number: str) -> str:
    """``138****5678`` for ``+8613812345678``; other countries keep their prefix."""
    digits = number.removeprefix("+86")
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 9 else f"****{digits[-2:]}"
