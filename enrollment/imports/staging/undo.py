"""Take a publication back, while nothing later depends on it."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.db.models.functions import Now

from enrollment.fields.catalogue import RECORD_COLUMNS, SEALED
from enrollment.identity.certificates import series_sql
from enrollment.imports.staging.other_person import other_name
from enrollment.models import ImportBatch, StudentRecord

# Everything that a publication writes; it changes neither the holder nor the time of claiming.
_RESTORED = [
    *RECORD_COLUMNS,
    *(name for field in SEALED.values() for name in (field.sealed_column, field.hash_column)),
    *("name_canonical", "school_class_id", "fingerprint", "person_since"),
]


@dataclass(frozen=True)
class Obstacle:
    """Why a publication cannot be undone: how many records, and an example's key."""

    changed_later: int
    claimed: int
    example: str


class UndoBlockedError(Exception):
    """Something later depends on the publication."""

    def __init__(self, obstacle: Obstacle) -> None:
        super().__init__("something later depends on the publication")
        self.obstacle = obstacle


class UndoExpiredError(Exception):
    """The publication is too old: what was there before it has been deleted."""


def is_recent(batch: ImportBatch) -> bool:
    """Whether ``batch`` was published in the last ``UNDO_DAYS``, by the database's clock."""
    since = Now() - timedelta(days=settings.UNDO_DAYS)
    return ImportBatch.objects.filter(pk=batch.pk, published_at__gt=since).exists()


def obstacle_to_undo(batch: ImportBatch) -> Obstacle | None:
    """What prevents undoing ``batch``; None if it can be undone."""
    created = StudentRecord.objects.filter(created_in=batch)
    later = created.filter(version__gt=1)
    claimed = StudentRecord.objects.filter(
        Q(created_in=batch) | Q(pk__in=changed_person(batch)), holder__isnull=False
    )
    changed = _changed_later(batch)
    if not (later.exists() or claimed.exists() or changed):
        return None
    example = later.first() or claimed.first()
    if example is None:
        example = StudentRecord.objects.get(pk=changed[0])
    return Obstacle(later.count() + len(changed), claimed.count(), str(example.key))


def restore(batch: ImportBatch) -> None:
    """Put every record back as it stood before ``batch``; call it inside a transaction.

    The records get a new version, and their history says so. Raises
    UndoBlockedError and UndoExpiredError.
    """
    if not is_recent(batch):
        raise UndoExpiredError
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM enrollment_studentrecord WHERE created_in_id = %s OR id IN"
            " (SELECT record_id FROM enrollment_recordbefore WHERE batch_id = %s)"
            " ORDER BY id FOR UPDATE",
            [batch.pk, batch.pk],
        )
    obstacle = obstacle_to_undo(batch)
    if obstacle:
        raise UndoBlockedError(obstacle)
    _restore_changed(batch)
    _remove_created(batch)


def _changed_later(batch: ImportBatch) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.id FROM enrollment_recordbefore b JOIN enrollment_studentrecord r"
            " ON r.id = b.record_id"
            " WHERE b.batch_id = %s AND r.version <> (b.row->>'version')::int + 1 ORDER BY r.id",
            [batch.pk],
        )
        return [row[0] for row in cursor.fetchall()]


def changed_person(batch: ImportBatch) -> list[int]:
    """Held records whose person the undo would change, which it must not do."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.id FROM enrollment_recordbefore b"
            " JOIN enrollment_studentrecord r ON r.id = b.record_id,"
            " jsonb_populate_record(r, b.row) old WHERE b.batch_id = %s AND"
            " (old.certificate_hash <> r.certificate_hash"
            f" OR {series_sql('old')} <> {series_sql('r')} OR {other_name('r', 'old')})",
            [batch.pk],
        )
        return [row[0] for row in cursor.fetchall()]


def _restore_changed(batch: ImportBatch) -> None:
    sets = ", ".join(f"{name} = old.{name}" for name in _RESTORED)
    others = changed_person(batch)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE enrollment_fieldchange SET of_another_person = true"
            " WHERE batch_id = %s AND record_id = ANY(%s)",
            [batch.pk, others],
        )
        cursor.execute(
            "INSERT INTO enrollment_fieldchange (record_id, field, old, new, version, batch_id,"
            " of_another_person, changed_at, changed_by_id)"
            " SELECT f.record_id, f.field, f.new, f.old, f.version + 1, %s,"
            " f.of_another_person, now(), %s"
            " FROM enrollment_fieldchange f WHERE f.batch_id = %s",
            [batch.pk, batch.undone_by_id, batch.pk],
        )
        cursor.execute(
            f"UPDATE enrollment_studentrecord r SET {sets}, version = r.version + 1,"
            " updated_at = now() FROM enrollment_recordbefore b"
            " JOIN enrollment_studentrecord present ON present.id = b.record_id,"
            # A column that was added after the publication keeps its present value.
            " jsonb_populate_record(present, b.row) old"
            " WHERE b.batch_id = %s AND r.id = b.record_id",
            [batch.pk],
        )
        cursor.execute("DELETE FROM enrollment_recordbefore WHERE batch_id = %s", [batch.pk])


def _remove_created(batch: ImportBatch) -> None:
    created = StudentRecord.objects.filter(created_in=batch)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            # Raw, not by the ORM: nothing that points to a record may go with it.
            cursor.execute(
                "DELETE FROM enrollment_studentrecord WHERE created_in_id = %s", [batch.pk]
            )
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    except IntegrityError as error:
        example = created.first()
        key = str(example.key) if example else ""
        raise UndoBlockedError(Obstacle(1, 0, key)) from error
