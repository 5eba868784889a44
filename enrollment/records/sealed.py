"""Decrypting the sealed fields of a record."""

from enrollment.models import StudentRecord
from vault.cipher import unseal


def certificate_number(record: StudentRecord) -> str:
    """The certificate number of ``record`` in clear. Raises vault.cipher.UnsealError."""
    context = f"record-certificate:{record.key}"
    return unseal(record.certificate_sealed, context=context).decode()


def phone_number(record: StudentRecord) -> str:
    """The phone number known to the school, in E.164 form, or "".

    Raises vault.cipher.UnsealError.
    """
    if not record.phone_sealed:
        return ""
    return unseal(record.phone_sealed, context=f"record-phone:{record.key}").decode()
