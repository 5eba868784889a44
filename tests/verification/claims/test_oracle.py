"""Two hundred answers of each kind are alike in time, words and headers (T2, T3)."""

import random
import re
import statistics
import time

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from enrollment.models import StudentRecord
from tests.people import make_record, sample_number
from verification.claims import services as claims
from verification.facts import Facts
from verification.models import VerificationAttempt

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
TRIES = 200
RANDOM = random.Random(5)
# Of the median: what the clock of a busy machine cannot tell apart.
TOLERANCE = 0.10
# A real gap shows in every run; what a busy neighbour brings about does not come back.
RUNS = 4


@pytest.fixture
def asker(client: Client, settings: Settings, li: User) -> Client:
    """李晓雨, signed in, with limits out of the way."""
    settings.VERIFICATION_LIMITS = dict.fromkeys(settings.VERIFICATION_LIMITS, 10**6)
    client.force_login(li)
    return client


def kinds(wang_record: StudentRecord) -> dict[str, tuple[str, str, str]]:
    """Name, number and third item of each way to fail."""
    free = make_record(name="王明", number=sample_number(77))
    return {
        "unknown": ("王明", sample_number(99), "2611010815099"),
        "wrong name": ("王朋", sample_number(77), free.candidate_number),
        "wrong item": ("王明", sample_number(77), "2611010815000"),
        "claimed": ("王明", sample_number(31), wang_record.candidate_number),
    }


def ask(client: Client, account: User, stated: tuple[str, str, str]) -> tuple[float, HttpResponse]:
    """Seconds of the comparison over the page, and its answer."""
    name, number, item = stated
    claims.start_attempt(account=account, facts=Facts(name, "居民身份证", number, item))
    start = time.perf_counter()
    answer = client.post("/verify/check/")
    return time.perf_counter() - start, answer  # type: ignore[return-value]


def visible(client: Client, answer: HttpResponse, stated: tuple[str, str, str]) -> str:
    """Everything a browser sees of an answer but what was typed, the token and the time."""
    page = client.get(answer.headers["Location"])
    varying = r'csrfmiddlewaretoken" value="[^"]+|[0-9]{1,2}:[0-9]{2}'
    text = re.sub(varying, "", page.content.decode())
    name, number, item = stated
    for typed in (name, item, f"1{'*' * 16}{number[-1]}"):
        text = text.replace(typed, "…")
    headers = {k: v for k, v in answer.headers.items() if k not in {"Expires", "Date"}}
    return f"{answer.status_code} {headers} {page.status_code} {len(page.content)} {text}"


def test_no_answer_gives_away_which_failure_it_was(
    asker: Client, li: User, wang_record: StudentRecord
) -> None:
    ways = kinds(wang_record)
    for _ in range(RUNS):
        medians = median_times(asker, li, ways)
        middle = statistics.median(medians.values())
        if all(abs(median - middle) < TOLERANCE * middle for median in medians.values()):
            return
    pytest.fail(f"a gap in each of {RUNS} runs, the last one: {medians}")


def median_times(
    asker: Client, li: User, ways: dict[str, tuple[str, str, str]]
) -> dict[str, float]:
    """Seconds of each way to fail over ``TRIES`` tries, whose answers all read the same."""
    times: dict[str, list[float]] = {way: [] for way in ways}
    seen, outcomes = set(), set()
    order = list(ways)
    for number in range(TRIES):
        # In turns and shuffled, so that a slow moment and what went before meet all alike.
        RANDOM.shuffle(order)
        for way in order:
            seconds, answer = ask(asker, li, ways[way])
            times[way].append(seconds)
            if number % 50 == 0:
                seen.add(visible(asker, answer, ways[way]))
        attempts = VerificationAttempt.objects.filter(account=li)
        outcomes |= set(attempts.values_list("outcome", flat=True))
        attempts.delete()
    assert len(seen) == 1
    assert len(outcomes) == len(ways), "each failure was a different one"
    return {way: statistics.median(seconds) for way, seconds in times.items()}
