"""One member of staff wants photographs and a signed report of a student, by a puppet account."""

import io
import re
import zipfile
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
from enrollment.files.images import prepare
from enrollment.models import (
    ClassCounselor,
    ImportBatch,
    InstitutionRegistrar,
    PhotoKind,
    StatusReport,
    StudentRecord,
)
from enrollment.photos.storage import keep_photo
from enrollment.records.withholding import RecordWithheldError, refuse_withheld
from tests.enrollment.files.evidence_files import picture
from tests.enrollment.imported_files import AT, run_import, sample, write_csv
from tests.outbox import Outbox
from tests.people import enter, make_account, make_record, make_school, sample_number
from tests.verification.assisted.helping import begin, hand_over
from verification import disputes
from verification.assisted import services as assisted
from verification.claims import services as claims
from verification.claims.retry import match_waiting
from verification.disputes.claim_objections import object_to_claim, settle_objection
from verification.facts import Facts
from verification.models import ClaimAlert, Decision, Dispute

pytestmark = pytest.mark.django_db
NUMBER, REGISTRY_PHONE = sample_number(12), "+8613700137000"


@pytest.fixture
def victim(media: Path) -> StudentRecord:
    """A record with a photograph, whose person has not come yet; the school knows the phone."""
    record = make_record(name="李晓雨", number=NUMBER, phone=REGISTRY_PHONE)
    keep_photo(record=record, kind=PhotoKind.ADMISSION, picture=prepare(picture()), by=None)
    return record


@pytest.fixture
def counselor(victim: StudentRecord) -> User:
    """The dishonest counselor of the class."""
    user = make_account("counselor@example.org", roles=(Role.COUNSELOR,))
    assert victim.school_class is not None
    ClassCounselor.objects.create(user=user, school_class=victim.school_class)
    return user


@pytest.fixture
def puppet(db: None) -> User:
    """Their second account."""
    return make_account("puppet@example.org")


def assist(staff: User, record: StudentRecord, account: User) -> str:
    """Open the record for the account; the text of the page that answers."""
    page = reverse("verification:assist", args=[record.key])
    code = assisted.new_code(account=account)
    values = {"code": code, "reason": "x", "seen": "on"}
    return enter(staff).post(page, values, follow=True).content.decode()


def takes(account: User, record: StudentRecord) -> set[str]:
    """What the account gets of the photograph, the number, a report, and the copy of its data."""
    client, got = enter(account), set()
    photo = record.photos.get()
    if client.get(reverse("enrollment:photo", args=[photo.key])).status_code == 200:
        got.add("photo")
    number = client.get(reverse("enrollment:certificate", args=[record.key]), follow=True)
    if NUMBER in re.sub(r"<[^>]+>|\s", "", number.content.decode()):
        got.add("number")
    client.post(
        reverse("enrollment:reports", args=[record.key]),
        {"purpose": "实习", "language": "zh", "days": 30},
    )
    if StatusReport.objects.filter(record=record).exists():
        got.add("report")
    copy = client.post(reverse("accounts:my_data"))
    content = b"".join(copy) if copy.streaming else copy.content
    if zipfile.is_zipfile(io.BytesIO(content)):
        names = zipfile.ZipFile(io.BytesIO(content))
        text = b"".join(names.read(name) for name in names.namelist())
        if NUMBER.encode() in text or any("photos/" in name for name in names.namelist()):
            got.add("copy")
    return got


ALL = {"photo", "number", "report", "copy"}


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


def contest(account: User, record: StudentRecord, item: str) -> Dispute:
    """Open a dispute over the record with what staff can read of it."""
    facts = Facts(record.name, record.certificate_type, NUMBER, item)
    dispute = disputes.open_dispute(account=account, facts=facts, statement=disputes.Statement("x"))
    disputes.look_into(dispute)
    Dispute.objects.filter(pk=dispute.pk).update(object_until=None)
    return dispute


@pytest.mark.parametrize("item", ["", "wrong"])
def test_a_registrar_who_decides_a_dispute_for_a_puppet_is_not_the_second_person(
    victim: StudentRecord, desk_registrar: User, puppet: User, item: str
) -> None:
    dispute = contest(puppet, victim, item)
    disputes.decide(dispute=dispute, decision=Decision.CLAIMANT, reason="x", by=desk_registrar)
    enter(desk_registrar).post(reverse("verification:approve_assist", args=[victim.key]))
    victim.refresh_from_db()
    assert victim.holder == puppet
    assert takes(puppet, victim) == set()


@pytest.mark.parametrize("decision", [Decision.CLAIMANT, Decision.NEITHER])
def test_a_decision_that_is_undone_does_not_end_the_delay(
    victim: StudentRecord, desk_registrar: User, puppet: User, decision: Decision
) -> None:
    assist(desk_registrar, victim, puppet)
    dispute = contest(make_account("second@example.org"), victim, victim.candidate_number)
    disputes.decide(dispute=dispute, decision=decision, reason="x", by=desk_registrar)
    disputes.undo_decision(dispute=dispute, by=desk_registrar)
    disputes.withdraw(dispute=dispute)
    enter(desk_registrar).post(reverse("verification:approve_assist", args=[victim.key]))
    victim.refresh_from_db()
    assert victim.holder == puppet
    assert takes(puppet, victim) == set()


def test_a_registrar_who_undid_the_decision_is_not_the_second_person(
    victim: StudentRecord, desk_registrar: User, puppet: User
) -> None:
    StudentRecord.objects.update(holder=puppet, claimed_at=timezone.now())
    dispute = contest(make_account("true@example.org"), victim, victim.candidate_number)
    honest = make_account("honest@example.org", roles=(Role.REGISTRAR,))
    disputes.decide(dispute=dispute, decision=Decision.CLAIMANT, reason="x", by=honest)
    disputes.undo_decision(dispute=dispute, by=desk_registrar)
    disputes.withdraw(dispute=dispute)
    enter(desk_registrar).post(reverse("verification:approve_assist", args=[victim.key]))
    victim.refresh_from_db()
    assert victim.holder == puppet
    assert takes(puppet, victim) == set()


def test_who_planted_a_phone_in_one_record_opens_no_other_of_the_person(
    media: Path, tmp_path: Path, desk_registrar: User
) -> None:
    make_school()
    row = sample(1)[0]
    row[AT["手机号"]] = "13700137000"
    run_import(write_csv(tmp_path / "first.csv", [row]))
    row[AT["手机号"]] = "13900139000"
    run_import(write_csv(tmp_path / "second.csv", [row]))
    ImportBatch.objects.update(created_by=desk_registrar)
    planted = StudentRecord.objects.get()
    number = row[AT["证件号码"]]
    second = make_record(name=planted.name, number=number, candidate_number="9", level="硕士")
    puppet = make_account("puppet@example.org", phone="+8613900139000")
    claims.start_attempt(account=puppet, facts=Facts(planted.name, "居民身份证", number, ""))
    claims.submit_attempt(account=puppet)
    assert set(StudentRecord.objects.filter(holder=puppet)) == {planted, second}
    enter(desk_registrar).post(reverse("verification:approve_assist", args=[second.key]))
    for record in (planted, second):
        with pytest.raises(RecordWithheldError):
            refuse_withheld(record)
