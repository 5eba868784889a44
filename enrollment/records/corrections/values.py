"""Values of corrected fields: as the registrar types them, and as the registry stores them."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from enrollment.fields.catalogue import BY_NAME, ordered
from enrollment.fields.faults import RowFault, fault_message
from enrollment.fields.values import CONVERTERS, NULL, Fault
from enrollment.identity.name import InvalidNameError, canonical_name, clean_name
from enrollment.identity.number import InvalidNumberError, canonical_number
from enrollment.models import StudentRecord
from enrollment.records.corrections.approvals import Approval
from enrollment.records.sealed import certificate_number
from vault.cipher import seal
from vault.lookup import keyed_hash

CORRECTABLE = tuple(field.name for field in ordered(lambda field: field.correctable))


class NotCorrectableError(Exception):
    """The new value is invalid or equal to the present one; ``message`` says why."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True)
class Change:
    """What the registrar enters: field, new value as typed, supporting document.

    With ``approval`` the province has approved the change of a locked field already.
    """

    field: str
    value: str
    document: str = ""
    approval: Approval | None = None


def canonical_value(record: StudentRecord, change: Change) -> str:
    """The new value in the form the registry stores. Raises NotCorrectableError."""
    if change.field not in CORRECTABLE:
        raise NotCorrectableError("")
    convert = _CONVERTERS.get(change.field, _cell(change.field))
    value = convert(change.value.strip(), record)
    if not value:
        raise NotCorrectableError(fault_message(RowFault.BLANK))
    if value == present_value(record, change.field):
        raise NotCorrectableError(_("The registry already has this value."))
    return value


def present_value(record: StudentRecord, field: str) -> str:
    """The registry's current value, in the same form as ``canonical_value``."""
    if field == "certificate_number":
        return certificate_number(record)
    value = BY_NAME[field].read(record)
    return "" if value is None else str(value)


def stored_columns(record: StudentRecord, field: str, value: str) -> dict[str, object]:
    """The columns of the record that keep this canonical value of the field."""
    if field == "certificate_number":
        sealed = seal(value.encode(), context=f"record-certificate:{record.key}")
        return {
            "certificate_sealed": sealed,
            "certificate_hash": keyed_hash("certificate", value),
        }
    columns: dict[str, object] = {field: value}
    if field == "name":
        columns["name_canonical"] = canonical_name(value)
    return columns


def _name(text: str, _record: StudentRecord) -> str:
    try:
        return clean_name(text)
    except InvalidNameError as error:
        raise NotCorrectableError(str(error.fault.label)) from error


def _number(text: str, record: StudentRecord) -> str:
    try:
        return canonical_number(text, record.certificate_type)
    except InvalidNumberError as error:
        raise NotCorrectableError(str(error.fault.label)) from error


def _cell(field: str) -> Callable[[str, StudentRecord], str]:
    """A converter that applies the import's check for this field."""

    def convert(text: str, _record: StudentRecord) -> str:
        value = CONVERTERS[field](text)
        if isinstance(value, Fault):
            raise NotCorrectableError(fault_message(value.code))
        return "" if value == NULL else value.replace("\\\\", "\\")

    return convert


_CONVERTERS: dict[str, Callable[[str, StudentRecord], str]] = {
    "name": _name,
    "certificate_number": _number,
}
