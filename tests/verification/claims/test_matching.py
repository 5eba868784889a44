"""Which statements open which record."""

import pytest

from accounts.models import User
from enrollment.models import StudentRecord
from enrollment.models.institution import ThirdItem
from tests.people import make_account, make_record, make_school, sample_number
from verification.claims.matching import match
from verification.facts import Facts
from verification.models import ClaimMethod, Outcome

pytestmark = pytest.mark.django_db


def stated(third_item: str = "", name: str = "李晓雨", number: str = sample_number(12)) -> Facts:
    return Facts(name, "居民身份证", number, third_item)


def test_name_number_and_candidate_number_match(li: User, li_record: StudentRecord) -> None:
    found = match(stated(li_record.candidate_number), li)
    assert (found.outcome, set(found.methods.values())) == (Outcome.MATCHED, {ClaimMethod.SELF})
    assert list(found.records) == [li_record]


@pytest.mark.parametrize(
    ("facts", "outcome"),
    [
        (stated("1", number=sample_number(13)), Outcome.UNKNOWN_NUMBER),
        (stated("1", name="李小雨"), Outcome.WRONG_NAME),
        (stated("1"), Outcome.WRONG_THIRD_ITEM),
        (stated(""), Outcome.WRONG_THIRD_ITEM),
    ],
)
def test_each_failure_has_its_name(
    facts: Facts, outcome: Outcome, li: User, li_record: StudentRecord
) -> None:
    assert match(facts, li).outcome == outcome


@pytest.mark.parametrize("typed", [" 2611 0108-15012 ", "２６１１０１０８１５０１２"])
def test_width_and_spaces_of_the_third_item_do_not_matter(
    typed: str, li: User, li_record: StudentRecord
) -> None:
    li_record.candidate_number = "2611010815012"
    li_record.save()
    assert match(stated(typed), li).outcome == Outcome.MATCHED


def test_a_confirmed_phone_that_the_school_knows_replaces_the_third_item() -> None:
    record = make_record(name="李晓雨", number=sample_number(12), phone="+8613800138000")
    account = make_account("phone@example.org", phone="+8613800138000")
    found = match(stated(), account)
    assert (found.outcome, set(found.methods.values())) == (Outcome.MATCHED, {ClaimMethod.PHONE})
    assert list(found.records) == [record]


def test_an_unconfirmed_phone_counts_for_nothing() -> None:
    make_record(name="李晓雨", number=sample_number(12), phone="+8613800138000")
    account = make_account("phone@example.org", phone="+8613800138000")
    account.phone_confirmed_at = None
    account.save()
    assert match(stated(), account).outcome == Outcome.WRONG_THIRD_ITEM


@pytest.mark.parametrize(
    ("choice", "item", "outcome"),
    [
        (ThirdItem.CANDIDATE_NUMBER, "K1", Outcome.MATCHED),
        (ThirdItem.CANDIDATE_NUMBER, "S1", Outcome.WRONG_THIRD_ITEM),
        (ThirdItem.STUDENT_NUMBER, "S1", Outcome.MATCHED),
        (ThirdItem.STUDENT_NUMBER, "K1", Outcome.WRONG_THIRD_ITEM),
        (ThirdItem.NONE, "", Outcome.MATCHED),
    ],
)
def test_the_institution_chooses_the_third_item(
    choice: ThirdItem, item: str, outcome: Outcome, li: User
) -> None:
    school = make_school(code="10001", name="甲校", third_item=choice)
    make_record(
        name="李晓雨",
        number=sample_number(12),
        school=school,
        candidate_number="K1",
        student_number="S1",
    )
    assert match(stated(item), li).outcome == outcome


def test_without_a_candidate_number_the_student_number_is_asked(li: User) -> None:
    make_record(name="李晓雨", number=sample_number(12), candidate_number="", student_number="S77")
    assert match(stated("s77"), li).outcome == Outcome.MATCHED


def test_a_school_that_asks_nothing_does_not_open_the_record_of_one_that_asks(li: User) -> None:
    make_record(name="李晓雨", number=sample_number(12))
    careless = make_school(code="10002", name="乙校", third_item=ThirdItem.NONE)
    open_to_all = make_record(name="李晓雨", number=sample_number(12), school=careless)
    found = match(stated("wrong"), li)
    assert list(found.records) == [open_to_all]
    assert found.outcomes == {"19998": Outcome.WRONG_THIRD_ITEM, "10002": Outcome.MATCHED}


@pytest.mark.parametrize(
    ("registry", "typed"),
    [
        ("阿依古丽·买买提", "阿依古丽•买买提"),
        ("阿依古丽·买买提", "阿依古丽．买买提"),
        ("王㛃", "王 㛃"),
        ("李龙", "李⻰"),
        ("Anna Meyer", "ＡＮＮＡ  meyer"),
    ],
)
def test_spellings_of_one_name_are_one_name(registry: str, typed: str, li: User) -> None:
    record = make_record(name=registry, number=sample_number(12))
    assert match(stated(record.candidate_number, name=typed), li).outcome == Outcome.MATCHED


def test_a_frozen_record_is_not_opened_by_facts(li: User, li_record: StudentRecord) -> None:
    li_record.frozen_at = li_record.created_at
    li_record.save()
    assert match(stated(li_record.candidate_number), li).outcome == Outcome.FROZEN
