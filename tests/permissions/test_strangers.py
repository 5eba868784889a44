"""T1: another student's key in an address is as good as no key at all.

Two students, one with a record and one without, walk every address of the
resolver with 王明's real keys: by every method, with every answer a form of
his could send. What they find is what an invented key finds.
"""

import re
import uuid
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from accounts.models import User
from enrollment.models import StudentRecord
from tests.people import make_account, make_record, make_school, sample_number
from tests.permissions.addresses import addresses
from tests.permissions.cast import Places, address_of, cast, places, signed_in
from tests.permissions.matrix import FACTORS, MATRIX

__all__ = ["cast", "places"]
pytestmark = [pytest.mark.django_db, pytest.mark.slow]

METHODS = ("get", "head", "post", "put", "patch", "delete", "options")
# What the forms of the owner and of staff send when they work.
STATED = {
    "answer": "yes", "right": "name", "name": "right", "words": "x", "reason": "x", "code": "x",
    "decision": "claimant", "seen": "on", "days": "30", "purpose": "x", "language": "zh",
}  # fmt: skip
KEY = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/)\d+(?=/)")


@pytest.fixture
def newcomer(db: None) -> User:
    """A student who has proved nothing."""
    return make_account("newcomer@example.org")


@pytest.fixture
def stranger(db: None) -> User:
    """A student of another school, with a record of their own."""
    account = make_account("stranger@example.org")
    make_record(
        name="赵云", number=sample_number(71), school=make_school("19990", "别的大学"),
        holder=account, claimed_at=timezone.now(),
    )  # fmt: skip
    return account


@pytest.fixture(params=["newcomer", "stranger"])
def client_of_another(request: pytest.FixtureRequest) -> Client:
    """Each of the two, who has just shown again that it is them."""
    client = Client()
    client.cookies = signed_in(request.getfixturevalue(request.param))
    return client


def ask(client: Client, method: str, address: str) -> HttpResponseBase:
    """One request; its effects are taken back."""
    with transaction.atomic():
        answer: HttpResponseBase = getattr(client, method)(
            address, **({"data": STATED} if method == "post" else {})
        )
        transaction.set_rollback(True)
    return answer


def keyed(places: Places) -> Iterator[tuple[str, str]]:
    """Name and address of everything that is about one object of some people only."""
    for name, sample in sorted(set(addresses(get_resolver()))):
        address = address_of(name, sample, places)
        # Second factors are the library's pages, with nothing of 王明 behind them.
        if (
            KEY.search(address)
            and not set("USZ") <= set(MATRIX[name])
            and name not in FACTORS.split()
        ):
            yield name, address


def told(answer: HttpResponseBase) -> str:
    """What a page says, without its key, the clock and the token."""
    assert not answer.streaming
    text = answer.content.decode()  # type: ignore[attr-defined]
    return KEY.sub("", re.sub(r'csrfmiddlewaretoken" value="[^"]+|\d\d:\d\d', "", text))


def test_a_real_key_finds_no_more_than_an_invented_one(
    client_of_another: Client, places: Places
) -> None:
    wrong, walked = [], 0
    for name, address in keyed(places):
        walked += 1
        answers = {method: ask(client_of_another, method, address) for method in METHODS}
        codes = {method: answer.status_code for method, answer in answers.items()}
        if set(codes.values()) - {404, 405} or 404 not in codes.values():
            wrong.append(f"{name}: {codes}")
        nobody = KEY.sub(lambda key: str(uuid.uuid4()) if "-" in key[0] else "98765", address)
        for method in ("get", "post"):
            invented = ask(client_of_another, method, nobody)
            same = invented.status_code == codes[method] and told(invented) == told(answers[method])
            if not same:
                wrong.append(f"{name} tells a real key from an invented one")
    assert not wrong, "\n".join(wrong)
    assert walked > 30


def test_no_page_holds_anything_of_the_others_record(
    client_of_another: Client, places: Places, wang: User, wang_record: StudentRecord
) -> None:
    own = [
        wang_record.name, sample_number(31), wang_record.candidate_number,
        wang_record.student_number, wang.email, str(wang_record.key),
    ]  # fmt: skip
    for name, sample in sorted(set(addresses(get_resolver()))):
        address = address_of(name, sample, places)
        # The public check of a status report shows what its owner hands out with the code.
        if name == "enrollment:check_report_code" or name.startswith("import_api:"):
            continue
        for method in ("get", "post"):
            answer = ask(client_of_another, method, address)
            content = "" if answer.streaming else answer.content.decode(errors="replace")  # type: ignore[attr-defined]
            found = [text for text in own if text in content.replace(address, "")]
            assert not found, f"{name} tells {len(found)} facts"
