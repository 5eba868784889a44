"""The hourly cleaning: one part that fails must not keep the others from their work."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.limits import rate_limits
from accounts.models import LimitHit
from accounts.sign_up import by_phone
from accounts.tasks import forget_unfinished

pytestmark = pytest.mark.django_db


def test_a_part_that_fails_leaves_the_others_done(monkeypatch: pytest.MonkeyPatch) -> None:
    rate_limits.consume("verdict", "somebody")
    LimitHit.objects.update(at=timezone.now() - timedelta(days=3))

    def forget_unconfirmed() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(by_phone, "forget_unconfirmed", forget_unconfirmed)
    forget_unfinished()
    assert not LimitHit.objects.exists()
