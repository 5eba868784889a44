"""One query for everything a card shows."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.models import User
from accounts.sessions.store import ReadAlong
from database.prepared_statements import model_from_row, read_prepared
from enrollment.fields.catalogue import FIELDS
from enrollment.models import Institution, SchoolClass, StudentRecord

_RECORD = [
    *"id key institution_id school_class_id certificate_sealed".split(),
    *(field.name for field in FIELDS if field.is_plain and (field.card[0] or field.checkable)),
    *"holder_id frozen_at withheld_until person_since version".split(),
]
_SCHOOL = ["id", "code", "name"]
_CLASS = ["id", "code"]
# Raw SQL, prepared once: building this query through the ORM takes longer than running it.
# Limited to the newest fifty changes, because a record changes a few times in its life. Entries
# from before the record went to its present holder are hidden from that holder.
_MINE = "(r.person_since IS NULL OR {} > r.person_since)"
_SQL = f"""
SELECT {", ".join(f"r.{name}" for name in _RECORD)},
  {", ".join(f"i.{name}" for name in _SCHOOL)},
  {", ".join(f"c.{name}" for name in _CLASS)},
  (SELECT json_agg(json_build_object('kind', p.kind, 'key', p.key, 'width', p.width,
      'height', p.height, 'added_at', p.added_at, 'answer', pa.answer))
    FROM enrollment_photo p
    LEFT JOIN enrollment_photoanswer pa ON pa.photo_key = p.key AND pa.account_id = r.holder_id
    WHERE p.record_id = r.id AND {_MINE.format("p.added_at")}) AS photo_rows,
  (SELECT json_agg(json_build_object('kind', e.kind, 'on', e.happened_on,
      'status', e.status_after, 'note', e.note) ORDER BY e.happened_on DESC, e.id DESC)
    FROM enrollment_recordevent e WHERE e.record_id = r.id
      AND {_MINE.format("e.entered_at")}) AS event_rows,
  (SELECT json_agg(json_build_object('field', h.field, 'old', h.old, 'new', h.new,
      'version', h.version, 'at', h.changed_at) ORDER BY h.id DESC)
    FROM (SELECT * FROM enrollment_fieldchange f WHERE f.record_id = r.id
      AND NOT f.of_another_person
      AND {_MINE.format("f.changed_at")} ORDER BY f.id DESC LIMIT 50) h) AS change_rows,
  (SELECT json_build_object('key', a.key, 'version', a.version, 'answer', a.answer,
      'fields', a.fields, 'wrong_fields', a.wrong_fields, 'made_at', a.made_at)
    FROM enrollment_confirmation a
    WHERE a.record_id = r.id AND a.account_id = r.holder_id
    ORDER BY a.id DESC LIMIT 1) AS confirmation,
  (SELECT json_build_object('name', k.name, 'ends_on', k.ends_on,
      'confirm', k.confirm_fields, 'ignore', k.ignore_fields)
    FROM enrollment_campaign k
    WHERE k.institution_id = r.institution_id AND %s BETWEEN k.starts_on AND k.ends_on
      AND (k.entry_year IS NULL OR k.entry_year = extract(year FROM r.entry_date))
    ORDER BY k.entry_year NULLS LAST, k.id DESC LIMIT 1) AS campaign
FROM enrollment_studentrecord r
JOIN enrollment_institution i ON i.id = r.institution_id
LEFT JOIN enrollment_schoolclass c ON c.id = r.school_class_id
WHERE r.holder_id = {{account}}"""
_NEWEST_FIRST = f"{_SQL} ORDER BY r.entry_date DESC NULLS FIRST, r.id DESC"
_ALL = _NEWEST_FIRST.format(account="%s")
_ONE = _SQL.format(account="%s") + " AND r.key = %s"
# Lets the session store fetch the status page's records together with session and account.
ALONG = ReadAlong(_NEWEST_FIRST, lambda: [timezone.localdate()])
_PARTS = ("photo_rows", "event_rows", "change_rows", "confirmation", "campaign")


def held_with_parts(user: User, rows: list[tuple[Any, ...]] | None = None) -> list[StudentRecord]:
    """All records ``user`` holds, newest entry first, each with its parts.

    ``rows`` are the rows of ``ALONG`` if the session store has already fetched them for
    ``user``.
    """
    if rows is None:
        rows = read_prepared(_ALL, [timezone.localdate(), user.pk])
    return [_record(row) for row in rows]


def one_held_with_parts(user: User, key: UUID) -> StudentRecord | None:
    """The record with this key and its parts, if ``user`` holds it."""
    rows = read_prepared(_ONE, [timezone.localdate(), user.pk, key])
    return _record(rows[0]) if rows else None


def _record(row: Sequence[Any]) -> StudentRecord:
    """A record with its school, its class and, as attributes, its parts."""
    to_school = len(_RECORD)
    to_class = to_school + len(_SCHOOL)
    to_parts = to_class + len(_CLASS)
    school_class = None
    if row[to_class] is not None:
        school_class = model_from_row(SchoolClass, _CLASS, row[to_class:to_parts])
    record = model_from_row(
        StudentRecord,
        _RECORD,
        row[:to_school],
        institution=model_from_row(Institution, _SCHOOL, row[to_school:to_class]),
        school_class=school_class,
    )
    record.__dict__.update(zip(_PARTS, row[to_parts:], strict=True))
    return record
