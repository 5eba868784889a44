"""One person, one canonical number, however it was typed."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from enrollment.identity.certificates import CertificateType, certificate_type
from enrollment.identity.number import (
    InvalidNumberError,
    NumberFault,
    canonical_number,
    check_character,
    id_facts,
    mask_middle,
    mask_number,
)

# Invented; the first is the sample of python-stdnum's own documentation.
SAMPLE = "360426199101010071"
SAMPLE_X = "11010519491231002X"

births = st.dates(date(1930, 1, 1), date(2020, 12, 31))
regions = st.sampled_from(["110101", "320281", "440304", "650104", "500112"])
sequences = st.integers(1, 999)


def number_of(region: str, born: date, sequence: int) -> str:
    first_17 = f"{region}{born:%Y%m%d}{sequence:03}"
    return first_17 + check_character(first_17)


@given(regions, births, sequences)
def test_every_valid_number_is_accepted_and_read_as_stdnum_does(
    region: str, born: date, sequence: int
) -> None:
    number = number_of(region, born, sequence)
    assert ric.calc_check_digit(number) == number[17]
    assert canonical_number(number) == number
    facts = id_facts(number)
    assert facts.birth_date == born == ric.get_birth_date(number)
    assert facts.gender == {"M": 1, "F": 2}["M" if int(number[16]) % 2 else "F"]
    assert facts.region_known


@given(regions, births, sequences, st.integers(0, 16), st.integers(1, 9))
def test_a_single_wrong_digit_is_always_noticed(
    region: str, born: date, sequence: int, position: int, shift: int
) -> None:
    number = number_of(region, born, sequence)
    wrong = str((int(number[position]) + shift) % 10)
    with pytest.raises(InvalidNumberError):
        canonical_number(number[:position] + wrong + number[position + 1 :])


@given(births, sequences)
def test_fifteen_digits_are_the_same_person_as_eighteen(born: date, sequence: int) -> None:
    born = born.replace(year=1900 + born.year % 100, day=min(born.day, 28))
    number = number_of("110101", born, sequence)
    assert canonical_number(number[:6] + number[8:17]) == number


@pytest.mark.parametrize(
    "typed",
    [
        "11010519491231002x",
        "11010519491231002Ｘ",
        "11010519491231002ｘ",
        "１１０１０５１９４９１２３１００２Ｘ",
        " 110105 1949 1231 002X ",
        "110105-19491231-002X",
        "110105\u200b19491231\u3000002X\n",
        "110105491231002",
    ],
)
def test_all_ways_of_typing_give_one_form(typed: str) -> None:
    assert canonical_number(typed) == SAMPLE_X


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("", NumberFault.EMPTY),
        (" \u200b-", NumberFault.EMPTY),
        ("360426199101010072", NumberFault.CHECK_DIGIT),
        ("36042619910101007", NumberFault.LENGTH),
        ("3604261991010100711", NumberFault.LENGTH),
        ("36042619910101007A", NumberFault.CHARACTERS),
        ("٣٦٠٤٢٦١٩٩١٠١٠١٠٠٧١", NumberFault.CHARACTERS),
        ("①60426199101010071", NumberFault.CHARACTERS),
        ("360426199102300070", NumberFault.BIRTH_DATE),
        ("360426189901010070", NumberFault.BIRTH_DATE),
        ("360426299901010070", NumberFault.BIRTH_DATE),
        ("360426991301007", NumberFault.BIRTH_DATE),
    ],
)
def test_an_impossible_identity_number_is_refused_with_its_reason(
    typed: str, fault: NumberFault
) -> None:
    with pytest.raises(InvalidNumberError) as refused:
        canonical_number(typed)
    assert refused.value.fault == fault
    assert str(fault.label)
    assert not typed.strip() or typed not in str(refused.value)


def test_an_abolished_or_unknown_region_is_no_fault() -> None:
    unknown = number_of("990101", date(2000, 1, 1), 1)
    assert canonical_number(unknown) == unknown
    assert not id_facts(unknown).region_known


T = CertificateType
PERMIT = number_of("810000", date(2001, 2, 3), 12)
STAR_CARD = number_of("911156", date(1990, 2, 3), 12)


@pytest.mark.parametrize(
    ("kind", "typed", "canonical"),
    [
        (T.RESIDENCE_PERMIT, PERMIT.lower(), PERMIT),
        (T.HK_MACAO_PERMIT, "h1234567801", "H12345678"),
        (T.HK_MACAO_PERMIT, "M12345678", "M12345678"),
        (T.TAIWAN_PERMIT, "1234567801(B)", "12345678"),
        (T.TAIWAN_PERMIT, "12345678", "12345678"),
        (T.PASSPORT, "e 1234 5678", "E12345678"),
        (T.PERMANENT_RESIDENT, "usa110090010101", "USA110090010101"),
        (T.PERMANENT_RESIDENT, STAR_CARD, STAR_CARD),
        (T.HOUSEHOLD_REGISTER, "012345678", "012345678"),
        (T.OFFICER, "军字第2001988号", "军字第2001988号"),
        (T.SOLDIER, "士字第P011816449号", "士字第P011816449号"),
        (T.CIVILIAN_CADRE, "文字第123456号", "文字第123456号"),
        (T.OFFICER, "军2001988", "军字第2001988号"),
        (T.OFFICER, "军字 2001988 号", "军字第2001988号"),
        (T.OFFICER, "2001988", "2001988"),
        (T.RETIRED_MILITARY, "退字第123456", "退字第123456号"),
        (T.OTHER, "学证（2024）7", "学证(2024)7"),
    ],
)
def test_each_type_of_certificate_has_its_form(
    kind: CertificateType, typed: str, canonical: str
) -> None:
    assert canonical_number(typed, kind) == canonical


@pytest.mark.parametrize("kind", [kind for kind in T if kind != T.RESIDENT_ID])
@pytest.mark.parametrize("typed", ["!", "无", "ABCDEF<b>", "１２３４５６７８٣", "x" * 60])
def test_each_type_refuses_what_cannot_be_its_number(kind: CertificateType, typed: str) -> None:
    with pytest.raises(InvalidNumberError):
        canonical_number(typed, kind)


def test_a_residence_permit_begins_with_its_region() -> None:
    with pytest.raises(InvalidNumberError) as refused:
        canonical_number(SAMPLE, T.RESIDENCE_PERMIT)
    assert refused.value.fault == NumberFault.REGION


@given(st.text(max_size=40), st.sampled_from(CertificateType))
def test_any_text_is_canonical_once_or_refused(text: str, kind: CertificateType) -> None:
    try:
        once = canonical_number(text, kind)
    except InvalidNumberError:
        return
    assert canonical_number(once, kind) == once


@pytest.mark.parametrize(
    ("number", "masked"),
    [(SAMPLE, "3****************1"), ("E12345678", "E*******8"), ("1234", "****"), ("", "")],
)
def test_masking_keeps_the_two_ends(number: str, masked: str) -> None:
    assert mask_number(number) == masked


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        (SAMPLE, f"{SAMPLE[:6]}********{SAMPLE[-4:]}"),
        ("E12345678", "E1*****78"),
        ("H123456", "H*****6"),
        ("1234", "****"),
        ("", ""),
    ],
)
def test_the_bearers_own_mask_hides_the_middle(number: str, masked: str) -> None:
    assert mask_middle(number) == masked


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("居民身份证", T.RESIDENT_ID),
        (" 身份证 ", T.RESIDENT_ID),
        ("1", T.RESIDENT_ID),
        ("台胞证", T.TAIWAN_PERMIT),
        ("户口薄", T.HOUSEHOLD_REGISTER),
        ("驾驶证", None),
    ],
)
def test_words_for_certificate_types(word: str, kind: CertificateType | None) -> None:
    assert certificate_type(word) == kind
