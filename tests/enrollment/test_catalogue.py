"""Every field of the catalogue reaches every list that must have it."""

from collections import defaultdict

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from enrollment.fields.catalogue import CARD, FIELDS, Field
from enrollment.fields.values import CONVERTERS
from enrollment.imports.checking.shared_cells import OF_THE_CLASS, OF_THE_PERSON, OF_THE_ROW
from enrollment.imports.staging.difference import COMPARED
from enrollment.imports.staging.tables import _COLUMNS
from enrollment.imports.staging.undo import _RESTORED
from enrollment.institutions.settings.field_rules import CHECKABLE
from enrollment.models import StudentRecord
from enrollment.models.record import Gender
from enrollment.records.corrections.values import CORRECTABLE
from enrollment.records.export.services import PLAIN
from enrollment.status_page.queries import _RECORD
from enrollment.status_reports.services import STATED

ATTRIBUTES = {column.name for column in StudentRecord._meta.get_fields()}
MADE_UP = "2031-07-09"
READ_BY_THE_ROW_CHECK = {"name", "certificate_number", "phone"}
STAGED = [field for field in FIELDS if field.staged or field.sealed]


def columns_of(field: Field) -> list[str]:
    if field.sealed:
        return [field.sealed_column, field.hash_column]
    return [f"{field.path.partition('.')[0]}_id" if field.path else field.name]


@pytest.mark.parametrize("field", STAGED, ids=lambda field: field.name)
def test_a_field_of_the_file_is_staged_compared_published_and_undone(field: Field) -> None:
    assert field.name in COMPARED
    assert set(columns_of(field)) - {"school_class_id"} <= set(_COLUMNS)
    assert set(columns_of(field)) <= set(_RESTORED)
    assert {name.removesuffix("_id") for name in columns_of(field)} <= ATTRIBUTES


@pytest.mark.parametrize("field", STAGED, ids=lambda field: field.name)
def test_a_field_without_a_converter_is_one_that_the_row_check_reads_itself(field: Field) -> None:
    assert (field.name in CONVERTERS) != (field.name in READ_BY_THE_ROW_CHECK)


@pytest.mark.parametrize("field", STAGED, ids=lambda field: field.name)
def test_the_cells_of_a_field_are_read_alone_together_or_by_the_row_check(field: Field) -> None:
    groups = (OF_THE_ROW, OF_THE_PERSON, OF_THE_CLASS)
    read_apart = field.from_id_number or field.name in READ_BY_THE_ROW_CHECK
    assert sum(field.name in group for group in groups) + read_apart == 1


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_the_card_has_the_part_that_an_entry_names(field: Field) -> None:
    assert field.card[0] in {"", "certificate", "status", *CARD}


@pytest.mark.parametrize("name", STATED)
@pytest.mark.parametrize("template", ["page", "facts"])
def test_what_a_status_report_states_is_printed_and_shown_to_who_checks_it(
    name: str, template: str
) -> None:
    shown = {"certificate_number": "certificate_masked"}.get(name, name)
    value = {"gender": Gender.FEMALE, "birth_date": MADE_UP, "entry_date": MADE_UP,
             "expected_leaving_date": MADE_UP}.get(name, "示例")  # fmt: skip
    others: defaultdict[str, object] = defaultdict(str, gender=Gender.MALE)
    with translation.override("en"):  # which prints the name in pinyin, too
        with_it, without = (
            render_to_string(f"enrollment/status_reports/{template}.html", {"facts": facts})
            for facts in (others | {shown: value}, others)
        )
    assert with_it != without


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_a_field_is_in_the_lists_that_its_entry_names(field: Field) -> None:
    name = field.name
    assert (name in CHECKABLE) == bool(field.checkable)
    assert (name in CORRECTABLE) == bool(field.correctable)
    assert (name in STATED) == field.stated
    assert (field in PLAIN) == bool(field.exported)
    if field.is_plain and (field.checkable or field.card[0]):
        assert name in _RECORD
