"""Changes of locked fields that the province has not approved: a file is published without them."""

from collections.abc import Collection
from dataclasses import replace

from django.db import connection

from enrollment.fields.catalogue import LOCKED, SEALED
from enrollment.files.faults import FileFault, FileFaultError
from enrollment.identity.certificates import series_sql
from enrollment.imports.results.report import Result
from enrollment.imports.staging.affected import ChangedRecords
from enrollment.imports.staging.difference import COMPARED, compare_changed, differs
from enrollment.imports.staging.other_person import other_certificate

_ROWS_NAMED = 5
# Columns that belong to the value of a locked field and stay with it.
_COMPANIONS = {"name": ("name_canonical", "name_pinyin")}


def leave_out_locked(
    staging: str, columns: Collection[str], result: Result, *, institution_id: int
) -> Result:
    """Keep the registry's values where the file changes locked fields; the result without them.

    A row with another certificate is left out whole: its other values may be another person's.
    Fingerprints are dropped, so that the same file states the changes again. Raises
    FileFaultError where a new row has a number that another record now keeps.
    """
    names = [name for name in COMPARED if name in set(columns)]
    _keep_registry_values(staging, names)
    _refuse_number_of_another(staging, institution_id)
    fields, claimed, changed = compare_changed(staging, names, but=other_certificate(names))
    affected = ChangedRecords(staging, columns).counts()
    return replace(
        result,
        changed=changed,
        unchanged=result.unchanged + result.changed - changed,
        fields=fields,
        locked=[],
        locked_left_out={name: result.fields[name] for name in result.locked},
        claimed=claimed,
        other_person=0,
        confirmed=affected.confirmed,
        stale=affected.stale,
    )


def _keep_registry_values(staging: str, names: Collection[str]) -> None:
    locked = [name for name in names if name in LOCKED and name not in SEALED]
    if not locked:
        return
    kept = [*locked, *(part for name in locked for part in _COMPANIONS.get(name, ()))]
    sets = ", ".join(f"{column} = r.{column}" for column in kept)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE \"{staging}\" s SET fingerprint = '', {sets} FROM enrollment_studentrecord r"
            " WHERE r.id = s.record_id AND s.action = 'changed'"
            f" AND ({' OR '.join(map(differs, locked))})"
        )


def _refuse_number_of_another(staging: str, institution_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT s.row_number FROM "{staging}" s JOIN enrollment_studentrecord r'
            " ON r.certificate_hash = s.certificate_hash AND r.institution_id = %s"
            " WHERE s.record_id IS NULL AND r.name_canonical <> s.name_canonical"
            f" AND {series_sql('r')} = {series_sql('s')} ORDER BY 1 LIMIT {_ROWS_NAMED}",
            [institution_id],
        )
        rows = ", ".join(str(number) for (number,) in cursor.fetchall())
    if rows:
        raise FileFaultError(FileFault.NEEDS_APPROVAL, f"({rows})")
