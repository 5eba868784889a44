"""From basic information to the record, or to 未匹配到学籍."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from audit.models import AuditEntry
from enrollment.models import Institution, StudentRecord
from enrollment.models.institution import ThirdItem
from tests.people import PASSWORD, make_account, make_record, make_school, sample_number
from tests.verification.conftest import Walk
from verification.models import Claim, VerificationAttempt

pytestmark = pytest.mark.django_db
NUMBER = sample_number(12)


def signed_in(account: User) -> Client:
    client = Client()
    client.force_login(account)
    return client


def body(page: object) -> str:
    text = page.content.decode()  # type: ignore[attr-defined]
    return re.sub(r'(csrfmiddlewaretoken" value="|data-account=")[^"]+', r"\1", text)


def test_the_right_answers_lead_to_the_record(
    li: User, li_record: StudentRecord, walk: Walk
) -> None:
    page = walk(li, third_item=li_record.candidate_number)
    assert page.request["PATH_INFO"] == "/status/"  # type: ignore[attr-defined]
    assert "明德示范大学" in body(page)
    li_record.refresh_from_db()
    assert li_record.holder == li
    assert Claim.objects.get().account == li
    entry = AuditEntry.objects.get(action="enrollment.claim_record")
    assert (entry.actor_id, entry.subject_key) == (li.pk, str(li_record.key))


def test_all_records_of_the_person_are_claimed_together(li: User, walk: Walk) -> None:
    school = make_school(code="10003", name="丙专科学校")
    junior = make_record(name="李晓雨", number=NUMBER, school=school, level="专科(高职)")
    senior = make_record(name="李晓雨", number=NUMBER)
    stranger = make_record(name="李小雨", number=NUMBER, school=school, student_number="9",
                           candidate_number="9")  # fmt: skip
    walk(li, third_item=senior.candidate_number)
    assert set(StudentRecord.objects.filter(holder=li)) == {junior, senior}
    stranger.refresh_from_db()
    assert stranger.holder is None


def test_every_failure_reads_the_same(
    li: User, li_record: StudentRecord, wang_record: StudentRecord, walk: Walk
) -> None:
    """Unknown number, wrong name, wrong third item, already claimed, frozen."""
    frozen = make_record(name="赵云", number=sample_number(44))
    StudentRecord.objects.filter(pk=frozen.pk).update(frozen_at=frozen.created_at)
    tries = {
        "unknown": {"name": "王明", "number": sample_number(99)},
        "wrong name": {"name": "王朋", "number": NUMBER},
        "wrong item": {"name": "李晓雨", "number": NUMBER, "third_item": "2611010000000"},
        "claimed": {
            "name": "王明",
            "number": sample_number(31),
            "third_item": wang_record.candidate_number,
        },
        "frozen": {
            "name": "赵云",
            "number": sample_number(44),
            "third_item": frozen.candidate_number,
        },
    }
    seen = set()
    for number, answers in enumerate(tries.values()):
        account = make_account(f"asker{number}@example.org")
        page = walk(account, **answers)
        text = body(page).replace(account.email, "")
        for typed in answers.values():
            text = text.replace(typed, "")
        text = re.sub(r"1\*+[\dX]|2611010\d+", "", text).replace("李晓雨", "")
        headers = {k: v for k, v in page.headers.items() if k not in {"Expires", "Content-Length"}}
        redirects = page.redirect_chain  # type: ignore[attr-defined]
        seen.add((page.status_code, text, str(headers), str(redirects)))
    assert len(seen) == 1
    outcomes = VerificationAttempt.objects.exclude(state="verified").values_list("outcome")
    assert len(set(outcomes)) == 5, "each failure was a different one"


def test_a_phone_that_no_school_knows_has_the_third_item_on_the_first_form(
    li_record: StudentRecord, walk: Walk
) -> None:
    account = make_account("p@example.org", phone="+8613800138001")
    assert "third_item" in signed_in(account).get("/verify/").context["form"].fields
    page = walk(account, third_item=li_record.candidate_number)
    assert page.request["PATH_INFO"] == "/status/"  # type: ignore[attr-defined]
    assert Claim.objects.filter(account=account).exists()


def test_no_third_item_is_asked_where_no_school_wants_one(
    li_record: StudentRecord, walk: Walk
) -> None:
    cache.clear()
    Institution.objects.update(third_item=ThirdItem.NONE)
    account = make_account("p@example.org", phone="+8613800138001")
    assert "third_item" not in signed_in(account).get("/verify/").context["form"].fields
    page = walk(account)
    assert page.request["PATH_INFO"] == "/status/"  # type: ignore[attr-defined]


def test_a_phone_that_a_school_knows_is_asked_the_third_item_whatever_else_fits(
    li_record: StudentRecord, walk: Walk
) -> None:
    pages = []
    for number, (name, serial) in enumerate([("李晓雨", 12), ("李晓云", 12), ("李晓雨", 13)]):
        phone = f"+861380013800{number}"
        make_record(name="赵云", number=sample_number(50 + number), phone=phone)
        account = make_account(f"p{number}@example.org", phone=phone)
        assert "third_item" not in signed_in(account).get("/verify/").context["form"].fields
        page = walk(account, name=name, number=sample_number(serial), third_item="ignored")
        assert page.request["PATH_INFO"] == "/verify/third/"  # type: ignore[attr-defined]
        text = body(page).replace(str(account.phone), "").replace(account.email, "")
        pages.append(re.sub(rf"{name}|[\dX]+\*+[\dX]+", "", text))
    assert len(set(pages)) == 1


def test_the_third_item_then_opens_the_record(li_record: StudentRecord, walk: Walk) -> None:
    phone = "+8613800138001"
    make_record(name="赵云", number=sample_number(50), phone=phone)
    account = make_account("p@example.org", phone=phone)
    walk(account)
    page = signed_in(account).post(
        "/verify/third/", {"third_item": li_record.candidate_number}, follow=True
    )
    assert page.request["PATH_INFO"] == "/status/"
    assert Claim.objects.filter(account=account).exists()


def test_a_mistake_seen_at_the_third_item_is_mended_and_the_phone_then_suffices(
    walk: Walk,
) -> None:
    phone = "+8613800138001"
    record = make_record(name="赵云", number=sample_number(50), phone=phone)
    account = make_account("p@example.org", phone=phone)
    page = walk(account, name="赵芸", number=sample_number(50))
    assert "赵芸" in body(page)
    assert sample_number(50) not in body(page)
    assert 'href="/verify/"' in body(page)
    form = signed_in(account).get("/verify/").context["form"]
    assert form.initial["name"] == "赵芸"
    assert form.initial["number"] == sample_number(50)
    page = walk(account, name="赵云", number=sample_number(50))
    assert page.request["PATH_INFO"] == "/status/"  # type: ignore[attr-defined]
    record.refresh_from_db()
    assert record.holder == account


def test_the_number_travels_neither_in_addresses_nor_in_hidden_fields(
    li: User, li_record: StudentRecord
) -> None:
    client = signed_in(li)
    answers = {
        "name": "李晓雨",
        "certificate_type": "居民身份证",
        "number": NUMBER,
        "third_item": "1",
    }
    answer = client.post("/verify/", answers)
    assert NUMBER not in answer.headers["Location"]
    page = client.get("/verify/check/").content.decode()
    assert NUMBER not in page
    assert f"{NUMBER[:6]} {NUMBER[6:14]} {NUMBER[14:]}" in page, "shown in groups to compare"
    assert NUMBER.encode() not in bytes(VerificationAttempt.objects.get().facts_sealed)
    assert NUMBER not in str(client.session.items())


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("110101200708150122", "校验不通过"),
        ("11010120071315012X", "出生日期"),
        ("1101012007081501", "18 位"),
        ("١١٠١٠١٢٠٠٧٠٨١٥٠١٢١", "证件上印的"),
        ("", "证件号码"),
    ],
)
def test_an_impossible_number_is_told_at_the_field_and_kept(
    typed: str, said: str, li: User
) -> None:
    answers = {"name": "李晓雨", "certificate_type": "居民身份证", "number": typed}
    page = signed_in(li).post("/verify/", {**answers, "third_item": "1"})
    assert page.status_code == 200
    text = page.content.decode()
    assert said in text
    assert 'value="李晓雨"' in text
    summary = re.search(r'<div class="error-summary.*?</div>', text, re.DOTALL)
    assert summary
    assert not typed or typed not in summary.group()
    assert not VerificationAttempt.objects.exists()


@pytest.mark.parametrize("typed", [NUMBER.lower(), f" {NUMBER[:6]} {NUMBER[6:]} "])
def test_other_forms_of_the_number_are_the_same_number(
    typed: str, li: User, li_record: StudentRecord, walk: Walk
) -> None:
    walk(li, number=typed, third_item=li_record.candidate_number)
    li_record.refresh_from_db()
    assert li_record.holder == li


def test_the_old_15_digit_form_cannot_claim_a_second_time(walk: Walk, li: User, wang: User) -> None:
    number = sample_number(7, born="19870815")
    record = make_record(name="李晓雨", number=number)
    walk(li, number=number, third_item=record.candidate_number)
    fifteen = number[:6] + number[8:17]
    page = walk(wang, number=fifteen, third_item=record.candidate_number)
    assert page.request["PATH_INFO"] == "/verify/unmatched/"  # type: ignore[attr-defined]
    assert Claim.objects.count() == 1


def test_a_second_click_submits_once(li: User, li_record: StudentRecord) -> None:
    client = signed_in(li)
    answers = {"name": "李晓雨", "certificate_type": "居民身份证", "number": NUMBER}
    client.post("/verify/", {**answers, "third_item": "1"})
    client.post("/verify/check/")
    again = client.post("/verify/check/", follow=True)
    assert again.status_code == 200
    assert VerificationAttempt.objects.count() == 1


def test_the_facts_are_gone_once_verified(li: User, li_record: StudentRecord, walk: Walk) -> None:
    walk(li, third_item="wrong")
    walk(li, third_item=li_record.candidate_number)
    sealed = VerificationAttempt.objects.values_list("facts_sealed", flat=True)
    assert [bytes(s) for s in sealed] == [b"", b""]


@pytest.mark.parametrize("path", ["/verify/", "/verify/check/", "/verify/unmatched/"])
def test_staff_and_strangers_have_no_business_here(path: str, db: None) -> None:
    registrar = make_account("r@example.org", roles=(Role.REGISTRAR,))
    assert signed_in(registrar).get(path).status_code == 404
    assert Client().get(path).status_code == 302


def test_who_is_verified_goes_to_the_record(wang: User, wang_record: StudentRecord) -> None:
    answer = signed_in(wang).get("/verify/")
    assert answer.headers["Location"] == "/status/"


def test_a_retry_after_a_refusal_comes_filled_in_with_the_name_in_focus(
    li: User, li_record: StudentRecord, walk: Walk
) -> None:
    walk(li, name="李小雨", third_item=li_record.candidate_number)
    page = signed_in(li).get("/verify/")
    form = page.context["form"]
    assert form["name"].value() == "李小雨"
    assert form["number"].value() == NUMBER
    assert form["third_item"].value() == li_record.candidate_number
    name_field = re.search(r'<input[^>]*name="name"[^>]*>', body(page))
    assert name_field
    assert "autofocus" in name_field.group()
    sent = {name: form[name].value() for name in form.fields} | {"name": "李晓雨"}
    client = signed_in(li)
    client.post("/verify/", sent)
    client.post("/verify/check/")
    li_record.refresh_from_db()
    assert li_record.holder == li


def test_the_numbers_of_an_old_attempt_are_shown_only_just_after_signing_in(
    li: User, walk: Walk
) -> None:
    walk(li)
    long_ago = timezone.now() - timedelta(hours=2)
    VerificationAttempt.objects.update(started_at=long_ago, submitted_at=long_ago)
    left_open = signed_in(li).get("/verify/")
    assert left_open.context["form"]["name"].value() == "李晓雨"
    assert NUMBER not in body(left_open)
    client = Client()
    client.post("/account/login/", {"login": li.email, "password": PASSWORD})
    assert NUMBER in body(client.get("/verify/"))


def test_a_first_form_is_empty(li: User) -> None:
    form = signed_in(li).get("/verify/").context["form"]
    assert not any(form[name].value() for name in ("name", "number"))
