"""The search of records asks each of its conditions of the index that answers it."""

import pytest
from django.db import connection

from accounts.models import User
from enrollment.models import StudentRecord
from enrollment.queries import records_visible_to, search_records

pytestmark = pytest.mark.django_db


def test_a_registrars_search_reads_no_record_but_by_what_was_typed(
    desk_registrar: User, li_record: StudentRecord
) -> None:
    found = search_records(records_visible_to(desk_registrar), li_record.student_number)
    assert list(found) == [li_record]
    with connection.cursor() as cursor:
        # With the few records of a test reading all of them is cheapest: forbid it.
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = found.explain()
    for index in ("record_name_trgm", "one_record_per_student_number"):
        assert index in plan, plan
