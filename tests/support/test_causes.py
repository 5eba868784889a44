"""Every list of causes knows every cause."""

import pytest

from enrollment.fields.catalogue import FIELDS as RECORD_FIELDS
from support.models import Cause
from support.reports.causes import ARTICLES, NAMES_A_FIELD
from support.reports.correcting import FIELDS
from support.reports.desk.ready_answers import READY


@pytest.mark.parametrize("listed", [ARTICLES, READY], ids=["articles", "ready answers"])
def test_every_cause_is_listed(listed: dict[Cause, object]) -> None:
    assert set(listed) == set(Cause)


def test_a_cause_that_names_a_field_is_corrected_in_that_field() -> None:
    assert set(FIELDS) == set(NAMES_A_FIELD)
    assert set(FIELDS.values()) <= {field.name for field in RECORD_FIELDS}
