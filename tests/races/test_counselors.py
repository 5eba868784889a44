"""A deputy's office is extended at the moment in which it is withdrawn."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.roles import Role
from enrollment.institutions.counselors import withdraw_ended
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


def test_an_office_extended_while_it_is_withdrawn_stays() -> None:
    school_class = SchoolClass.objects.create(institution=make_school(), code="软工2601")
    deputy = make_account("deputy@example.org", roles=(Role.COUNSELOR,))
    over = timezone.localdate() - timedelta(days=40)
    ClassCounselor.objects.create(user=deputy, school_class=school_class, last_day=over)

    def sweep() -> None:
        try:
            withdraw_ended()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            ClassCounselor.objects.update(last_day=None)
            swept = pool.submit(sweep)
            while not swept.done() and not someone_waits_for_me():
                pass
        swept.result()
    assert ClassCounselor.objects.get().last_day is None
    assert deputy.roles == {Role.COUNSELOR}
