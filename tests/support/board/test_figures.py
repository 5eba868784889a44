"""The figures of the class board: true whatever happens to the records, day by day."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from enrollment.confirmations.services import answer_record
from enrollment.fields.checklist import CHECKLIST
from enrollment.models import SchoolClass, StudentRecord
from enrollment.progress import Progress
from enrollment.records.unclaimed_progress import note_searched
from enrollment.statuses import ON_THE_BOOKS
from support.board.figures import Standing, institution_standings, standings
from support.board.rollup import fold_headcounts
from support.board.trend import confirmed_by_day
from support.models import DayHeadcount, HeadcountChange
from tests.people import make_account, make_record, sample_number

pytestmark = pytest.mark.django_db


def counts(school_class: SchoolClass) -> dict[str, int]:
    """The figures of the class as the board shows them now."""
    return standings([school_class])[0][1].counts


def counted_again(school_class: SchoolClass) -> dict[str, int]:
    """The same figures, counted person by person."""
    found = dict.fromkeys(Progress.values, 0)
    for record in StudentRecord.objects.filter(school_class=school_class):
        found[record.progress] += record.status in ON_THE_BOOKS
    return found


@pytest.mark.parametrize(
    ("confirmed", "total", "percent"), [(1, 38, 3), (16, 38, 42), (399, 400, 99), (40, 40, 100)]
)
def test_percent_is_the_nearest_and_a_hundred_with_nobody_missing(
    confirmed: int, total: int, percent: int
) -> None:
    counts: dict[str, int] = dict.fromkeys(Progress, 0)
    counts |= {Progress.CONFIRMED: confirmed, Progress.TO_CHECK: total - confirmed}
    assert Standing(counts).percent == percent


def test_each_person_counts_in_one_part_and_leavers_in_none(school_class: SchoolClass) -> None:
    assert counts(school_class) == dict.fromkeys(Progress.values, 1)
    fold_headcounts()
    assert not HeadcountChange.objects.exists()
    assert counts(school_class) == dict.fromkeys(Progress.values, 1)


def test_figures_stay_true_whatever_happens_to_the_records(
    school_class: SchoolClass, one_in_each_part: dict[str, StudentRecord]
) -> None:
    one_in_each_part["unregistered"].delete()
    assert counts(school_class) == counted_again(school_class)
    StudentRecord.objects.filter(progress="confirmed").update(status="毕业")
    fold_headcounts()
    assert counts(school_class) == counted_again(school_class)
    StudentRecord.objects.filter(progress="stale").update(holder=None)
    one_in_each_part["disputed"].refresh_from_db()
    stale = one_in_each_part["disputed"]
    assert stale.holder is not None
    answer_record(record=stale, account=stale.holder, asked=CHECKLIST, wrong=[])
    StudentRecord.objects.filter(progress="unmatched").update(school_class=None)
    assert counts(school_class) == counted_again(school_class)
    assert counts(school_class) | {"unregistered": 1, "confirmed": 1} == counts(school_class)
    ((_, whole),) = institution_standings([school_class.institution])
    assert whole.total == sum(counts(school_class).values()) + 1


def test_who_gave_the_record_up_has_not_confirmed_for_the_next(
    one_in_each_part: dict[str, StudentRecord],
) -> None:
    record = one_in_each_part["confirmed"]
    next_one = make_account("next@example.org")
    StudentRecord.objects.filter(pk=record.pk).update(holder=next_one)
    record.refresh_from_db()
    assert record.progress == Progress.TO_CHECK


def test_a_step_back_is_never_taken(one_in_each_part: dict[str, StudentRecord]) -> None:
    record = one_in_each_part["unmatched"]
    note_searched(certificate_hash=bytes(record.certificate_hash), not_found=False)
    held = one_in_each_part["confirmed"]
    note_searched(certificate_hash=bytes(held.certificate_hash), not_found=True)
    record.refresh_from_db()
    held.refresh_from_db()
    assert (record.progress, held.progress) == (Progress.UNMATCHED, Progress.CONFIRMED)


def test_each_day_keeps_how_it_ended(school_class: SchoolClass) -> None:
    fold_headcounts()
    StudentRecord.objects.filter(progress="confirmed").update(holder=None)
    fold_headcounts()
    today = DayHeadcount.objects.filter(school_class=school_class, day=timezone.localdate())
    assert dict(today.values_list("part", "people"))["confirmed"] == 0
    assert dict(today.values_list("part", "people"))["unregistered"] == 2


def test_the_course_starts_from_the_last_figure_before_it(school_class: SchoolClass) -> None:
    fold_headcounts()
    today = timezone.localdate()
    for days_ago, people in ((90, 4), (40, 2), (3, 5)):
        DayHeadcount.objects.create(
            school_class=school_class,
            part=Progress.CONFIRMED,
            day=today - timedelta(days=days_ago),
            people=people,
        )
    now = standings([school_class])[0][1]
    by_day = [day.confirmed for day in confirmed_by_day([school_class], now)]
    assert by_day == [2] * 10 + [5] * 3 + [1]
    longer = confirmed_by_day([school_class], now, today - timedelta(days=50))
    assert [longer[0].confirmed, longer[10].confirmed, len(longer)] == [4, 2, 51]


def test_triggers_count_the_same_statuses_as_the_portal() -> None:
    for serial, status in ((341, "注册学籍"), (342, "毕业")):
        make_record(name="乙", number=sample_number(serial), status=status)
    changes = HeadcountChange.objects.values_list("people", flat=True)
    assert sum(changes) == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'support_count_insert'")
        source = cursor.fetchone()[0]
    assert all(f"'{status.value}'" in source for status in ON_THE_BOOKS)
    assert source.count("'") == 2 * len(ON_THE_BOOKS)
