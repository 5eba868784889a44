"""Every type of certificate, from the form to the record, however its number is typed."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from enrollment.identity.certificates import CertificateType as T
from enrollment.identity.number import check_character
from tests.people import make_account, make_record
from tests.verification.conftest import Walk
from verification.claims.forms import BasicInformationForm
from verification.facts import Facts
from verification.models import Claim

births = st.dates(date(1930, 1, 1), date(2020, 12, 31))


def digits(least: int, most: int | None = None) -> st.SearchStrategy[str]:
    """So many ASCII digits."""
    return st.text("0123456789", min_size=least, max_size=most or least)


def letters(least: int, most: int | None = None) -> st.SearchStrategy[str]:
    """So many capital letters."""
    return st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=least, max_size=most or least)


def joined(*parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """One after the other."""
    return st.tuples(*parts).map("".join)


def identity(*regions: str) -> st.SearchStrategy[str]:
    """Numbers of GB 11643 in these regions."""
    days = births.map(lambda day: f"{day:%Y%m%d}")
    first_17 = joined(st.sampled_from(regions), days, digits(3))
    return first_17.map(lambda first: first + check_character(first))


military = joined(st.sampled_from("军士文退武海空"), st.just("字第"), letters(0, 1), digits(4, 10),
                  st.just("号"))  # fmt: skip
# How each number is printed on its certificate, which is also its canonical form.
PRINTED = {
    T.RESIDENT_ID: identity("110101", "440304"),
    T.RESIDENCE_PERMIT: identity("810000", "820000", "830000"),
    T.HK_MACAO_PERMIT: joined(st.sampled_from("HM"), digits(8)),
    T.TAIWAN_PERMIT: digits(8),
    T.PASSPORT: joined(letters(1, 2), digits(7)),
    T.PERMANENT_RESIDENT: identity("911156") | joined(letters(3), digits(12)),
    T.HOUSEHOLD_REGISTER: digits(9),
    T.OFFICER: military,
    T.SOLDIER: military,
    T.CIVILIAN_CADRE: military,
    T.RETIRED_MILITARY: military,
    T.OTHER: joined(letters(1, 4), digits(3, 12)),
}
cases = st.one_of([st.tuples(st.just(kind), numbers) for kind, numbers in PRINTED.items()])


def full_width(text: str) -> str:
    """Letters and digits as a Chinese keyboard writes them."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


HABITS: list[Callable[[str], str]] = [
    str,
    str.lower,
    full_width,
    lambda text: " ".join(text),
    lambda text: f"\u3000{text[:4]}-{text[4:]}\u200b",
]


def form_of(kind: str, typed: str) -> BasicInformationForm:
    """The page's form, filled in."""
    stated = {"name": "李晓雨", "certificate_type": kind, "number": typed, "third_item": "1"}
    return BasicInformationForm(stated, ask_third_item=True)


def test_no_type_is_forgotten() -> None:
    assert set(PRINTED) == set(T)
    page = str(BasicInformationForm(ask_third_item=True)["certificate_type"])
    assert all(f'<option value="{kind.value}"' in page for kind in T)


@given(cases, st.sampled_from(HABITS))
def test_a_certificate_number_is_accepted_however_it_is_typed(
    case: tuple[T, str], habit: Callable[[str], str]
) -> None:
    kind, printed = case
    form = form_of(kind, habit(printed))
    assert form.is_valid(), form.errors
    assert form.facts.number == printed
    assert form.facts.certificate_hash == Facts("x", kind, printed).certificate_hash


@given(military, st.sampled_from([T.OFFICER, T.SOLDIER, T.CIVILIAN_CADRE, T.RETIRED_MILITARY]))
def test_words_left_out_of_a_military_number_change_nothing(printed: str, kind: T) -> None:
    for word in ("字", "第", "号", "字第"):
        form = form_of(kind, printed.replace(word, ""))
        assert form.is_valid(), form.errors
        assert form.facts.number == printed


@given(st.text(max_size=110), st.sampled_from(T))
def test_any_text_is_kept_in_one_form_or_told_at_its_field(text: str, kind: T) -> None:
    form = form_of(kind, text)
    if form.is_valid():
        again = form_of(kind, form.facts.number)
        assert again.is_valid()
        assert again.facts.number == form.facts.number
    else:
        assert set(form.errors) == {"number"}
        told = str(form.errors["number"][0])
        assert len(text) < 5 or text not in told, "an error never repeats the number"


@given(st.sampled_from(["驾驶证", "", "身份证", "0", "x" * 300, "居民身份证\x00"]))
def test_a_type_that_is_not_offered_is_refused(kind: str) -> None:
    assert "certificate_type" in form_of(kind, "E12345678").errors


# As printed, and as someone types it.
SAMPLES = {
    T.RESIDENT_ID: ("11010519491231002X", "１１０１０５　１９４９１２３１　００２ｘ"),
    T.RESIDENCE_PERMIT: ("810000200102030129", "810000-20010203-0129"),
    T.HK_MACAO_PERMIT: ("H12345678", "h1234567802"),
    T.TAIWAN_PERMIT: ("12345678", "12345678 01（b）"),
    T.PASSPORT: ("E12345678", "e 1234 5678"),
    T.PERMANENT_RESIDENT: ("USA110090010101", "usa-1100-9001-0101"),
    T.HOUSEHOLD_REGISTER: ("012345678", "０１２３４５６７８"),
    T.OFFICER: ("军字第2001988号", "军2001988"),
    T.SOLDIER: ("士字第P011816449号", "士字第p011816449"),
    T.CIVILIAN_CADRE: ("文字第123456号", "文字123456号"),
    T.RETIRED_MILITARY: ("退字第123456号", "退字第 123456 号"),
    T.OTHER: ("学证(2024)7", "学证（2024）7"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("kind", T)
def test_a_person_with_each_type_reaches_the_record(kind: T, li: User, walk: Walk) -> None:
    printed, typed = SAMPLES[kind]
    record = make_record(name="李晓雨", number=printed, certificate_type=kind)
    number = {"certificate_type": kind.value, "number": typed}
    page = walk(li, **number, third_item=record.candidate_number)
    assert page.request["PATH_INFO"] == "/status/"  # type: ignore[attr-defined]
    record.refresh_from_db()
    assert record.holder == li


@pytest.mark.django_db
@pytest.mark.parametrize("kind", T)
def test_a_wrong_form_is_told_at_the_field_and_what_was_typed_stays(kind: T, li: User) -> None:
    client = Client()
    client.force_login(li)
    stated = {"name": "李晓雨", "certificate_type": kind.value, "number": "!!", "third_item": "7"}
    page = client.post("/verify/", stated)
    assert page.status_code == 200
    text = page.content.decode()
    assert re.search(f'value="{kind.value}"[^>]* selected', text)
    assert 'value="李晓雨"' in text
    assert 'aria-invalid="true"' in text


@pytest.mark.django_db
def test_a_passport_and_a_permit_of_equal_digits_are_two_peoples(li: User, walk: Walk) -> None:
    digits, other = "12345678", make_account("other@example.org")
    people = [(li, "李晓雨", T.PASSPORT), (other, "陈台生", T.TAIWAN_PERMIT)]
    for account, name, kind in people:
        record = make_record(
            name=name, number=digits, certificate_type=kind,
            student_number=f"S{account.pk}", candidate_number=f"K{account.pk}",
        )  # fmt: skip
        stated = {"name": name, "certificate_type": kind.value, "number": digits}
        walk(account, **stated, third_item=record.candidate_number)
        record.refresh_from_db()
        assert record.holder == account
    assert Claim.objects.filter(ended_at=None).count() == 2
