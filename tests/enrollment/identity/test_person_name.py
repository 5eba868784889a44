"""Names: real rare characters stay, look-alikes fold, hidden characters are refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrollment.identity.name import (
    InvalidNameError,
    NameFault,
    canonical_name,
    clean_name,
    mask_name,
)


@pytest.mark.parametrize("name", ["张三", "李㛃", "䶮", "王\U00020087", "\U0002cc56海", "〇一"])
def test_real_names_with_rare_characters_are_kept_as_they_are(name: str) -> None:
    assert clean_name(name) == canonical_name(name) == name


@pytest.mark.parametrize("dot", "\u00b7\u2022\u30fb\uff65\u0387\u2027\uff0e.")
def test_every_interpunct_is_one(dot: str) -> None:
    assert clean_name(f"买买提{dot}艾力") == "买买提·艾力"
    assert clean_name(f"买买提 {dot} 艾力") == "买买提·艾力"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (" 张　三 ", "张三"),
        ("\u2ee2\u2ef0", "马龙"),  # radicals, as PDF extraction gives them
        ("\u2f6f\u5c71", "石山"),  # Kangxi radical
        ("\uf90a", "金"),  # compatibility ideograph
        ("葛\U000e0100城", "葛城"),  # variation selector
        ("张\u200b三\ufeff", "张三"),
        ("张\u202e三", "张三"),  # a mark of direction shows nothing
        ("Ｊｏｈｎ　Smith", "John Smith"),
        ("  Jean   Paul ", "Jean Paul"),
        ("Jose\u0301", "José"),
    ],
)
def test_what_files_make_of_names_is_undone(written: str, kept: str) -> None:
    assert clean_name(written) == kept


def test_case_does_not_tell_two_names_apart_but_is_kept() -> None:
    assert clean_name("John Smith") == "John Smith"
    assert canonical_name("John SMITH") == canonical_name("ＪＯＨＮ smith")


@pytest.mark.parametrize(
    ("left", "right"), [("高", "髙"), ("体", "體"), ("吕", "呂"), ("马", "馬")]
)
def test_traditional_and_variant_characters_stay_different(left: str, right: str) -> None:
    assert canonical_name(left) != canonical_name(right)


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("", NameFault.EMPTY),
        (" \u200b\u200d ", NameFault.EMPTY),
        ("·", NameFault.EMPTY),
        ("张\ue000", NameFault.PRIVATE_USE),
        ("张\U000f0000", NameFault.PRIVATE_USE),
        ("张\x00三", NameFault.CONTROL),
        ("张\x1b三", NameFault.CONTROL),
        ("张\ud800", NameFault.CONTROL),
        ("甲" * 51, NameFault.TOO_LONG),
    ],
)
def test_what_cannot_be_a_name_is_refused_with_its_reason(written: str, fault: NameFault) -> None:
    with pytest.raises(InvalidNameError) as refused:
        clean_name(written)
    assert refused.value.fault == fault
    assert str(fault.label)


def test_fifty_characters_are_a_name() -> None:
    assert clean_name("甲" * 50) == "甲" * 50
    assert clean_name("\U00020087" * 50) == "\U00020087" * 50


@given(st.text(max_size=60))
def test_any_text_is_cleaned_once_or_refused(text: str) -> None:
    try:
        once = clean_name(text)
    except InvalidNameError:
        return
    assert clean_name(once) == once
    assert len(canonical_name(text)) <= 50


@pytest.mark.parametrize(
    ("name", "masked"),
    [("张三", "张*"), ("王小明", "王*明"), ("买买提·艾力", "买****力"), ("䶮", "䶮*")],
)
def test_masked_names(name: str, masked: str) -> None:
    assert mask_name(name) == masked
