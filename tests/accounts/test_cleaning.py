"""The hourly cleaning: one part that fails must not keep the others from their work."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import limits
from accounts.journeys import registration
from accounts.models import LimitHit
from accounts.tasks import forget_unfinished

pytestmark = pytest.mark.django_db


def test_a_part_that_fails_leaves_the_others_done(monkeypatch: pytest.MonkeyPatch) -> None:
    limits.count_use("verdict", "somebody")
    LimitHit.objects.update(at=timezone.now() - timedelta(days=3))

    def forget_unconfirmed() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(registration, "forget_unconfirmed", forget_unconfirmed)
    forget_unfinished()
    assert not LimitHit.objects.exists()
