"""How far an import is: calm figures that the machine's own speed gives."""

from datetime import timedelta

import pytest
from django.utils import timezone

from enrollment.imports.estimate import progress_of
from enrollment.jobs.progress import rounded
from enrollment.models import BatchState, ImportBatch, Institution


def batch_of(school: Institution, seconds: float, **values: object) -> ImportBatch:
    """A batch on which work began so many seconds ago."""
    started = timezone.now() - timedelta(seconds=seconds)
    return ImportBatch(institution=school, started_at=started, **values)


@pytest.mark.parametrize(
    ("seconds", "told"), [(-3, 1), (0.2, 1), (7.4, 7), (17, 15), (38, 40), (62, 60), (347, 350)]
)
def test_the_longer_the_rounder(seconds: float, told: int) -> None:
    assert rounded(seconds) == told


def test_the_rest_of_a_check_is_estimated_from_its_own_speed(school: Institution) -> None:
    state = BatchState.REHEARSING
    half = batch_of(school, 20, state=state, rows_done=500, rows_expected=1000)
    assert progress_of(half).seconds_left == 35  # 20 for the rows, then the comparison
    begun = batch_of(school, 1, state=state, rows_done=20, rows_expected=1000)
    assert progress_of(begun).seconds_left is None
    read = batch_of(school, 40, state=state, rows_done=1000, rows_expected=1000)
    assert progress_of(read).compares


def test_the_rest_of_a_publication_is_estimated_from_the_check_of_the_same_file(
    school: Institution,
) -> None:
    result = {"seconds": 20, "rows": 1000, "new": 1000, "changed": 0}
    begun = batch_of(school, 0, state=BatchState.PUBLISHING, result=result)
    assert progress_of(begun).seconds_left == 40
    later = progress_of(batch_of(school, 35, state=BatchState.PUBLISHING, result=result))
    assert later.seconds_left == 6
    assert 0.8 < later.done / later.expected < 0.9
    overdue = progress_of(batch_of(school, 90, state=BatchState.PUBLISHING, result=result))
    assert overdue.seconds_left == 1
    assert overdue.done < overdue.expected
