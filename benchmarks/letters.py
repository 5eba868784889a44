"""10,000 e-mails to five domains over a real SMTP connection, with everything that goes wrong.

``make bench-letters``, or with another number ``ARGS="--rows 1000"``. The server refuses unknown
mailboxes and full ones, defers some, names frequency limits (as 550) and drops
connections before and after a message. What can arrive must arrive, once.
"""

import os
import time
from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from benchmarks.tools.harness import exit_with, sizes, tell
from delivery import services as delivery
from delivery.models import MailDomain, OutboxMessage, Status
from delivery.outbox import sending
from delivery.outbox.content import EmailContent
from tests.delivery.fake_smtp import DROP, LOST, OK, FakeSmtp, serving

LETTERS = int(os.environ.get("LETTERS", "10000"))
DOMAINS = ("qq.com", "163.com", "outlook.com", "gmail.com", "school.example")
LIMITS = {
    "qq.com": (100, "550 Domain frequency limited"),
    "163.com": (150, "451 RP:QRC 163 too many mails"),
    "outlook.com": (250, "421 4.7.500 Server busy"),
}  # letters of one domain in a round before the limit is named


class Provider:
    """Five mailbox providers behind one relay; the tenth part of the mailboxes is a trouble."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.in_round: Counter[str] = Counter()

    def answer_recipient(self, address: str) -> str:
        number, domain = int(address.partition("@")[0][1:]), address.rpartition("@")[2]
        self.asked[address] += 1
        if number % 40 == 7:
            return "550 5.1.1 no such user"
        if number % 40 == 17 and self.asked[address] == 1:
            return "451 4.7.1 greylisted"
        if number % 500 == 3 and self.asked[address] == 1:
            return DROP
        most, words = LIMITS.get(domain, (LETTERS, ""))
        if self.in_round[domain] >= most:
            return words
        self.in_round[domain] += 1
        return OK

    def answer_content(self, address: str) -> str:
        number = int(address.partition("@")[0][1:])
        return LOST if number % 1000 == 11 else OK


@pytest.mark.django_db
def test_all_that_can_arrive_arrives_once(settings: Settings) -> None:
    """Rounds stand for the pauses: between two of them every pause is over."""
    settings.EMAIL_DOMAIN_PER_MINUTE = 0
    provider = Provider()
    fake = FakeSmtp(rcpt=provider.answer_recipient, data=provider.answer_content)
    letter = EmailContent(subject="提醒", text="请核对学籍信息。\n")
    delivery.queue_many(
        ((f"u{n}@{DOMAINS[n % 5]}", letter, None) for n in range(LETTERS)), purpose="bench"
    )
    rounds, started = 0, time.perf_counter()
    with serving(fake, settings):
        while OutboxMessage.objects.filter(status=Status.QUEUED).exists() and rounds < 200:
            rounds += 1
            while sending.send_due():
                pass
            provider.in_round.clear()
            past = timezone.now() - timedelta(seconds=1)
            MailDomain.objects.update(paused_until=past)
            OutboxMessage.objects.filter(status=Status.QUEUED).update(next_attempt_at=past)
    seconds = time.perf_counter() - started
    unknown_users = sum(n % 40 == 7 for n in range(LETTERS))
    states = Counter(OutboxMessage.objects.values_list("status", flat=True))
    tell(
        f"{LETTERS} letters, {rounds} rounds, {seconds:.1f} s ({LETTERS / seconds:.0f}/s), "
        f"{fake.connections} connections: {dict(states)}; {len(fake.taken)} arrived, "
        f"{sum(count > 1 for count in fake.taken.values())} twice"
    )
    assert len(fake.taken) == LETTERS - unknown_users
    assert set(fake.taken.values()) == {1}
    assert states[Status.FAILED] == unknown_users
    assert states[Status.SENT] + states[Status.UNKNOWN] == len(fake.taken)


if __name__ == "__main__":
    os.environ["LETTERS"] = str(sizes(LETTERS, "letters").parse_args().rows)
    exit_with(lambda: pytest.main(["-q", "-s", "-n", "0", __file__]))
