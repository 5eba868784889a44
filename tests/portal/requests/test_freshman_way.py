"""What a new student's whole way asks of the portal, step by step: no more than here."""

from functools import partial
from pathlib import Path

import pytest
from django.core.management import call_command

from enrollment.demo.samples import INSTITUTION_CODE, INSTITUTION_NAME
from tests.freshman import freshmen
from tests.freshman_walk import newest, walk
from tests.outbox import Outbox
from tests.people import make_school

# Of each step: redirects, and queries beside those that begin and end transactions.
BY_MAIL = {
    "home page": (0, 0),
    "sign-up form": (0, 1),
    "sign-up sent": (1, 22),
    "link opened": (0, 4),
    "activated, signed in": (1, 23),
    "basic information": (1, 10),
    "compared, record": (1, 24),
    "confirmed, receipt": (1, 8),
}
BY_PHONE = BY_MAIL | {
    "sign-up sent": (1, 19),
    "activated, signed in": (1, 30),
    "sign-in form": (0, 0),
    "signed in elsewhere": (1, 21),
    "basic information": (1, 11),
}


@pytest.mark.django_db
@pytest.mark.parametrize("elsewhere", [False, True])
@pytest.mark.parametrize(("by_phone", "most"), [(False, BY_MAIL), (True, BY_PHONE)])
def test_each_step_asks_few_questions(
    outbox: Outbox,
    tmp_path: Path,
    by_phone: bool,
    most: dict[str, tuple[int, int]],
    elsewhere: bool,
) -> None:
    make_school(INSTITUTION_CODE, INSTITUTION_NAME)
    file = tmp_path / "registry.csv"
    call_command("make_registry", str(file), rows=9, verbosity=0)
    call_command("import_registry", str(file), verbosity=0)
    students = freshmen(2, phones=100 * by_phone, elsewhere=100 * elsewhere)
    for student in students:  # the first one fills what is kept between requests
        costs = walk(student, partial(newest, outbox))
    found = {cost.step: (cost.redirects, len(cost.queries)) for cost in costs}
    too_many = {
        step: (cost, most[step])
        for step, cost in found.items()
        if cost[0] > most[step][0] or cost[1] > most[step][1]
    }
    assert not too_many
