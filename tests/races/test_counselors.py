"""Offices are given, extended or moved at the moment in which one is withdrawn."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.identifiers.services import parse
from accounts.roles import Role
from enrollment.institutions.appointments.services import accept
from enrollment.institutions.class_merge import merge_class
from enrollment.institutions.counselors import (
    assign_counselors,
    withdraw_counselor,
    withdraw_ended,
)
from enrollment.institutions.staff import dismiss
from enrollment.models import Appointment, ClassCounselor, SchoolClass
from tests.people import make_account, make_school
from tests.races.meanwhile import meanwhile

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_office_extended_while_it_is_withdrawn_stays() -> None:
    school_class = SchoolClass.objects.create(institution=make_school(), code="软工2601")
    deputy = make_account("deputy@example.org", roles=(Role.COUNSELOR,))
    over = timezone.localdate() - timedelta(days=40)
    ClassCounselor.objects.create(user=deputy, school_class=school_class, last_day=over)

    meanwhile(lambda: ClassCounselor.objects.update(last_day=None), withdraw_ended)
    assert ClassCounselor.objects.get().last_day is None
    assert deputy.roles == {Role.COUNSELOR}


@pytest.mark.parametrize("how", ["withdrawn", "dismissed"])
def test_who_gets_a_class_while_another_is_taken_away_can_work(how: str) -> None:
    school = make_school()
    first, second = (SchoolClass.objects.create(institution=school, code=c) for c in "甲乙")
    by = make_account("desk@example.org", roles=(Role.REGISTRAR,))
    teacher = make_account("teacher@example.org", roles=(Role.COUNSELOR,))
    ClassCounselor.objects.create(user=teacher, school_class=first)

    def take_away() -> None:
        if how == "withdrawn":
            withdraw_counselor(school_class=first, account=teacher, by=by)
        else:
            dismiss(account=teacher, role=Role.COUNSELOR, institution=None, reason="x", by=by)

    who = parse("teacher@example.org")
    meanwhile(lambda: assign_counselors(classes=[second], who=who, last_day=None, by=by), take_away)
    has_a_class = ClassCounselor.objects.filter(user=teacher).exists()
    assert has_a_class == (how == "withdrawn")
    assert bool(teacher.role_grants.exists()) == has_a_class


def test_a_counselor_withdrawn_while_the_class_is_merged_keeps_no_class_without_a_role() -> None:
    school = make_school()
    first, second = (SchoolClass.objects.create(institution=school, code=c) for c in "甲乙")
    by = make_account("desk@example.org", roles=(Role.REGISTRAR,))
    teacher = make_account("teacher@example.org", roles=(Role.COUNSELOR,))
    ClassCounselor.objects.create(user=teacher, school_class=first)
    as_read = SchoolClass.objects.select_related("institution").get(pk=first.pk)
    meanwhile(
        lambda: withdraw_counselor(school_class=first, account=teacher, by=by),
        lambda: merge_class(school_class=as_read, into=second, by=by),
    )
    assert ClassCounselor.objects.filter(user=teacher).exists() == teacher.role_grants.exists()


def test_someone_dismissed_while_a_file_assigns_them_gets_no_class() -> None:
    school = make_school()
    first, second = (SchoolClass.objects.create(institution=school, code=c) for c in "甲乙")
    by = make_account("desk@example.org", roles=(Role.REGISTRAR,))
    teacher = make_account("teacher@example.org", roles=(Role.COUNSELOR,))
    ClassCounselor.objects.create(user=teacher, school_class=first)
    who = parse("teacher@example.org")
    meanwhile(
        lambda: dismiss(account=teacher, role=Role.COUNSELOR, institution=None, reason="x", by=by),
        lambda: assign_counselors(classes=[second], who=who, last_day=None, by=by),
    )
    assert not ClassCounselor.objects.exists()
    assert not teacher.role_grants.exists()
    assert Appointment.objects.get().school_class == second  # invited, like anybody else


@pytest.mark.parametrize("how", ["assigned", "accepted"])
def test_a_class_merged_while_its_counselor_is_made_keeps_the_counselor(how: str) -> None:
    school = make_school()
    first, second = (SchoolClass.objects.create(institution=school, code=c) for c in "甲乙")
    by = make_account("desk@example.org", roles=(Role.REGISTRAR,))
    teacher = make_account("teacher@example.org", roles=(Role.COUNSELOR,))
    ClassCounselor.objects.create(user=teacher, school_class=first)
    who = parse("teacher@example.org")
    if how == "accepted":
        ClassCounselor.objects.all().delete()
        assign_counselors(classes=[first], who=who, last_day=None, by=by)

    def make_counselor() -> None:
        if how == "assigned":
            assign_counselors(classes=[second], who=who, last_day=None, by=by)
        else:
            accept(appointment=Appointment.objects.get(), account=teacher)

    as_read = SchoolClass.objects.select_related("institution").get(pk=first.pk)
    meanwhile(make_counselor, lambda: merge_class(school_class=as_read, into=second, by=by))
    assert ClassCounselor.objects.get().school_class == second


def test_an_appointment_is_accepted_while_its_class_is_merged() -> None:
    school = make_school()
    first, second = (SchoolClass.objects.create(institution=school, code=c) for c in "甲乙")
    by = make_account("desk@example.org", roles=(Role.REGISTRAR,))
    teacher = make_account("teacher@example.org")
    assign_counselors(classes=[first], who=parse("teacher@example.org"), last_day=None, by=by)
    appointment = Appointment.objects.select_related("school_class__institution").get()
    as_read = SchoolClass.objects.select_related("institution").get(pk=first.pk)
    meanwhile(
        lambda: merge_class(school_class=as_read, into=second, by=by),
        lambda: accept(appointment=appointment, account=teacher),
    )
    assert ClassCounselor.objects.get(user=teacher).school_class == second
