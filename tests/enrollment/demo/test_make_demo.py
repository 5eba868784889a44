"""The demo school has somebody for every role and state, and can be made twice."""

import io

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from pytest_django import Settings

from accounts.models import User
from accounts.roles import Role
from enrollment.demo.school import PASSWORD, PEOPLE
from enrollment.models import ImportBatch, StudentRecord
from enrollment.queries import records_held_by, records_visible_to
from enrollment.statuses import Status

pytestmark = pytest.mark.django_db


def test_the_demo_school_has_everybody_and_is_made_once() -> None:
    told = io.StringIO()
    call_command("make_demo", stdout=told)
    call_command("make_demo", stdout=io.StringIO())
    assert StudentRecord.objects.count() == 2001
    assert ImportBatch.objects.count() == 1
    assert User.objects.count() == len(PEOPLE)
    assert EmailAddress.objects.filter(verified=True).count() == len(PEOPLE)
    assert set(Role) <= {person.role for person in PEOPLE}
    by_email = {user.email: user for user in User.objects.all()}
    for person in PEOPLE:
        assert person.email in told.getvalue()
        assert by_email[person.email].check_password(PASSWORD)
    states = {
        email.partition("@")[0]: [r.status for r in records_held_by(user)]
        for email, user in by_email.items()
    }
    assert states["student"] == [Status.REGISTERED]
    assert states["leave"] == [Status.SUSPENDED]
    assert states["graduate"] == [Status.GRADUATED]
    assert states["twice"] == [Status.REGISTERED, Status.GRADUATED]
    assert states["fresh"] == states["unmatched"] == states["operator"] == []
    assert records_visible_to(by_email["registrar@demo.test"]).count() == 2001
    assert records_visible_to(by_email["counselor@demo.test"]).count() == 80
    assert not records_visible_to(by_email["operator@demo.test"]).exists()


def test_production_has_no_demo(settings: Settings) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError):
        call_command("make_demo")
