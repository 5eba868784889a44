"""A record is claimed at the moment in which its account may no longer hold one."""

from collections.abc import Callable

import pytest
from django.urls import reverse

from accounts.deletion.services import ask_for_deletion
from accounts.identifiers.services import parse
from accounts.models import User
from accounts.password_state import lock_account
from accounts.roles import Role
from enrollment.institutions.appointments.services import accept
from enrollment.institutions.counselors import assign_counselors
from enrollment.models import Appointment, SchoolClass, StudentRecord
from tests.people import enter, make_account, make_record, make_school, sample_number
from tests.races.meanwhile import meanwhile
from verification.assisted import services as assisted
from verification.claims import services as claims
from verification.claims.retry import match_waiting
from verification.disputes.claim_objections import object_to_claim, settle_objection
from verification.facts import Facts
from verification.models import ClaimAlert, VerificationAttempt

pytestmark = pytest.mark.django_db(transaction=True)
ITEM = "2611010815012"


@pytest.fixture
def student() -> User:
    return make_account("li@example.org")


@pytest.fixture
def registrar() -> User:
    return make_account("desk@example.org", roles=(Role.REGISTRAR,))


def become_counselor(account: User, by: User) -> None:
    school_class = SchoolClass.objects.create(institution=make_school(), code="软工2601")
    who = parse(account.email)
    assign_counselors(classes=[school_class], who=who, last_day=None, by=by)
    accept(appointment=Appointment.objects.get(), account=account)


def deactivate(account: User, by: User) -> None:
    lock_account(account.pk)
    User.objects.filter(pk=account.pk).update(is_active=False)


def leave(account: User, by: User) -> None:
    assert ask_for_deletion(account=account)


def submit(account: User, registrar: User) -> None:
    claims.submit_attempt(account=account)


def publish(account: User, registrar: User) -> None:
    match_waiting()


def help_in_person(account: User, registrar: User) -> None:
    record = StudentRecord.objects.get()
    code = assisted.new_code(account=account)
    try:
        assisted.assist(record=record, code=code, reason="x", by=registrar)
    except assisted.NotFreeError:
        return
    raise AssertionError


@pytest.mark.parametrize("claim", [submit, publish, help_in_person])
@pytest.mark.parametrize("end", [become_counselor, deactivate, leave])
def test_no_record_is_opened_to_who_may_hold_none_meanwhile(
    student: User,
    registrar: User,
    claim: Callable[[User, User], None],
    end: Callable[[User, User], None],
) -> None:
    make_school()
    claims.start_attempt(
        account=student, facts=Facts("李晓雨", "居民身份证", sample_number(12), ITEM)
    )
    if claim is publish:
        claims.submit_attempt(account=student)
    make_record(name="李晓雨", number=sample_number(12))
    meanwhile(lambda: end(student, registrar), lambda: claim(student, registrar))
    assert StudentRecord.objects.get().holder is None


def test_the_later_search_opens_nothing_to_staff(student: User, registrar: User) -> None:
    make_school()
    claims.start_attempt(
        account=student, facts=Facts("李晓雨", "居民身份证", sample_number(12), ITEM)
    )
    claims.submit_attempt(account=student)
    become_counselor(student, registrar)
    make_record(name="李晓雨", number=sample_number(12))
    match_waiting()
    assert StudentRecord.objects.get().holder is None


@pytest.fixture
def held(student: User) -> StudentRecord:
    """The record of 李晓雨, which ``student`` holds and somebody has objected to."""
    record = make_record(name="李晓雨", number=sample_number(12))
    claims.start_attempt(
        account=student,
        facts=Facts("李晓雨", "居民身份证", sample_number(12), record.candidate_number),
    )
    claims.submit_attempt(account=student)
    assert object_to_claim(
        ClaimAlert.objects.create(
            account=student, record=record, institution_code=record.institution.code
        )
    )
    return record


def take_back(registrar: User) -> None:
    alert = ClaimAlert.objects.get()
    assert settle_objection(alert=alert, taken_back=True, reason="x", by=registrar)


def test_a_search_for_further_records_beside_a_taking_back_keeps_no_number(
    student: User, registrar: User, held: StudentRecord
) -> None:
    client = enter(student)
    page = reverse("verification:further")
    meanwhile(
        lambda: take_back(registrar), lambda: client.post(page, {"third_item": "2611010815099"})
    )
    assert not VerificationAttempt.objects.exclude(facts_sealed=b"").exists()


def test_a_taking_back_beside_a_search_for_further_records_keeps_no_number(
    student: User, registrar: User, held: StudentRecord
) -> None:
    def search() -> None:
        assert claims.start_further(account=student, third_item="2611010815099")

    meanwhile(search, lambda: take_back(registrar))
    assert not VerificationAttempt.objects.exclude(facts_sealed=b"").exists()
