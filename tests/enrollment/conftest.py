"""The invented school."""

import pytest

from enrollment.models import Institution
from enrollment.samples import INSTITUTION_CODE, INSTITUTION_NAME


@pytest.fixture
def school(db: None) -> Institution:
    """The institution that sample rows belong to."""
    return Institution.objects.create(code=INSTITUTION_CODE, name=INSTITUTION_NAME)
