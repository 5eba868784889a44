"""Merging classes: who was asked to be counselor of the one is asked for the other."""

import pytest

from accounts.identifiers.services import parse
from accounts.roles import Role
from enrollment.institutions.appointments.services import accept, appointments_of
from enrollment.institutions.class_merge import merge_class
from enrollment.institutions.counselors import assign_counselors
from enrollment.models import SchoolClass
from tests.people import make_account, make_school

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("asked_for", ["甲", "甲乙"])
def test_an_offer_for_a_merged_class_waits_once_and_is_accepted_for_the_other(
    asked_for: str,
) -> None:
    school = make_school()
    classes = {code: SchoolClass.objects.create(institution=school, code=code) for code in "甲乙"}
    by = make_account("desk@example.org", roles=(Role.REGISTRAR,))
    teacher = make_account("teacher@example.org")
    wanted = [classes[code] for code in asked_for]
    assign_counselors(classes=wanted, who=parse("teacher@example.org"), last_day=None, by=by)
    merge_class(school_class=classes["甲"], into=classes["乙"], by=by)
    [offer] = appointments_of(teacher)
    assert offer.school_class == classes["乙"]
    assert accept(appointment=offer, account=teacher)
