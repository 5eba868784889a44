"""An office is given or extended at the moment in which one is withdrawn."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.identifiers.services import parse
from accounts.roles import Role
from enrollment.institutions.class_merge import merge_class
from enrollment.institutions.counselors import (
    assign_counselors,
    withdraw_counselor,
    withdraw_ended,
)
from enrollment.institutions.staff import dismiss
from enrollment.models import ClassCounselor, SchoolClass
from tests.people import make_account, make_school

pytestmark = pytest.mark.django_db(transaction=True)
WAITS_FOR_ME = """
SELECT EXISTS (
    SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))
)
"""


def someone_waits_for_me() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(WAITS_FOR_ME)
        return bool(cursor.fetchone()[0])


def meanwhile(act: Callable[[], object], other: Callable[[], object]) -> None:
    """Do ``act``; before it is committed ``other`` runs to its end, or until it has to wait."""

    def run() -> None:
        try:
            other()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            act()
            running = pool.submit(run)
            while not running.done() and not someone_waits_for_me():
                pass
        running.result()


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
