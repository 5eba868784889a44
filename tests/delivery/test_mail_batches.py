"""Many letters in one batch: none is harmed by another's refusal, none arrives twice."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from delivery import services as delivery
from delivery.email.smtp_replies import refusal
from delivery.models import MailDomain, OutboxMessage, Status
from delivery.outbox import sending
from tests.delivery.fake_smtp import DROP, LOST, OK, FakeSmtp

pytestmark = pytest.mark.django_db


def write_to(*addresses: str) -> None:
    for address in addresses:
        delivery.queue_email(to=address, subject="你好", text="正文", purpose="test")


def send_all() -> None:
    while sending.send_due():
        pass


def states() -> dict[str, int]:
    found: dict[str, int] = {}
    for status in OutboxMessage.objects.values_list("status", flat=True):
        found[status] = found.get(status, 0) + 1
    return found


def let_time_pass() -> None:
    past = timezone.now() - timedelta(seconds=1)
    OutboxMessage.objects.filter(status=Status.QUEUED).update(next_attempt_at=past)
    MailDomain.objects.update(paused_until=past)


@pytest.mark.parametrize("stage", ["rcpt", "data"])
@pytest.mark.parametrize("answer", ["550 5.1.1 no such user", "554 5.7.1 rejected", "451 later"])
def test_forty_letters_four_refused_thirty_six_arrive(
    server: FakeSmtp, stage: str, answer: str
) -> None:
    setattr(server, stage, lambda address: answer if address.startswith("bad") else OK)
    write_to(*[f"{'bad' if n % 10 == 3 else 'ok'}{n}@example.com" for n in range(40)])
    send_all()
    assert len(server.taken) == server.taken.total() == 36
    assert states() == {"sent": 36, ("queued" if answer.startswith("4") else "failed"): 4}


def test_a_refused_sender_harms_no_other_letter(server: FakeSmtp) -> None:
    answers = iter(["451 busy", "550 not now"])
    server.mail = lambda address: next(answers, OK)
    write_to(*[f"a{n}@example.com" for n in range(20)])
    send_all()
    assert server.taken.total() == 18


@pytest.mark.parametrize("stage", ["mail", "rcpt", "data"])
def test_a_lost_connection_is_made_again_and_no_message_sent_twice(
    server: FakeSmtp, stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the message was handed over nothing is in doubt."""
    # Of several connections at once, one letter could meet both drops, and wait for its next try.
    monkeypatch.setattr(sending, "EMAIL_CONNECTIONS", 1)
    drops = iter([DROP, OK, OK, DROP])
    setattr(server, stage, lambda address: next(drops, OK))
    write_to(*[f"a{n}@example.com" for n in range(12)])
    send_all()
    if stage == "data":  # the whole letter had left: whether it was taken no one knows
        assert states() == {"sent": 10, "unknown": 2}
    else:
        assert states() == {"sent": 12}
    assert set(server.taken.values()) == {1}
    assert set(OutboxMessage.objects.values_list("attempts", flat=True)) == {1}


def test_a_letter_whose_answer_was_lost_is_unknown_and_never_sent_again(server: FakeSmtp) -> None:
    server.data = lambda address: LOST if address.startswith("a3@") else OK
    write_to(*[f"a{n}@example.com" for n in range(12)])
    for _ in range(3):
        send_all()
        let_time_pass()
    assert states() == {"sent": 11, "unknown": 1}
    assert set(server.taken.values()) == {1}


@pytest.mark.parametrize("answer", ["421 4.3.2 closing", "421 too many errors from your host"])
def test_a_server_that_closes_is_gone_back_to(server: FakeSmtp, answer: str) -> None:
    answers = iter([OK, answer])
    server.rcpt = lambda address: next(answers, OK)
    write_to(*[f"a{n}@d{n}.example.com" for n in range(12)])
    send_all()
    let_time_pass()
    send_all()
    assert states() == {"sent": 12}


FREQUENCY = [
    "550 Ip frequency limited. http://service.mail.qq.com/cgi-bin/help?subtype=1&&id=20022",
    "550 Domain frequency limited",
    "550 Sender frequency limited",
    "550 Connection frequency limited",
    "451 RP:QRC 163 smtp2,DdGowABXn2T8 http://mail.163.com/help/help_spam_16.htm",
    "421 HL:IFC 163 too many mails from your IP",
    "450 MI:DMC 163",
    "451 MI:SFQ 163",
    "550 发送频率超过限制",
    "554 发信过于频繁，请稍后再试",
    "421 4.7.28 Gmail has detected an unusual rate of mail",
    "550 5.4.5 Daily user sending quota exceeded",
    "451 4.7.500 Server busy. Please try again later from [1.2.3.4]. (AS77712)",
    "421 RP-001 exceeded the rate limit allowed",
    "550 5.7.232 tenant has exceeded its threshold",
    "452 4.5.3 Too many messages in this connection",
    "554 5.7.0 Message rate limit exceeded",
]


@pytest.mark.parametrize("answer", FREQUENCY)
@pytest.mark.parametrize("stage", ["rcpt", "data"])
def test_a_frequency_limit_holds_up_its_domain_alone(
    server: FakeSmtp, answer: str, stage: str
) -> None:
    setattr(server, stage, lambda address: answer if address.endswith("qq.com") else OK)
    write_to(*[f"a{n}@{'qq.com' if n % 2 else 'example.com'}" for n in range(40)])
    send_all()
    assert states() == {"sent": 20, "queued": 20}
    assert set(server.taken) == {f"a{n}@example.com" for n in range(0, 40, 2)}
    waiting = OutboxMessage.objects.filter(status=Status.QUEUED)
    assert set(waiting.values_list("attempts", flat=True)) == {0}, "no attempt of theirs is spent"
    assert sum(1 for address in server.asked if address.endswith("qq.com")) <= 4
    setattr(server, stage, lambda address: OK)
    let_time_pass()
    send_all()
    assert states() == {"sent": 40}
    assert set(server.taken.values()) == {1}


def test_the_pause_of_a_domain_doubles_and_ends_with_the_first_letter(server: FakeSmtp) -> None:
    server.rcpt = lambda address: "550 Domain frequency limited"
    write_to("a@qq.com")
    waits = []
    for _ in range(3):
        send_all()
        paused = MailDomain.objects.get(name="qq.com").paused_until
        assert paused is not None
        waits.append(round((paused - timezone.now()).total_seconds()))
        let_time_pass()
    assert [29 < waits[0] <= 30, 59 < waits[1] <= 60, 119 < waits[2] <= 120] == [True] * 3
    server.rcpt = lambda address: OK
    send_all()
    assert MailDomain.objects.get(name="qq.com").refusals == 0


PERMANENT = [
    "550 5.1.1 The email account that you tried to reach does not exist",
    "550 Mailbox not found",
    "550 User not found: nobody@163.com",
    "550 Mail content denied. http://service.mail.qq.com/cgi-bin/help?subtype=1&&id=20022",
    "554 DT:SPM 163 smtp2",
    "550 5.1.1 too many attempts for an unknown user",
    "552 5.2.2 mailbox full",
    "552 5.3.4 message size exceeds the limit",
    "550 5.7.1 Service unavailable, Client host blocked using Spamhaus",
    "554 5.4.6 too many hops",
    "501 Bad address syntax",
]
PASSING = [
    "451 4.7.1 Greylisting in action, please come back later",
    "450 4.2.1 The user you are trying to contact is receiving mail at a rate that …",
    "550 5.2.1 The user you are trying to contact is receiving mail at a rate that …",
    "550 Mailbox unavailable or access denied",
    "452 4.2.2 mailbox full",
    "451 DT:SPM, please try again",
    "550 temporarily rejected, try again later",
]


@pytest.mark.parametrize(("answer", "status"), [
    *[(answer, Status.FAILED) for answer in PERMANENT],
    *[(answer, Status.QUEUED) for answer in PASSING],
])  # fmt: skip
def test_what_is_about_one_letter_stops_no_other_of_its_domain(
    server: FakeSmtp, answer: str, status: Status
) -> None:
    server.rcpt = lambda address: answer if address.startswith("bad") else OK
    write_to("bad@qq.com", *[f"a{n}@qq.com" for n in range(8)])
    send_all()
    assert states() == {"sent": 8, str(status): 1}


def test_a_long_answer_is_judged_in_no_time() -> None:
    started = timezone.now()
    refusal(550, b"exceeded " * 100_000)
    refusal(550, "频率\udcff".encode("utf-8", "surrogateescape") * 100_000)
    assert timezone.now() - started < timedelta(seconds=1)


def test_a_server_that_is_away_costs_no_attempt(settings: Settings) -> None:
    settings.EMAIL_TRANSPORT, settings.EMAIL_HOST, settings.EMAIL_PORT = "smtp", "127.0.0.1", 9
    write_to(*[f"a{n}@example.com" for n in range(12)])
    for _ in range(15):
        send_all()
        let_time_pass()
    assert set(OutboxMessage.objects.values_list("status", "attempts")) == {("queued", 0)}


def test_an_email_is_given_up_after_three_days(server: FakeSmtp) -> None:
    server.rcpt = lambda address: "451 later"
    write_to("a@example.com")
    for _ in range(30):
        send_all()
        let_time_pass()
    assert states() == {"queued": 1}, "hours of refusal are no reason"
    OutboxMessage.objects.update(created_at=timezone.now() - timedelta(hours=73))
    send_all()
    assert states() == {"failed": 1}


def test_no_domain_gets_more_than_its_pace(server: FakeSmtp, settings: Settings) -> None:
    settings.EMAIL_DOMAIN_PER_MINUTE = 10
    write_to(*[f"a{n}@{'qq.com' if n % 2 else f'd{n}.example'}" for n in range(50)])
    send_all()
    assert sum(1 for address in server.taken if address.endswith("qq.com")) == 10
    assert server.taken.total() == 35
    assert set(OutboxMessage.objects.filter(status=Status.QUEUED).values_list("attempts")) == {(0,)}
    let_time_pass()
    MailDomain.objects.update(window_started_at=timezone.now() - timedelta(minutes=2))
    send_all()
    assert server.taken.total() == 45


def test_a_letter_to_no_address_fails_alone(server: FakeSmtp) -> None:
    write_to("张三@qq.com", "a@例子.中国", "b\r\nDATA@qq.com", "ok@qq.com", "no-domain")
    send_all()
    assert server.taken["ok@qq.com"] == 1
    assert OutboxMessage.objects.filter(status=Status.UNKNOWN).count() == 0


def test_dots_and_bare_line_ends_arrive_as_written(server: FakeSmtp) -> None:
    delivery.queue_email(
        to="a@example.com", subject="x", text=".\n..two\nend.\n.\n\nlast", purpose="test"
    )
    send_all()
    [content] = server.contents
    assert content.endswith(b"\r\n\r\n.\r\n..two\r\nend.\r\n.\r\n\r\nlast\r\n")
