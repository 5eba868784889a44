"""The search of records asks each of its conditions alone, so that its index can answer it."""

import pytest

from accounts.models import User
from enrollment.models import StudentRecord
from enrollment.queries import records_visible_to, search_records
from tests.people import make_school

pytestmark = pytest.mark.django_db


def test_a_registrars_search_joins_no_conditions_by_or(
    desk_registrar: User, li_record: StudentRecord
) -> None:
    StudentRecord.objects.filter(pk=li_record.pk).update(student_number="20260815031")
    found = search_records(records_visible_to(desk_registrar), "20260815031")
    assert list(found) == [li_record]
    assert " OR " not in str(found.query)


def test_a_search_finds_nothing_of_another_school(
    desk_registrar: User, li_record: StudentRecord
) -> None:
    StudentRecord.objects.filter(pk=li_record.pk).update(
        institution=make_school("10009", "别的学院"), school_class=None
    )
    visible = records_visible_to(desk_registrar)
    for words in (li_record.name, li_record.name[:1]):
        assert not search_records(visible, words)
