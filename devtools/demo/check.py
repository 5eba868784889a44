"""Two weeks of checking: who has an account, who has answered, and how each day ended.

The many are written in bulk, as they would stand after two weeks; those whom one signs in
as, and everything they wait for, go through the services of production.
"""

import random
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import accumulate

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from accounts.consent.notices import current_version
from accounts.models import Purpose, User
from devtools.demo.registry import AT
from enrollment.demo.samples import CLASS_SIZE
from enrollment.models import (
    Answer,
    Campaign,
    Confirmation,
    Institution,
    SchoolClass,
    StudentRecord,
)
from enrollment.progress import Progress
from enrollment.statuses import ON_THE_BOOKS
from support.board.rollup import fold_headcounts
from support.models import DayHeadcount
from verification.models import Claim, ClaimMethod

DAYS = 16  # since the check began
DAYS_LEFT = 24
ASKED = ("name", "gender", "birth_date", "certificate_number")
_CLASSES = 50


@dataclass(frozen=True)
class Place:
    """The progress of one of the many students, and since when."""

    progress: Progress
    since: datetime


def make_campaign(school: Institution) -> None:
    """The round that everybody is asked in: 16 days old, 24 to go."""
    today = timezone.localdate()
    Campaign.objects.create(
        institution=school,
        name="2026年秋季学籍核对",
        starts_on=today - timedelta(days=DAYS),
        ends_on=today + timedelta(days=DAYS_LEFT),
        confirm_fields=list(ASKED),
        ignore_fields=["major_name"],
    )


def fill_classes(
    school: Institution, rows: list[list[str]], named: dict[int, User], places: dict[int, Place]
) -> None:
    """Give the students their accounts, records and answers; ``named`` maps rows to demo people.

    Those of ``named`` answer for themselves.
    """
    accounts = {**_make_accounts(rows, places, set(named)), **named}
    numbers = {row[AT["学号"]]: index for index, row in enumerate(rows)}
    held: list[tuple[StudentRecord, Place]] = []
    waiting: dict[Progress, list[int]] = {Progress.UNVERIFIED: [], Progress.UNMATCHED: []}
    for record in school.records.order_by("pk"):
        index = numbers[record.student_number]
        if index not in accounts:
            continue
        place = places.get(index, Place(Progress.TO_CHECK, timezone.now()))
        if place.progress in waiting:
            waiting[place.progress].append(record.pk)
            continue
        record.holder, record.claimed_at = accounts[index], place.since
        held.append((record, place))
    _claim(school, [record for record, _ in held])
    for progress, records in waiting.items():
        since = {"progress": progress, "progress_since": timezone.now()}
        StudentRecord.objects.filter(pk__in=records).update(**since)
    answered = [
        (record, place)
        for record, place in held
        if place.progress in _ANSWERS and record.status in ON_THE_BOOKS
    ]
    _answer(answered)
    fold_headcounts()
    _keep_days(school, answered)


def claim_further(school: Institution, rows: list[list[str]], index: int, account: User) -> None:
    """Give ``account`` every record of the person in row ``index`` (专科 and 本科)."""
    first = school.records.get(student_number=rows[index][AT["学号"]])
    same = StudentRecord.objects.filter(certificate_hash=first.certificate_hash, holder=None)
    same.filter(institution=school).update(holder=account, claimed_at=timezone.now())


_ANSWERS = {Progress.CONFIRMED: Answer.RIGHT, Progress.DISPUTED: Answer.WRONG}


def places_of_the_many(students: int, to_check: Collection[int]) -> dict[int, Place]:
    """The progress of each row: classes from none to all confirmed, each day some more.

    The rows in ``to_check`` hold their record and have not answered.
    """
    chance = random.Random(2026)  # noqa: S311  invented people
    today = timezone.localdate()
    places = {}
    for index in range(students):
        number, position = divmod(index, CLASS_SIZE)
        rank = (position * 17 + number * 5) % CLASS_SIZE
        share = (number * 37 + 39) % (_CLASSES + 1) * CLASS_SIZE // _CLASSES
        found = Progress.TO_CHECK if index in to_check else _progress(rank - share, number)
        if found is None:
            continue
        # More people come in the first days, and after each reminder.
        ago = min(chance.choice(range(1, DAYS + 1)), chance.choice(range(1, DAYS + 3)))
        day = today - timedelta(days=max(0, DAYS - ago))
        places[index] = Place(found, _moment(day, chance))
    return places


def _progress(beyond: int, number: int) -> Progress | None:
    """The state of a student ``beyond`` the share of the class that has confirmed."""
    if beyond < 0:
        return Progress.DISPUTED if beyond == -1 and number % 3 == 0 else Progress.CONFIRMED
    return {
        0: Progress.TO_CHECK,
        1: Progress.TO_CHECK,
        2: Progress.UNVERIFIED,
        3: Progress.TO_CHECK,
        4: Progress.UNMATCHED if number % 2 else Progress.UNVERIFIED,
    }.get(beyond)


def _moment(day: date, chance: random.Random) -> datetime:
    clock = time(chance.randrange(8, 22), chance.randrange(60))
    return min(timezone.make_aware(datetime.combine(day, clock)), timezone.now())


def _make_accounts(
    rows: list[list[str]], places: dict[int, Place], without: set[int]
) -> dict[int, User]:
    """An account without a password for each row in ``places``: these are not for signing in."""
    version = {purpose: current_version(purpose) for purpose in Purpose}
    accounts = {
        index: User(
            username=f"demo-{rows[index][AT['学号']]}",
            phone="+86" + rows[index][AT["手机号"]],
            phone_confirmed_at=place.since,
            date_joined=place.since,
            password=make_password(None),
            account_notice=version[Purpose.ACCOUNT],
            identity_notice=version[Purpose.IDENTITY],
        )
        for index, place in places.items()
        if index not in without
    }
    User.objects.bulk_create(accounts.values())
    return accounts


def _claim(school: Institution, records: list[StudentRecord]) -> None:
    StudentRecord.objects.bulk_update(records, ["holder", "claimed_at"], batch_size=500)
    Claim.objects.bulk_create(
        Claim(
            account=record.holder,
            certificate_hash=bytes(record.certificate_hash),
            institution_code=school.code,
            method=ClaimMethod.PHONE,
            claimed_at=record.claimed_at,
        )
        for record in records
        if record.holder and record.claimed_at
    )


def _answer(held: list[tuple[StudentRecord, Place]]) -> None:
    Confirmation.objects.bulk_create(
        Confirmation(
            record=record,
            account=record.holder,
            version=record.version,
            answer=_ANSWERS[place.progress],
            fields=list(ASKED),
            wrong_fields=["name"] if place.progress == Progress.DISPUTED else [],
            made_at=place.since,
        )
        for record, place in held
    )


def _keep_days(school: Institution, answered: list[tuple[StudentRecord, Place]]) -> None:
    """How many of each class had confirmed when each day ended."""
    today = timezone.localdate()
    days = [today - timedelta(days=ago) for ago in range(DAYS, 0, -1)]
    confirmed = Counter(
        (record.school_class_id, timezone.localtime(place.since).date())
        for record, place in answered
        if place.progress == Progress.CONFIRMED
    )
    DayHeadcount.objects.bulk_create(
        DayHeadcount(school_class_id=key, part=Progress.CONFIRMED, day=day, people=people)
        for key in SchoolClass.objects.filter(institution=school).values_list("pk", flat=True)
        for day, people in zip(days, accumulate(confirmed[key, day] for day in days), strict=True)
    )
