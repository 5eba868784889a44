"""A counselor's week: nobody gets two messages for one act, and staff are not written to at all.

Of 40, 31 have checked, 5 never register, 4 have problems of three kinds. A message is a notice,
an e-mail or a text message; somebody who is notified gets the notice and one message about it.
"""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

import pytest
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Notice, User
from delivery.models import OutboxMessage
from enrollment.confirmations.services import answer_record
from enrollment.fields.checklist import CHECKLIST
from enrollment.models import Correction, SchoolClass, StudentRecord
from enrollment.records.corrections.services import ProvinceAnswer
from enrollment.records.corrections.values import Change
from enrollment.records.services import claim_records
from support.board.figures import REMINDED
from support.board.reminders import remind
from support.digest import send_digests
from support.models import Cause, Digest, Report, Rhythm
from support.reports.correcting import accept_correction, enter_results
from support.reports.desk import services as desk
from support.reports.services import Statement, open_report, reply
from tests.people import make_account, make_record, sample_number
from verification.assisted.services import assist, new_code

pytestmark = pytest.mark.django_db
Told = dict[str, tuple[int, int, int]]  # by who: notices, e-mails, text messages


@pytest.fixture
def school_class(
    counselor: User, school_registrar: User, wang_record: StudentRecord
) -> SchoolClass:
    """The class of the counselor with forty more, of whom 31 have checked and 7 hold a record."""
    for serial in range(400, 440):
        phone = f"+861380013{serial:04}"
        record = make_record(name=f"新生{chr(0x4E00 + serial)}", number=sample_number(serial),
                             phone=phone)  # fmt: skip
        if serial < 433:
            account = make_account(f"s{serial}@example.org")
            claim_records(account=account, records=[record])
            if serial < 431:
                answer_record(record=record, account=account, asked=CHECKLIST, wrong=[])
    wang_record.delete()
    assert record.school_class is not None
    return record.school_class


def holder(serial: int) -> User:
    return User.objects.get(email=f"s{serial}@example.org")


def told_by(act: Callable[[], object]) -> Told:
    """Who got how many messages by ``act``; a text message to a phone of the school by its end."""
    Notice.objects.all().delete()
    OutboxMessage.objects.all().delete()
    act()
    counted: dict[str, list[int]] = {}
    for account in Notice.objects.values_list("account__email", flat=True):
        counted.setdefault(account, [0, 0, 0])[0] += 1
    for email, masked, channel in OutboxMessage.objects.values_list(
        "account__email", "masked_recipient", "channel"
    ):
        counted.setdefault(email or masked, [0, 0, 0])[1 if channel == "email" else 2] += 1
    return {who: (each[0], each[1], each[2]) for who, each in counted.items()}


def report(serial: int, cause: Cause, correct: str) -> Report:
    account = holder(serial)
    return open_report(account=account, cause=cause, record=account.held_records.get(),
                       statement=Statement("与录取通知书不一致", correct))  # fmt: skip


def reports(*which: Report) -> QuerySet[Report]:
    return Report.objects.filter(pk__in=[one.pk for one in which])


def test_a_week_of_a_counselor_sends_one_message_an_act(
    school_class: SchoolClass, counselor: User, school_registrar: User
) -> None:
    once = (1, 1, 0)
    reminded = told_by(lambda: remind(school_class=school_class, parts=REMINDED, by=counselor))
    # 7 without account by text message, 2 holders by notice and e-mail; 31 are left in peace.
    assert Counter(reminded.values()) == {(0, 0, 1): 7, once: 2}
    again = told_by(lambda: remind(school_class=school_class, parts=REMINDED, by=counselor))
    assert again == {}

    name, college = report(431, Cause.NAME, "新生䶮"), report(432, Cause.STUDY, "软件学院")
    both = [report(431, Cause.BIRTH_DATE, "2007-08-16"), name]
    who, other = "s431@example.org", "s432@example.org"
    ask = partial(desk.ask_back, reports=reports(*both), words="请拍户口簿", by=counselor)
    assert told_by(ask) == {who: once}  # two reports, one question
    for one in both:
        assert told_by(partial(reply, report=one, words="已上传")) == {}
    hand = partial(desk.hand_on, reports=reports(*both, college), words="", by=counselor)
    assert told_by(hand) == {}
    college.refresh_from_db()

    ask_province = [
        partial(accept_correction, report=one, change=change, words="", by=school_registrar)
        for one, change in zip(
            both, (Change("birth_date", "2007-08-16"), Change("name", "新生䶮")), strict=True
        )
    ]
    assert [told_by(act) for act in ask_province] == [{who: once}, {who: once}]
    answer = ProvinceAnswer(accepted=True, on=date(2026, 11, 20), document="示教学〔2026〕12号")
    enter = partial(
        enter_results, corrections=list(Correction.objects.all()), answer=answer,
        by=school_registrar,
    )  # fmt: skip
    assert told_by(enter) == {who: once}  # two results, one message
    correct = partial(
        accept_correction, report=college, change=Change("college", "软件学院"), words="",
        by=school_registrar,
    )  # fmt: skip
    # The last report of what was handed on: the counselor hears of it, once.
    assert told_by(correct) == {other: once, "counselor@example.org": once}


def test_help_in_person_and_the_digest_are_one_message_each(
    school_class: SchoolClass, counselor: User
) -> None:
    record = StudentRecord.objects.get(student_number=f"2026{sample_number(438)[-8:-1]}")
    account = make_account("late@example.org")
    code = new_code(account=account)
    told = told_by(lambda: assist(record=record, code=code, reason="考生号遗失", by=counselor))
    assert told == {"late@example.org": (1, 1, 0), "138****0438": (0, 0, 1)}
    Digest.objects.create(account=counselor, rhythm=Rhythm.DAILY)
    day = timezone.localdate()
    day += timedelta(days=(7 - day.weekday()) % 7)  # a Monday
    assert told_by(lambda: send_digests(day)) == {"counselor@example.org": (0, 1, 0)}
    assert told_by(lambda: send_digests(day)) == {}
