"""Blocks that are over and counts of old days are forgotten, and no sooner."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from accounts.limits.rate_limits import BLOCK_RETENTION
from accounts.models import Block, PersonalDataCount, User
from accounts.privacy.personal_data import COUNTS_KEPT
from accounts.tasks import forget_unfinished

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.mark.parametrize(("more", "kept"), [(-DAY, True), (DAY, False)])
def test_a_block_is_gone_half_a_year_after_its_end(more: timedelta, kept: bool) -> None:
    Block.objects.create(subject=b"x", masked="139****5678", until=Now() - BLOCK_RETENTION - more)
    forget_unfinished()
    assert Block.objects.exists() is kept


def test_a_block_that_lasts_is_kept(blocked_number: Block) -> None:
    Block.objects.update(made_at=Now() - 9 * BLOCK_RETENTION)
    forget_unfinished()
    assert Block.objects.exists()


@pytest.mark.parametrize(("more", "kept"), [(-2 * DAY, True), (2 * DAY, False)])
def test_counts_of_people_are_gone_after_half_a_year(more: timedelta, kept: bool, li: User) -> None:
    PersonalDataCount.objects.create(account=li, day=Now() - COUNTS_KEPT - more, people=3)
    forget_unfinished()
    assert PersonalDataCount.objects.exists() is kept
