"""The proof of work: good once, for the work it was asked for, in its time; asked where due."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.limits import proof_of_work, rate_limits
from accounts.models import LimitHit, RedeemedProof
from accounts.tasks import forget_unfinished
from tests.accounts.limits.proofs import solve, solve_page
from tests.outbox import Outbox
from tests.people import AGREED

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("cheap_proofs")]

SENDING = {
    "account_code": {"login": "some.one@example.org"},
    "account_reset_password": {"login": "some.one@example.org"},
    "account_find_username": {"contact": "some.one@example.org"},
    "account_rescue": {"contact": "some.one@example.org"},
    "account_signup": {"email": "some.one@example.org", "password1": "Paper-Lantern-42"} | AGREED,
    "account_signup_phone": {"phone": "13912345678", "password1": "Paper-Lantern-42"} | AGREED,
}


def sent_much(hits: int = rate_limits.FREE_SENDS, client: str = "127.0.0.1") -> None:
    """As if ``hits`` messages had been asked for from ``client`` within the hour."""
    subject = rate_limits._hash(client)
    LimitHit.objects.bulk_create(LimitHit(action="send_ip", subject=subject) for _ in range(hits))


def test_a_proof_is_good_once() -> None:
    solution = solve(proof_of_work.issue(0))
    assert proof_of_work.redeem(solution, level=0)
    assert not proof_of_work.redeem(solution, level=0)


def test_less_work_than_asked_for_is_refused() -> None:
    assert not proof_of_work.redeem(solve(proof_of_work.issue(0)), level=1)
    assert proof_of_work.redeem(solve(proof_of_work.issue(2)), level=1)


def test_an_expired_challenge_is_refused_and_its_proof_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert proof_of_work.redeem(solve(proof_of_work.issue(0)), level=0)
    forget_unfinished()
    assert RedeemedProof.objects.exists()  # it could still be shown again
    monkeypatch.setattr(proof_of_work, "TTL", timedelta(seconds=-2))
    assert not proof_of_work.redeem(solve(proof_of_work.issue(0)), level=0)
    RedeemedProof.objects.update(expires_at="2020-01-01T00:00:00Z")
    forget_unfinished()
    assert not RedeemedProof.objects.exists()


def test_a_forged_challenge_is_refused() -> None:
    payload = json.loads(base64.b64decode(solve(proof_of_work.issue(0))))
    for name, value in (("expiresAt", 4_000_000_000), ("cost", 1), ("keyPrefix", "")):
        forged = json.loads(json.dumps(payload))
        forged["challenge"]["parameters"][name] = value
        assert not proof_of_work.redeem(
            base64.b64encode(json.dumps(forged).encode()).decode(), level=0
        )


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda b: base64.b64encode(b).decode()))
def test_a_malformed_proof_is_refused_without_an_error(text: str) -> None:
    assert not proof_of_work.redeem(text, level=0)


@pytest.mark.django_db(transaction=True)
def test_of_many_who_show_one_proof_at_once_one_gets_through() -> None:
    solution = solve(proof_of_work.issue(0))

    def show(_: int) -> bool:
        try:
            return proof_of_work.redeem(solution, level=0)
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(show, range(20))) == 1


@pytest.mark.parametrize("name", SENDING)
def test_after_twenty_messages_each_further_one_needs_a_proof(name: str, outbox: Outbox) -> None:
    sent_much()
    client, page, values = Client(), reverse(name), SENDING[name]
    refused = client.post(page, values).content.decode()
    assert "请等验证完成后重新提交" in refused
    assert not outbox.emails()
    assert not outbox.texts()
    assert client.post(page, {**values, "captcha": solve_page(refused)}).status_code == 302
    assert len(outbox.emails()) + len(outbox.texts()) == 1


@pytest.mark.parametrize("name", SENDING)
def test_even_with_proofs_a_hundred_an_hour_are_enough(name: str, outbox: Outbox) -> None:
    sent_much(100)
    client, page = Client(), reverse(name)
    solution = solve_page(client.get(page).content.decode())
    answer = client.post(page, {**SENDING[name], "captcha": solution})
    assert "请等验证完成后重新提交" not in answer.content.decode()  # the proof was taken
    assert answer.status_code != 302
    assert not outbox.emails()
    assert not outbox.texts()


def test_a_refused_proof_and_a_forged_form_are_written_to_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    sent_much()
    client = Client(enforce_csrf_checks=True)
    client.post(reverse("account_code"), SENDING["account_code"])
    assert "Forbidden (CSRF cookie not set.)" in caplog.text
    Client().post(reverse("account_code"), {**SENDING["account_code"], "captcha": "forged"})
    assert "proof of work of level 0 refused" in caplog.text
    assert "some.one" not in caplog.text


@pytest.mark.parametrize(("address", "asked"), [("198.51.100.7", True), ("127.0.0.1", False)])
def test_a_proof_is_asked_of_the_network_that_sent_much(address: str, asked: bool) -> None:
    sent_much(client="198.51.100.7")
    page = Client(REMOTE_ADDR=address).get(reverse("account_code")).content.decode()
    assert ("data-captcha" in page) == asked
