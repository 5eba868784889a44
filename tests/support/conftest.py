"""The cast of the reports."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from enrollment.models import ClassCounselor, InstitutionRegistrar, StudentRecord
from support.models import Report
from tests.people import PASSWORD, make_account, make_school

WORDS = "姓名第二个字应为䶮，以户口簿为准"
Enter = Callable[[User], Client]


@pytest.fixture
def enter() -> Enter:
    """Sign someone in, each in a browser of their own."""

    def enter(user: User) -> Client:
        client = Client()
        client.force_login(user)
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        return client

    return enter


@pytest.fixture
def counselor(wang_record: StudentRecord) -> User:
    """The counselor of 王明's class."""
    user = make_account("counselor@example.org", roles=(Role.COUNSELOR,))
    assert wang_record.school_class is not None
    ClassCounselor.objects.create(user=user, school_class=wang_record.school_class)
    return user


@pytest.fixture
def school_registrar(registrar: User) -> User:
    """The registrar of 王明's school."""
    InstitutionRegistrar.objects.create(user=registrar, institution=make_school())
    return registrar


@pytest.fixture
def report(wang: User, wang_record: StudentRecord, enter: Enter) -> Report:
    """王明 reports a wrong name."""
    answer = enter(wang).post("/support/reports/new/name/", {"correct": "王䶮", "words": WORDS})
    assert answer.status_code == 302
    return Report.objects.get()
