"""The auditor's three questions at a trail of 1,000,000 entries.

``make bench-trail``, or with another size ``make bench-trail ARGS="--rows 100000"``; ten
entries a student. Each page is asked for in this process through all middleware. Told are the
time until the answer, the processor time of this process, and that of its PostgreSQL server
process (in steps of 10 ms, so over all requests). Goal: every answer below a second.
"""

import time
from collections.abc import Callable
from datetime import timedelta

import psutil  # type: ignore[import-untyped]

from benchmarks.tools.harness import exit_with, own_portal, percentile, sizes, tell

GOAL = 1.0  # seconds, every request
REQUESTS = 30
STAFF = 1_000
ENTRIES_A_STUDENT = 10

# Over one year, in order. A fifth of the acts of staff is one registrar's, as after an import;
# the last hundred students were never looked at.
_ENTRIES = """
    INSERT INTO audit_auditentry (at, actor_id, action, subject_type, subject_key,
        institution_code, reason, detail)
    SELECT now() - interval '1 year' * (1 - n::float / %(rows)s),
        CASE WHEN kind < 4 THEN 1000000 + n %% 90000
             WHEN n %% 5 = 0 THEN %(first)s ELSE %(first)s + hash %% %(staff)s END,
        CASE kind WHEN 0 THEN 'enrollment.confirm_record' WHEN 1 THEN 'verification.verified'
            WHEN 2 THEN 'enrollment.reveal_certificate' WHEN 3 THEN 'enrollment.issue_report'
            WHEN 4 THEN 'support.list_class_part' WHEN 5 THEN 'enrollment.search_records'
            WHEN 6 THEN CASE WHEN n %% 1000 = 6 THEN 'enrollment.export_records'
                ELSE 'support.list_reports' END
            ELSE 'enrollment.view_record' END,
        CASE kind WHEN 4 THEN 'class' WHEN 5 THEN '' WHEN 6 THEN 'institution' ELSE 'record' END,
        CASE kind WHEN 4 THEN c.id::text WHEN 5 THEN '' WHEN 6 THEN i.code ELSE r.key::text END,
        i.code, CASE WHEN kind > 6 THEN 'visit' ELSE '' END, '{}'
    FROM (SELECT n, n %% 10 AS kind, abs(hashint8(n)) AS hash
          FROM generate_series(1, %(rows)s) n) entry
    JOIN enrollment_studentrecord r ON r.id = %(record)s + hash %% (%(students)s - 100)
    JOIN enrollment_schoolclass c ON c.id = r.school_class_id
    JOIN enrollment_institution i ON i.id = r.institution_id
    ORDER BY n
"""
_SEALS = "INSERT INTO audit_auditseal (entry_id, digest) SELECT id, '' FROM audit_auditentry"


def main() -> int:
    """Run it; 0 when the goal is met."""
    rows = sizes(1_000_000, "entries").parse_args().rows
    with own_portal():
        return 0 if _measure(rows) else 1


def _measure(rows: int) -> bool:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    call_command("compile_messages", verbosity=0)
    _fill(rows)
    met = [_page(name, ask) for name, ask in _clicks()]
    return all(met)


def _fill(rows: int) -> None:
    from django.db import connection

    from accounts.models import RoleGrant, User
    from accounts.roles import Role
    from benchmarks.tools.registry import fill_registry
    from enrollment.models import StudentRecord

    students = fill_registry(rows // ENTRIES_A_STUDENT)
    staff = User.objects.bulk_create(
        User(username=f"staff{number}", staff_name=f"Staff {number}") for number in range(STAFF)
    )
    RoleGrant.objects.bulk_create(RoleGrant(user=user, role=Role.COUNSELOR) for user in staff)
    given = {
        "rows": rows,
        "students": students,
        "staff": STAFF,
        "first": staff[0].pk,
        "record": StudentRecord.objects.earliest("pk").pk,
    }
    start = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute(_ENTRIES, given)
        cursor.execute(_SEALS)
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("SELECT count(*), count(DISTINCT actor_id) FROM audit_auditentry")
        tell(f"entries and people: {cursor.fetchone()}, in {time.monotonic() - start:.0f} s")


def _clicks() -> list[tuple[str, Callable[[], object]]]:
    """What an auditor presses, by name: each of the questions, with the worst of its answers."""
    from django.test import Client
    from django.urls import reverse
    from django.utils import timezone

    from accounts.models import User
    from accounts.roles import Role
    from enrollment.models import StudentRecord
    from tests.people import make_account

    client = Client(headers={"host": "localhost"})
    client.force_login(make_account("a@example.org", roles=(Role.AUDITOR,)))
    trail, today = reverse("trail"), timezone.localdate()
    seen, unseen = StudentRecord.objects.earliest("pk"), StudentRecord.objects.latest("pk")
    number = seen.student_number
    busy, other = User.objects.get(username="staff0"), User.objects.get(username="staff999")
    year_ago = (today - timedelta(days=364)).isoformat()
    days = {"since": year_ago, "until": (today - timedelta(days=363)).isoformat()}
    week = {"since": (today - timedelta(days=7)).isoformat(), "until": today.isoformat()}
    export, rare = "enrollment.export_records", "enrollment.undo_batch"

    def asks(**given: str) -> Callable[[], object]:
        return lambda: client.get(trail, given)

    return [
        ("the trail", asks()),
        ("who looked: the question", asks(question="record")),
        ("who looked: find by name", lambda: client.post(trail, {"student": seen.name})),
        (
            "who looked: find by number",
            lambda: client.post(trail, {"student": number}),
        ),
        ("who looked: the answer", asks(question="record", record=str(seen.key))),
        ("who looked: nobody but at the class", asks(question="record", record=str(unseen.key))),
        (
            "who looked: in one day a year ago",
            asks(question="record", record=str(seen.key), **days),
        ),
        ("staff: find", lambda: client.post(trail, {"staff": "Staff 999"})),
        ("staff: the busiest", asks(question="person", by=str(busy.key))),
        (
            "staff: the busiest, one day a year ago",
            asks(question="person", by=str(busy.key), **days),
        ),
        ("staff: another", asks(question="person", by=str(other.key))),
        ("staff: another, a rare act", asks(question="person", by=str(other.key), action=export)),
        (
            "staff: the busiest, a rare act",
            asks(question="person", by=str(busy.key), action=export),
        ),
        ("period: the last week", asks(question="acts", **week)),
        ("period: one day a year ago", asks(question="acts", **days)),
        ("period: exports, a year ago", asks(question="acts", action=export, **days)),
        ("period: exports of one school", asks(action=export, institution_code="00007")),
        ("period: what never happened", asks(question="acts", action=rare)),
        ("period: a school of no entry", asks(question="acts", institution_code="99999")),
        (
            "period: a school, one day a year ago",
            asks(question="acts", institution_code="00007", **days),
        ),
    ]


def _page(name: str, ask: Callable[[], object]) -> bool:
    """Ask ``REQUESTS`` times; tell median, p99 and processor time; whether the goal is met."""
    from django.db import connection

    ask()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        server = psutil.Process(cursor.fetchone()[0])
    times, own, its = [], time.process_time(), _seconds(server)
    for _turn in range(REQUESTS):
        start = time.perf_counter()
        answer = ask()
        times.append(time.perf_counter() - start)
        assert getattr(answer, "status_code", 0) in (200, 302), answer
    own, its = time.process_time() - own, _seconds(server) - its
    middle, last = percentile(times, 0.5), percentile(times, 0.99)
    verdict = "met" if last < GOAL else "NOT met"
    tell(
        f"{name}: median {middle * 1000:.1f} ms, p99 {last * 1000:.1f} ms: {verdict};"
        f" processor {own / REQUESTS * 1000:.1f} ms, PostgreSQL {its / REQUESTS * 1000:.1f} ms"
    )
    return last < GOAL


def _seconds(process: psutil.Process) -> float:
    used = process.cpu_times()
    return float(used.user + used.system)


if __name__ == "__main__":
    exit_with(main)
