"""Names as keyboards and old systems write them: one person stays one person."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from accounts.text import fold, tidy
from enrollment.identity.certificates import CertificateType
from enrollment.identity.name import canonical_name, clean_name
from enrollment.identity.number import canonical_number
from enrollment.models import StudentRecord
from tests.people import make_account, make_record, sample_number
from verification.claims.matching import match
from verification.facts import Facts, canonical_item
from verification.models import Outcome


@pytest.mark.parametrize(
    "name",
    ["John A. Smith", "St. John, Mary", "SMITH JR.", "J. R. R. Tolkien", "O’Brien", "Dr.No"],
)
def test_a_dot_between_latin_letters_stays_a_dot(name: str) -> None:
    assert clean_name(name) == name


@pytest.mark.parametrize(
    "written",
    ["买买提.艾力", "买买提．艾力", "买买提 . 艾力", "买买提。艾力", "买买提・艾力", "买买提•艾力"],
)
def test_a_dot_between_chinese_characters_is_the_interpunct(written: str) -> None:
    assert clean_name(written) == "买买提·艾力"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("O'BRIEN", "O’Brien"),
        ("O'Brien", "Oʼbrien"),
        ("O`Brien", "O´Brien"),
        ("O＇Brien", "O‘Brien"),
        ("Anne-Marie", "Anne–Marie"),
        ("Anne‑Marie", "Anne－Marie"),
        ("John A. Smith", "JOHN A·SMITH"),  # what an older version kept
        ("Smith Jr.", "SMITH JR"),
        ("李〇", "李○"),
        ("〇一", "◯一"),
        ("张\ue863", "张䶮"),  # GBK's private place of it
        ("\u202d张三\u202c", "张三"),
        ("张\u00a0三", "张三"),
        ("张\u2009三", "张三"),
        ("王\ufe0e明", "王明"),
        ("\u2f1c田", "又田"),
    ],
)
def test_the_same_name_from_another_keyboard_compares_alike(left: str, right: str) -> None:
    assert canonical_name(left) == canonical_name(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [("高", "髙"), ("O'Brien", "OBrien"), ("Anne-Marie", "Annemarie"), ("李零", "李〇")],
)
def test_different_names_stay_different(left: str, right: str) -> None:
    assert canonical_name(left) != canonical_name(right)


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["O’Brien", "o'brien", "O＇BRIEN"])
def test_a_phones_apostrophe_proves_the_registrys_name(typed: str) -> None:
    number = sample_number(7)
    record = make_record(name="O'BRIEN", number=number)
    facts = Facts(typed, CertificateType.RESIDENT_ID, number, record.candidate_number)
    assert match(facts, make_account("brien@example.org")).outcome == Outcome.MATCHED


@pytest.mark.django_db
def test_names_kept_by_an_older_version_are_folded_by_the_migration() -> None:
    kept = {"O’BRIEN": "O’BRIEN", "John A·Smith": "JOHN A·SMITH", "张三": "张三"}
    for serial, (name, canonical) in enumerate(kept.items(), start=1):
        record = make_record(name=name, number=sample_number(serial))
        StudentRecord.objects.filter(pk=record.pk).update(name_canonical=canonical)
    migration = import_module("enrollment.migrations.0018_names_folded_by_one_rule")
    migration.recompute(apps, connection.schema_editor())
    found = set(StudentRecord.objects.values_list("name_canonical", flat=True))
    assert found == {canonical_name("O'Brien"), canonical_name("John A. Smith"), "张三"}


@pytest.mark.parametrize(
    "written",
    [
        "\u202d110101200708150017\u202c",
        "110101\u00a020070815\u20090017",
        "１１０１０１２００７０８１５００１７",
    ],
)
def test_marks_around_a_number_do_not_count(written: str) -> None:
    assert canonical_number(written) == "110101200708150017"


def test_marks_in_the_third_item_do_not_count() -> None:
    assert canonical_item("\u202d2026－0001\ufeff") == canonical_item("20260001")


@pytest.mark.parametrize(
    "spelling", ["软件２６０１", "软件 2601", "软件\xa02601", "软\u200b件2601", "\ufeff软件2601"]
)
def test_class_names_that_look_alike_are_one(spelling: str) -> None:
    assert fold(spelling) == fold("软件2601")


def test_what_is_shown_keeps_the_signs_a_person_can_see() -> None:
    assert tidy("计算机（软件）学院\u200b") == "计算机（软件）学院"
