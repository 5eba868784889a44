"""What a freshman morning came to: costs, waiting times, and what the database holds."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from benchmarks.tools.harness import percentile, tell
from tests.faults.site import Site, wait_until

if TYPE_CHECKING:
    from tests.freshman_walk import Cost

PROCESSOR_GOAL, PROCESSOR_AIM = 0.160, 0.120  # seconds for each student, all processes
P95_GOAL, P99_GOAL = 0.5, 1.0  # seconds of a step, redirects included
HANDOVER_GOAL = 10.0  # seconds within which 999 of 1000 messages reach the provider
LEFT = "SELECT count(*) AS found FROM delivery_outboxmessage WHERE status IN ('queued', 'sending')"
HELD = {
    "accounts": "SELECT count(*) AS found FROM accounts_user u WHERE NOT EXISTS "
    "(SELECT 1 FROM accounts_rolegrant g WHERE g.user_id = u.id)",
    "records held": "SELECT count(*) AS found FROM enrollment_studentrecord "
    "WHERE holder_id IS NOT NULL",
    "records confirmed": "SELECT count(DISTINCT record_id) AS found FROM enrollment_confirmation",
}


@dataclass
class Seen:
    """What the load has seen."""

    steps: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    redirects: Counter[str] = field(default_factory=Counter)
    handed_over: list[float] = field(default_factory=list)
    boards: list[float] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    confirmed: int = 0

    def note(self, step: str, seconds: float, redirects: int) -> None:
        """Keep how long one step took."""
        self.steps[step].append(seconds)
        self.redirects[step] += redirects


def tell_queries(ways: "dict[bool, list[Cost]]") -> None:
    """Print the queries and redirects of each step."""
    for by_phone, costs in ways.items():
        whole, redirects = sum(len(c.queries) for c in costs), sum(c.redirects for c in costs)
        requests = len(costs) + redirects
        tell(f"by {'phone' if by_phone else 'mail'}: {requests} requests, {whole} queries")
        for cost in costs:
            tell(f"  {cost.step:<22} {len(cost.queries):3} queries, {cost.redirects} redirects")


def tell_all(
    site: Site,
    seen: Seen,
    spent: dict[str, float],
    took: float,
    acknowledged: int,
    *,
    alone: bool,
) -> bool:
    """Print everything; whether nothing failed or was lost and the goals were met.

    ``alone``: students were the only ones at work, so that all processor time is theirs.
    """
    students = seen.confirmed + len(seen.failures)
    met = _tell_processors(spent, students, took) or not alone
    if not alone:
        tell("  (counselors and imports included: the goal is of students alone)")
    met &= _tell_steps(seen)
    for failure, times in Counter(seen.failures).most_common(9):
        tell(f"{times} failed: {failure}")
    return _tell_held(site, acknowledged) and met and not seen.failures


def tell_reference(seen: Seen, spent: dict[str, float]) -> bool:
    """Print what the same beginning costs on plain django-allauth; whether everybody came in."""
    people = len(seen.steps["signed in"])
    told = ", ".join(f"{name} {seconds / people * 1000:.1f}" for name, seconds in spent.items())
    asked = len(seen.statuses) / people
    tell(f"plain Django with django-allauth, sign-up, link and sign-in: {asked:.0f} requests,")
    tell(f"  ms of processor time a student: {told}")
    return not seen.failures


def _tell_processors(spent: dict[str, float], students: int, took: float) -> bool:
    tell(f"{students} students in {took:.1f} s, {students / took:.2f} a second")
    for name, seconds in sorted(spent.items(), key=lambda one: -one[1]):
        tell(f"  {name:<12} {seconds / students * 1000:7.1f} ms of processor time a student")
    whole = sum(spent.values()) / students
    met = whole <= PROCESSOR_GOAL
    tell(
        f"  {'all':<12} {whole * 1000:7.1f} ms; goal at most {PROCESSOR_GOAL * 1000:.0f}, "
        f"aim {PROCESSOR_AIM * 1000:.0f}: {'met' if met else 'NOT met'}"
    )
    return met


def _tell_steps(seen: Seen) -> bool:
    for step, times in seen.steps.items():
        redirects = seen.redirects[step] / len(times)
        tell(f"  {step:<22} {redirects:3.1f} redirects, {_shares(times)}")
    every = [seconds for times in seen.steps.values() for seconds in times]
    p95, p99 = percentile(every, 0.95), percentile(every, 0.99)
    met = p95 < P95_GOAL and p99 < P99_GOAL
    tell(f"  {'every step':<22} {_shares(every)}: goal {'met' if met else 'NOT met'}")
    in_time = percentile(seen.handed_over, 0.999) <= HANDOVER_GOAL
    verdict = "met" if in_time else "NOT met"
    tell(f"request to provider     {_shares(seen.handed_over)}: goal {verdict}")
    if seen.boards:
        tell(f"boards of counselors    {_shares(seen.boards)}")
    told = ", ".join(
        f"{status} {times}" for status, times in sorted(Counter(seen.statuses).items())
    )
    tell(f"answers: {told}")
    return met and in_time


def _tell_held(site: Site, acknowledged: int) -> bool:
    """Compare what was acknowledged with what the database holds."""
    wait_until(lambda: not site.rows(LEFT)[0]["found"], 60, "messages were left")
    found = {name: site.rows(query)[0]["found"] for name, query in HELD.items()}
    whole = set(found.values()) == {acknowledged}
    held = ", ".join(f"{number} {name}" for name, number in found.items())
    tell(f"acknowledged {acknowledged}, the database holds {held}: {'all' if whole else 'NOT all'}")
    return whole


def _shares(times: list[float]) -> str:
    shares = ((name, percentile(times, share)) for name, share in _SHARES)
    return ", ".join(f"{name} {seconds * 1000:.0f}" for name, seconds in shares) + " ms"


_SHARES = (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))
