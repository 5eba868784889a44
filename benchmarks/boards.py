"""Boards, the queue of reports and the search of records at the size of a province.

``make bench-boards`` (100,000 students, 5,000 reports) or ``make bench-boards
ARGS="--rows 1000000"`` (and a twentieth as many reports). Twenty
institutions of equal size.
Each page is asked for in this process, started as a web process is, through all middleware, a
record being confirmed between the requests, as in a busy week. Goals (PERFORMANCE.md): p99
below 50 ms for a counselor, an institution and the province; a registrar's
search by exact number, name prefix and 学号 too, and a counselor who reads a report, or answers it.
"""

import time
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import TYPE_CHECKING

from benchmarks.tools.harness import exit_with, own_portal, percentile, sizes, tell

if TYPE_CHECKING:
    from django.test import Client

    from enrollment.models import StudentRecord

GOAL = 0.050  # seconds, 99 of 100 requests
REQUESTS = 200

_REPORTS = """
    INSERT INTO support_report (key, account_id, record_id, institution_id, school_class_id,
        cause, state, stated_sealed)
    SELECT gen_random_uuid(), %s, r.id, r.institution_id, r.school_class_id, 'name',
        CASE WHEN hashint8(r.id) %% 40 = 0 THEN 'open' ELSE 'with_registrar' END, ''
    FROM enrollment_studentrecord r WHERE hashint8(r.id) %% 20 = 0
"""
_OPEN_REPORTS = """
    INSERT INTO support_report (key, account_id, record_id, institution_id, school_class_id,
        cause, state, stated_sealed)
    SELECT gen_random_uuid(), (SELECT min(account_id) FROM support_report), r.id,
        r.institution_id, r.school_class_id, 'gender', 'open', ''
    FROM enrollment_studentrecord r
    JOIN enrollment_classcounselor c ON c.school_class_id = r.school_class_id
    RETURNING key
"""


def main() -> int:
    """Run it; 0 when every goal is met."""
    students = sizes(100_000, "students").parse_args().rows
    with own_portal():
        return 0 if _measure(students) else 1


def _measure(students: int) -> bool:
    from django.core.management import call_command
    from django.urls import reverse

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    call_command("compile_messages", verbosity=0)
    import_module("xuejiportal.wsgi")  # keeps what is loaded out of garbage collections
    _fill(students)
    counselor, registrar, province = _staff()
    board, search = reverse("support:board"), reverse("registry:search")
    queue = reverse("support:queue")
    known = _somebody()
    reports = _reports_for_counselor()
    pages: list[tuple[str, Callable[[], object]]] = [
        ("board of a counselor, ten classes", lambda: counselor.get(board)),
        ("board of an institution", lambda: registrar.get(board)),
        ("board of an institution by college", lambda: registrar.get(_school_board())),
        ("board of the province", lambda: province.get(board)),
        ("queue of a counselor", lambda: counselor.get(queue)),
        ("queue of a registrar", lambda: registrar.get(queue)),
        (
            "search by student number",
            lambda: registrar.post(search, {"words": known.student_number}),
        ),
        (
            "search by the beginning of a name",
            lambda: registrar.post(search, {"words": known.name[:1]}),
        ),
        ("report read by a counselor", lambda: counselor.get(next(reports))),
    ]
    met = [_page(name, ask) for name, ask in pages]
    met.append(
        _page("report answered by a counselor", lambda: _answer(counselor, next(reports)), 302)
    )
    return all(met)


def _fill(students: int) -> None:
    from django.db import connection

    from accounts.models import User
    from benchmarks.tools.registry import fill_registry
    from support.board.rollup import fold_headcounts

    records = fill_registry(students)
    reporter = User.objects.create(email="reporter@example.org")
    start = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute(_REPORTS, [reporter.pk])
        cursor.execute("SELECT count(*) FROM support_report")
        reports = cursor.fetchone()[0]
    fold_headcounts()
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(people) FROM support_headcount")
        assert cursor.fetchone()[0] == records, "the boards count everybody"
        cursor.execute("VACUUM ANALYZE")
    tell(f"{reports:,} reports, filled in {time.monotonic() - start:.0f} s")


def _staff() -> "tuple[Client, Client, Client]":
    from django.test import Client

    from accounts.roles import Role
    from enrollment.models import ClassCounselor, Institution, InstitutionRegistrar, SchoolClass
    from tests.people import make_account

    counselor = make_account("c@example.org", roles=(Role.COUNSELOR,))
    schools = list(Institution.objects.order_by("pk"))
    ClassCounselor.objects.bulk_create(
        ClassCounselor(user=counselor, school_class=found)
        for found in SchoolClass.objects.filter(institution=schools[0])[:10]
    )
    registrar = make_account("r@example.org", roles=(Role.REGISTRAR,))
    InstitutionRegistrar.objects.create(user=registrar, institution=schools[0])
    province = make_account("p@example.org", roles=(Role.REGISTRAR,))
    InstitutionRegistrar.objects.bulk_create(
        InstitutionRegistrar(user=province, institution=school) for school in schools
    )
    clients = []
    for user in (counselor, registrar, province):
        client = Client(headers={"host": "localhost"})
        client.force_login(user)
        clients.append(client)
    return clients[0], clients[1], clients[2]


def _reports_for_counselor() -> Iterator[str]:
    """The addresses of open reports about students of the counselor, one of each student."""
    from django.db import connection
    from django.urls import reverse

    with connection.cursor() as cursor:
        cursor.execute(_OPEN_REPORTS)
        keys = [key for (key,) in cursor.fetchall()]
        cursor.execute("ANALYZE support_report")
    assert len(keys) > 2 * REQUESTS, "more --rows: too few reports to read and answer"
    return (reverse("support:queue_report", args=[key]) for key in keys)


def _answer(counselor: "Client", report: str) -> object:
    """Answer ``report`` in words; what the counselor gets is the way to the next report."""
    return counselor.post(report, {"act": "answer", "words": "It has been corrected."})


def _school_board() -> str:
    from django.urls import reverse

    return reverse("support:school_board", args=["00000"])


def _somebody() -> "StudentRecord":
    from enrollment.models import StudentRecord

    return StudentRecord.objects.filter(institution__code="00000").earliest("pk")


def _page(name: str, ask: Callable[[], object], status: int = 200) -> bool:
    """Ask ``REQUESTS`` times, a record moving before each, and tell median and p99.

    Each answer must have ``status``: a refusal is no measurement.
    """
    from django.db import connection

    ask()
    times = []
    for turn in range(REQUESTS):
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE enrollment_studentrecord SET progress = 'confirmed' WHERE id ="
                " (SELECT min(id) FROM enrollment_studentrecord) + %s",
                [turn],
            )
        start = time.perf_counter()
        answer = ask()
        times.append(time.perf_counter() - start)
        assert getattr(answer, "status_code", 0) == status, answer
    middle, last = percentile(times, 0.5), percentile(times, 0.99)
    verdict = "met" if last < GOAL else "NOT met"
    tell(f"{name}: median {middle * 1000:.1f} ms, p99 {last * 1000:.1f} ms, goal 50 ms: {verdict}")
    return last < GOAL


if __name__ == "__main__":
    exit_with(main)
