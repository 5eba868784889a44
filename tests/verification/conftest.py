"""Walking through verification, and who helps with it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from accounts.models import User
from accounts.roles import Role
from enrollment.models import ClassCounselor, StudentRecord
from tests.people import make_account, sample_number

Walk = Callable[..., HttpResponse]


@pytest.fixture
def walk() -> Walk:
    """Enter basic information as an account, confirm it, follow to the page it ends on."""

    def walk(account: User, **answers: Any) -> HttpResponse:
        client = Client()
        client.force_login(account)
        stated = {
            "name": "李晓雨",
            "certificate_type": "居民身份证",
            "number": sample_number(12),
            "third_item": "2611010815012",
            **answers,
        }
        client.post("/verify/", stated)
        return client.post("/verify/check/", follow=True)  # type: ignore[return-value]

    return walk


@pytest.fixture
def counselor(li_record: StudentRecord) -> User:
    """The counselor of 李晓雨's class."""
    user = make_account("counselor@example.org", roles=(Role.COUNSELOR,))
    assert li_record.school_class is not None
    ClassCounselor.objects.create(user=user, school_class=li_record.school_class)
    return user
