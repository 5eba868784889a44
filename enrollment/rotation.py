"""Seal everything the registry keeps with the newest key, so that an old one can go."""

from collections.abc import Callable

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from enrollment.models import Photo, RecordBefore, StudentRecord
from vault.cipher import key_ring

GROUP = 1000
_SEALED = {"certificate_sealed": "record-certificate", "phone_sealed": "record-phone"}

Report = Callable[[int], None]


def rotate_records(report: Report) -> int:
    """Seal certificate numbers and phones anew; how many records were touched.

    A record that changes meanwhile is left to whoever changed it: that seals
    with the newest key already. Raises vault.cipher.UnsealError.
    """
    touched, last = 0, 0
    while group := list(StudentRecord.objects.filter(pk__gt=last).order_by("pk")[:GROUP]):
        for record in group:
            touched += _rotate_record(record)
        last = group[-1].pk
        report(touched)
    return touched


def rotate_before_images(report: Report) -> int:
    """The same for the rows kept for undoing a publication."""
    touched, last = 0, 0
    while group := list(RecordBefore.objects.filter(pk__gt=last).order_by("pk")[:GROUP]):
        for before in group:
            fresh = _fresh_values(
                before.row["key"],
                {name: _from_json(before.row.get(name)) for name in _SEALED},
            )
            if fresh:
                row = before.row | {name: f"\\x{value.hex()}" for name, value in fresh.items()}
                touched += RecordBefore.objects.filter(pk=before.pk).update(row=row)
        last = group[-1].pk
        report(touched)
    return touched


def rotate_photos(report: Report) -> int:
    """The same for photographs; the file is replaced after its new form is safe."""
    touched, last = 0, 0
    while group := list(Photo.objects.filter(pk__gt=last).order_by("pk")[:GROUP]):
        for photo in group:
            touched += _rotate_photo(photo)
        last = group[-1].pk
        report(touched)
    return touched


def _rotate_record(record: StudentRecord) -> int:
    values = {name: getattr(record, name) for name in _SEALED}
    fresh = _fresh_values(str(record.key), values)
    if not fresh:
        return 0
    unchanged = StudentRecord.objects.filter(pk=record.pk, version=record.version)
    return unchanged.update(**fresh)


def _fresh_values(key: str, values: dict[str, bytes | memoryview | None]) -> dict[str, bytes]:
    ring, fresh = key_ring(), {}
    for name, value in values.items():
        if value is not None and not ring.seals_with_newest(bytes(value)):
            context = f"{_SEALED[name]}:{key}"
            fresh[name] = ring.seal(ring.unseal(bytes(value), context=context), context=context)
    return fresh


def _from_json(value: str | None) -> bytes | None:
    return bytes.fromhex(value.removeprefix("\\x")) if value else None


def _rotate_photo(photo: Photo) -> int:
    fresh = {}
    for field, purpose in (
        ("stored_as", "photo"),
        ("thumbnail_stored_as", "photo-thumbnail"),
    ):
        name = getattr(photo, field)
        with default_storage.open(name) as file:
            sealed = file.read()
        if not key_ring().seals_with_newest(sealed):
            context = f"{purpose}:{photo.key}"
            plain = key_ring().unseal(sealed, context=context)
            content = ContentFile(key_ring().seal(plain, context=context))
            fresh[field] = (name, default_storage.save(name, content))
    if not fresh:
        return 0
    with transaction.atomic():
        changes = {field: new for field, (_, new) in fresh.items()}
        moved = Photo.objects.filter(pk=photo.pk, key=photo.key).update(**changes)
    for old, new in fresh.values():
        default_storage.delete(old if moved else new)
    return moved
