"""One member of staff wants photographs and a signed report of a student, by a puppet account."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Notice, Rescue, User
from accounts.roles import Role
from accounts.tasks import finish_rescues
from audit.models import AuditEntry
from audit.services import record_action
from enrollment.files.images import prepare
from enrollment.models import (
    InstitutionRegistrar,
    PhotoKind,
    StatusReport,
    StudentRecord,
)
from enrollment.photos.storage import keep_photo
from enrollment.records.withholding import RecordWithheldError, refuse_withheld
from tests.attacks.accounts.puppets.taking import ALL, NUMBER, REGISTRY_PHONE, assist, takes
from tests.enrollment.files.evidence_files import picture
from tests.enrollment.imported_files import AT, run_import, sample, write_csv
from tests.outbox import Outbox
from tests.people import enter, make_account, make_record, make_school, sample_number
from tests.verification.assisted.helping import begin, hand_over
from verification.claims import services as claims
from verification.claims.retry import match_waiting
from verification.disputes.claim_objections import object_to_claim, settle_objection
from verification.facts import Facts
from verification.models import ClaimAlert

pytestmark = pytest.mark.django_db


def test_one_counselor_and_a_puppet_get_neither_photo_nor_report(
    victim: StudentRecord, counselor: User, puppet: User, outbox: Outbox
) -> None:
    assist(counselor, victim, puppet)
    victim.refresh_from_db()
    assert victim.holder == puppet
    assert "李晓雨" in enter(puppet).get(reverse("enrollment:status")).content.decode()
    assert takes(puppet, victim) == set()
    assert REGISTRY_PHONE in {letter.to for letter in outbox.texts()}
    page = reverse("verification:approve_assist", args=[victim.key])
    assert enter(counselor).post(page).status_code == 404
    assert takes(puppet, victim) == set()


def test_a_registrar_who_helped_is_not_the_second_person(
    victim: StudentRecord, desk_registrar: User, puppet: User
) -> None:
    assist(desk_registrar, victim, puppet)
    enter(desk_registrar).post(reverse("verification:approve_assist", args=[victim.key]))
    assert takes(puppet, victim) == set()


def test_a_second_person_or_the_waiting_time_opens_the_rest(
    victim: StudentRecord, counselor: User, desk_registrar: User, puppet: User
) -> None:
    assist(counselor, victim, puppet)
    page = reverse("verification:assist", args=[victim.key])
    assert "也已核实" in enter(desk_registrar).get(page).content.decode()
    enter(desk_registrar).post(reverse("verification:approve_assist", args=[victim.key]))
    assert takes(puppet, victim) == ALL
    StudentRecord.objects.update(withheld_until=timezone.now() - timedelta(minutes=1))
    StatusReport.objects.all().delete()
    assert takes(puppet, victim) == ALL


def test_another_schools_registrar_is_no_second_person(
    victim: StudentRecord, counselor: User, puppet: User
) -> None:
    assist(counselor, victim, puppet)
    stranger = make_account("q@example.org", roles=(Role.REGISTRAR,))
    InstitutionRegistrar.objects.create(user=stranger, institution=make_school("10009", "丁校"))
    page = reverse("verification:approve_assist", args=[victim.key])
    assert enter(stranger).post(page).status_code == 404
    assert takes(puppet, victim) == set()


def test_a_further_record_that_follows_is_closed_as_well(
    victim: StudentRecord, counselor: User, puppet: User
) -> None:
    assist(counselor, victim, puppet)
    later = make_record(
        name="李晓雨", number=NUMBER, candidate_number="9", student_number="9", level="硕士"
    )
    keep_photo(record=later, kind=PhotoKind.ADMISSION, picture=prepare(picture()), by=None)
    match_waiting()
    later.refresh_from_db()
    assert later.holder == puppet
    assert takes(puppet, later) == set()


def test_the_holder_reads_who_opened_the_record(
    victim: StudentRecord, counselor: User, desk_registrar: User, puppet: User
) -> None:
    assist(counselor, victim, puppet)
    enter(desk_registrar).post(reverse("verification:approve_assist", args=[victim.key]))
    text = enter(puppet).get(reverse("enrollment:viewings", args=[victim.key])).content.decode()
    assert "当面为账号开放" in text
    assert "核实了" in text


def test_nobody_helps_without_end_and_auditors_hear_of_it(
    victim: StudentRecord, counselor: User, auditor: User, settings: Settings
) -> None:
    settings.ASSISTS_PER_DAY = 2
    answers = []
    for serial in range(4):
        record = make_record(name=f"学生{serial}", number=sample_number(700 + serial))
        answers.append(assist(counselor, record, make_account(f"p{serial}@example.org")))
    assert StudentRecord.objects.filter(holder__isnull=False).count() == 2
    assert "上限" in answers[2]
    assert Notice.objects.filter(account=auditor, kind="assist_alarm").count() == 1
    assert AuditEntry.objects.filter(action="verification.assist_alarm").count() == 1


def test_nobody_helps_twice_as_many_around_midnight(
    victim: StudentRecord, counselor: User, puppet: User, settings: Settings
) -> None:
    settings.ASSISTS_PER_DAY = 1
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", lambda: midnight - timedelta(seconds=1))
        record_action(action="verification.assist", actor_id=counselor.pk)
    assert "上限" in assist(counselor, victim, puppet)
    victim.refresh_from_db()
    assert victim.holder is None


@pytest.mark.parametrize("by", ["undone", "objected"])
@pytest.mark.parametrize("tries", [1, 7])
def test_a_record_opened_and_taken_back_leaves_no_number_behind(
    victim: StudentRecord,
    counselor: User,
    desk_registrar: User,
    puppet: User,
    by: str,
    tries: int,
) -> None:
    """A search for further records takes the number from the record, not from the person."""
    assist(counselor, victim, puppet)
    client = enter(puppet)
    for serial in range(tries):
        client.post(reverse("verification:further"), {"third_item": f"260000{serial}"})
    if by == "undone":
        undo = reverse("verification:undo_assist", args=[victim.key])
        enter(counselor).post(undo, {"reason": "x"})
    else:
        alert = ClaimAlert.objects.get()
        object_to_claim(alert)
        settle_objection(alert=alert, taken_back=True, reason="x", by=desk_registrar)
    victim.refresh_from_db()
    assert victim.holder is None
    for page in ("start", "check", "unmatched", "third"):
        text = client.get(reverse(f"verification:{page}"), follow=True).content.decode()
        assert NUMBER not in re.sub(r"<[^i][^>]*>|\s", "", text)


@pytest.fixture
def held(victim: StudentRecord, li: User) -> StudentRecord:
    """The record is held by its true person, who has lost every contact."""
    StudentRecord.objects.filter(pk=victim.pk).update(holder=li, claimed_at=timezone.now())
    victim.refresh_from_db()
    return victim


def test_giving_an_account_back_alone_opens_neither_photo_nor_report(
    held: StudentRecord, counselor: User, li: User, desk_registrar: User, outbox: Outbox
) -> None:
    _client, code = begin(outbox)
    hand_over(counselor, held, code)
    told = [letter.text for letter in outbox.texts() if letter.to == REGISTRY_PHONE]
    assert "/account/contacts/stop/" in " ".join(told)
    Rescue.objects.update(due_at=F("due_at") - timedelta(hours=25))
    finish_rescues()
    li.refresh_from_db()
    li.set_password("Paper-Lantern-42")
    li.save()
    assert takes(li, held) == set()
    enter(counselor).post(reverse("verification:approve_assist", args=[held.key]))
    assert takes(li, held) == set()
    enter(desk_registrar).post(reverse("verification:approve_assist", args=[held.key]))
    assert takes(li, held) == ALL


@pytest.mark.parametrize("steps", [("13900139000",), ("13600136000", "13900139000")])
def test_a_phone_planted_by_an_import_opens_nothing_before_a_second_person_looked(
    media: Path, tmp_path: Path, outbox: Outbox, steps: tuple[str, ...]
) -> None:
    make_school()
    row = sample(1)[0]
    row[AT["手机号"]] = "13700137000"
    run_import(write_csv(tmp_path / "first.csv", [row]))
    for number, phone in enumerate(steps):
        row[AT["手机号"]] = phone
        run_import(write_csv(tmp_path / f"{number}.csv", [row]))
    puppet = make_account("puppet@example.org", phone="+8613900139000")
    facts = Facts(row[AT["姓名"]], "居民身份证", row[AT["证件号码"]], "")
    claims.start_attempt(account=puppet, facts=facts)
    claims.submit_attempt(account=puppet)
    record = StudentRecord.objects.get(holder=puppet)
    assert record.withheld_until is not None
    with pytest.raises(RecordWithheldError):
        refuse_withheld(record)
    assert {"+8613700137000", "+8613900139000"} <= {text.to for text in outbox.texts()}
