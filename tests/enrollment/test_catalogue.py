"""Every field of the catalogue reaches every list that must have it."""

import pytest

from enrollment.fields.catalogue import FIELDS, Field
from enrollment.fields.values import CONVERTERS
from enrollment.imports.staging.difference import COMPARED
from enrollment.imports.staging.tables import _COLUMNS
from enrollment.imports.staging.undo import _RESTORED
from enrollment.institutions.settings.field_rules import CHECKABLE
from enrollment.models import StudentRecord
from enrollment.records.corrections.values import CORRECTABLE
from enrollment.records.export.services import PLAIN
from enrollment.status_page.queries import _RECORD
from enrollment.status_reports.services import STATED

ATTRIBUTES = {column.name for column in StudentRecord._meta.get_fields()}
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
    assert (field.name in CONVERTERS) != (field.name in {"name", "certificate_number", "phone"})


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_a_field_is_in_the_lists_that_its_entry_names(field: Field) -> None:
    name = field.name
    assert (name in CHECKABLE) == bool(field.checkable)
    assert (name in CORRECTABLE) == bool(field.correctable)
    assert (name in STATED) == field.stated
    assert (field in PLAIN) == bool(field.exported)
    if field.is_plain and (field.checkable or field.card[0]):
        assert name in _RECORD
