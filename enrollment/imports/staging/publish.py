"""Bring what was rehearsed into the registry: one transaction, all of it or nothing."""

from collections.abc import Iterable

from django.contrib.postgres.functions import TransactionNow
from django.db import IntegrityError, connection

from enrollment.fields.catalogue import RECORD_COLUMNS, SEALED
from enrollment.files.faults import FileFault, FileFaultError
from enrollment.identity.number import mask_number
from enrollment.imports.staging.difference import COMPARED, SOURCE, differs
from enrollment.imports.staging.other_person import other_certificate, other_person
from enrollment.jobs.planner import bulk_settings
from enrollment.models import FieldChange, ImportBatch, StudentRecord
from enrollment.records.release import lock_holders, release_records
from vault.cipher import seal, unseal


def apply_staged(batch: ImportBatch, staging: str, columns: Iterable[str]) -> None:
    """Apply the staged rows of ``batch``; call it inside a transaction.

    Raises FileFaultError when a record has changed since the rehearsal.
    """
    names = [name for name in COMPARED if name in set(columns)]
    try:
        with bulk_settings():
            _add_classes(batch, staging)
            _change(batch, staging, names)
            _add(batch, staging)
    except IntegrityError as error:
        raise FileFaultError(FileFault.STALE) from error


def _add_classes(batch: ImportBatch, staging: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO enrollment_schoolclass (institution_id, code, college, department)"
            f' SELECT %s, class_code, college, department FROM "{staging}" JOIN ('
            f'   SELECT min(row_number) AS row_number FROM "{staging}"'
            "    WHERE class_code <> '' AND action IS DISTINCT FROM 'same' GROUP BY class_code"
            " ) AS first USING (row_number) ON CONFLICT (institution_id, code) DO NOTHING",
            [batch.institution_id],
        )


def _add(batch: ImportBatch, staging: str) -> None:
    columns = ", ".join(RECORD_COLUMNS)
    staged = ", ".join(
        "COALESCE(s.gender, 0)" if name == "gender" else f"s.{name}" for name in RECORD_COLUMNS
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO enrollment_studentrecord (key, institution_id, school_class_id,"
            " name_canonical, certificate_sealed, certificate_hash, phone_sealed, phone_hash,"
            f" fingerprint, version, created_in_id, created_at, updated_at, {columns})"
            " SELECT s.key, %s, c.id, s.name_canonical, s.certificate_sealed, s.certificate_hash,"
            " s.phone_sealed, s.phone_hash, s.fingerprint, 1, %s, now(), now(),"
            f' {staged} FROM "{staging}" s LEFT JOIN enrollment_schoolclass c'
            " ON c.institution_id = %s AND c.code = s.class_code WHERE s.record_id IS NULL",
            [batch.institution_id, batch.pk, batch.institution_id],
        )


def _change(batch: ImportBatch, staging: str, names: list[str]) -> None:
    source = SOURCE.format(t=staging)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM \"{staging}\" WHERE action = 'changed'")
        expected = cursor.fetchone()[0]
        if not expected:
            return
        _lock_holders_to_release(batch, source, names)
        cursor.execute(
            "INSERT INTO enrollment_recordbefore (batch_id, record_id, row)"
            " SELECT %s, r.id, to_jsonb(r) FROM enrollment_studentrecord r"
            f' JOIN "{staging}" s ON r.id = s.record_id AND r.version = s.record_version'
            " WHERE s.action = 'changed' ORDER BY r.id FOR UPDATE OF r",
            [batch.pk],
        )
        if cursor.rowcount != expected:
            raise FileFaultError(FileFault.STALE)
        _release_holders(batch, source, names)
        for name in names:
            if name not in SEALED:
                _write_history(batch, source, name)
        for name in names:
            if name in SEALED:
                _reseal(batch, source, staging, name)
        cursor.execute(_update_statement(staging, names), [batch.institution_id])


def _lock_holders_to_release(batch: ImportBatch, source: str, names: list[str]) -> None:
    """Lock accounts before records, as everywhere; few files have records for other people."""
    if batch.accepted_people:
        lock_holders(StudentRecord.objects.filter(pk__in=_other_people(source, names)))


def _other_people(source: str, names: list[str]) -> list[int]:
    """The held records that the file gives to other people."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT r.id FROM {source} WHERE s.action = 'changed' AND {other_person(names)}"
        )
        return [key for (key,) in cursor.fetchall()]


def _release_holders(batch: ImportBatch, source: str, names: list[str]) -> None:
    """Free the records that go to other people, as many as were agreed to.

    The rows are locked, so that none of them can be claimed meanwhile.
    """
    keys = _other_people(source, names)
    if len(keys) > batch.accepted_people:
        raise FileFaultError(FileFault.OTHER_PERSON)
    release_records(keys=keys, by=batch.published_by, cause=f"import:{batch.key}")


def _write_history(batch: ImportBatch, source: str, name: str) -> None:
    future, present = COMPARED[name]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO enrollment_fieldchange"
            " (record_id, field, old, new, version, batch_id, changed_at, changed_by_id)"
            f" SELECT r.id, %s, COALESCE({present}::text, ''), COALESCE({future}::text, ''),"
            f" r.version + 1, %s, now(), %s FROM {source}"
            f" WHERE s.action = 'changed' AND {differs(name)}",
            [name, batch.pk, batch.published_by_id],
        )


def _reseal(batch: ImportBatch, source: str, staging: str, name: str) -> None:
    """Seal changed numbers for the record they go to; the staged ones open only in staging."""
    column, purpose = SEALED[name].sealed_column, SEALED[name].purpose
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT s.row_number, s.key, r.id, r.key, r.version, s.{column}, r.{column}"
            f" FROM {source} WHERE s.action = 'changed' AND {differs(name)}"
        )
        rows = cursor.fetchall()
        changes, fresh = [], []
        for number, staged_key, record_id, key, version, staged, present in rows:
            new = _open(staged, f"{purpose}:{staged_key}")
            old = _open(present, f"{purpose}:{key}")
            sealed = seal(new.encode(), context=f"{purpose}:{key}") if new else None
            fresh.append((sealed, number))
            changes.append(
                FieldChange(
                    record_id=record_id,
                    field=name,
                    old=mask_number(old),
                    new=mask_number(new),
                    version=version + 1,
                    batch=batch,
                    changed_by_id=batch.published_by_id,
                )
            )
        cursor.executemany(f'UPDATE "{staging}" SET {column} = %s WHERE row_number = %s', fresh)
    FieldChange.objects.bulk_create(changes, batch_size=2000)
    # The moment of the publication, as for every other field.
    FieldChange.objects.filter(batch=batch, field=name).update(changed_at=TransactionNow())


def _open(sealed: bytes | None, context: str) -> str:
    return unseal(sealed, context=context).decode() if sealed else ""


def _update_statement(staging: str, names: list[str]) -> str:
    sets = [f"{name} = {COMPARED[name][0]}" for name in names if name in RECORD_COLUMNS]
    sets += [f"{name} = s.{name}" for name in ("name_canonical", "fingerprint", "certificate_hash")]
    # The sealed form changes only with the number: the staged one belongs to another key.
    sets += [
        f"{column} = CASE WHEN {differs(name)} THEN s.{column} ELSE r.{column} END"
        for name, column in ((name, field.sealed_column) for name, field in SEALED.items())
        if name in names
    ]
    sets.append(
        f"person_since = CASE WHEN {other_certificate(names)} AND"
        " s.name_canonical <> r.name_canonical THEN statement_timestamp() ELSE r.person_since END"
    )
    if "phone" in names:
        sets.append("phone_hash = s.phone_hash")
    if "class_code" in names:
        sets.append("school_class_id = c.id")
    return (
        f"UPDATE enrollment_studentrecord r SET {', '.join(sets)},"
        f' version = r.version + 1, updated_at = now() FROM "{staging}" s'
        " LEFT JOIN enrollment_schoolclass c ON c.institution_id = %s AND c.code = s.class_code"
        " WHERE r.id = s.record_id AND s.action = 'changed'"
    )
