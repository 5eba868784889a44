"""Registration of the registry's keyed hashes and their source values for ``rotate_lookup``."""

import secrets
from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction
from django.db.models.functions import Coalesce, Now

from accounts.privacy.lookup_rotation import mailboxes, phones, usernames
from delivery.models import Channel
from enrollment.imports.staging.tables import rehash_staging, staging_name
from enrollment.models import (
    BatchPhoto,
    ImportBatch,
    ImportToken,
    Photo,
    RecordBefore,
    StudentRecord,
)
from enrollment.records.sealed import certificate_number
from vault.cipher import key_ring
from vault.lookup import keyed_hash
from vault.lookup_rotation import forget, register_act, register_hash, register_values
from vault.rotation import rows_after

_PURPOSES = ("certificate", "phone")


def certificates() -> Iterator[str]:
    """Every certificate number of the registry, present ones and those kept for an undo."""
    yield from _of_records("certificate")
    for _, row in rows_after(RecordBefore, "row"):
        yield _from_row(row, "certificate")


def record_phones() -> Iterator[str]:
    """Every phone number of the registry."""
    yield from _of_records("phone")


def registry_is_current() -> bool:
    """Whether the newest record is hashed with the present key.

    The rotation reaches this record last, so that it shows whether the rotation is
    complete.
    """
    newest = StudentRecord.objects.order_by("-pk").first()
    if newest is None:
        return False
    digest = keyed_hash("certificate", certificate_number(newest))
    return bytes(newest.certificate_hash) == digest


def _of_records(purpose: str) -> Iterator[str]:
    for _, key, sealed in rows_after(StudentRecord, "key", f"{purpose}_sealed"):
        if sealed:
            yield _opened(sealed, purpose, key)


def _opened(sealed: Any, purpose: str, key: object) -> str:
    return key_ring().unseal(bytes(sealed), context=f"record-{purpose}:{key}").decode()


def _from_row(row: dict[str, Any], purpose: str) -> str:
    sealed = bytes.fromhex(row[f"{purpose}_sealed"].removeprefix("\\x"))
    return _opened(sealed, purpose, row["key"])


def _appointed() -> Iterator[str]:
    for name in usernames():
        yield f"name:{name}"
    for phone in phones():
        yield f"{Channel.SMS}:{phone}"
    for mailbox in mailboxes():
        yield f"{Channel.EMAIL}:{mailbox}"


def _rehash_before_images() -> int:
    touched = 0
    for pk, row in rows_after(RecordBefore, "row"):
        fresh = {"fingerprint": "\\x"}
        for purpose in _PURPOSES:
            if row.get(f"{purpose}_sealed"):
                digest = keyed_hash(purpose, _from_row(row, purpose))
                fresh[f"{purpose}_hash"] = f"\\x{digest.hex()}"
        if row | fresh != row:
            touched += RecordBefore.objects.filter(pk=pk).update(row=row | fresh)
    return touched


def _rehash_staged_rows() -> int:
    tables = set(connection.introspection.table_names())
    names = map(staging_name, ImportBatch.objects.order_by("pk").values_list("pk", flat=True))
    return sum(rehash_staging(name) for name in names if name in tables)


def _forget_fingerprints() -> int:
    """Clear all fingerprints; the next import compares such rows field by field."""
    return StudentRecord.objects.exclude(fingerprint=b"").update(fingerprint=b"")


def _forget_photo_marks() -> int:
    """Clear all source marks; a photo without one is processed again when uploaded."""
    return Photo.objects.exclude(source_mark=None).update(source_mark=None)


def _forget_waiting_marks() -> int:
    """The same of photos that wait, or were replaced."""
    return BatchPhoto.objects.exclude(source_mark=None).update(source_mark=None)


@transaction.atomic
def _revoke_tokens() -> int:
    """Revoke all import tokens, because their secrets are known to the schools only."""
    revoked = ImportToken.objects.filter(revoked_at=None).count()
    for token in ImportToken.objects.all():
        ImportToken.objects.filter(pk=token.pk).update(
            secret_hash=secrets.token_bytes(32), revoked_at=Coalesce("revoked_at", Now())
        )
    return revoked


def _end_appointments(rows: Any) -> int:
    return int(
        rows.update(
            contact_hash=b"",
            accepted=Coalesce("accepted", False),
            answered_at=Coalesce("answered_at", Now()),
        )
    )


register_values("certificate", certificates)
register_values("phone", record_phones)
register_values("appointment", _appointed)
register_act("rows of checked files", run=_rehash_staged_rows)
register_act("records kept for undo", "enrollment.RecordBefore.row", run=_rehash_before_images)
register_act(
    "fingerprints forgotten", "enrollment.StudentRecord.fingerprint", run=_forget_fingerprints
)
register_act("photograph marks forgotten", "enrollment.Photo.source_mark", run=_forget_photo_marks)
register_act(
    "marks of waiting photographs forgotten",
    "enrollment.BatchPhoto.source_mark",
    run=_forget_waiting_marks,
)
register_act("import tokens revoked", "enrollment.ImportToken.secret_hash", run=_revoke_tokens)
register_hash("enrollment.Appointment.contact_hash", "appointment", _end_appointments)
register_hash("enrollment.StudentRecord.phone_hash", "phone", forget(phone_hash=None))
register_hash(
    "enrollment.StudentRecord.certificate_hash",
    "certificate",
    forget(certificate_hash=b""),
    last=True,
)
