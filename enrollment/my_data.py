"""The registry's sections in a person's copy of their own data."""

from django.core.files.storage import default_storage
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.privacy.data_export import Item, Section
from enrollment.fields.catalogue import FIELDS, Field
from enrollment.fields.display import value_of
from enrollment.identity.number import mask_number
from enrollment.models import StudentRecord
from enrollment.queries import confirmations_held_by, photos_held_by, records_held_by
from enrollment.records.sealed import certificate_number, phone_number
from enrollment.records.withholding import is_withheld
from vault.cipher import unseal


def records_section(account: User) -> Section:
    """Every field of the records the account holds, numbers in full, and the photos.

    The numbers of a withheld record are masked or left out.
    """
    records = records_held_by(account).select_related("institution", "school_class")
    entries = [
        [Item(field.name, str(field.label), _text(record, field)) for field in FIELDS]
        for record in records
    ]
    return Section("records", _("Student records"), entries, _photos(account))


def confirmations_section(account: User) -> Section:
    """The answers this account has given for its records."""
    entries = [
        [
            Item("institution_name", _("Institution"), answer.record.institution.name),
            Item("answer", _("Answer"), answer.get_answer_display()),
            Item("made_at", _("When"), date_format(answer.made_at, "SHORT_DATETIME_FORMAT")),
            Item("receipt", _("Receipt number"), answer.code),
        ]
        for answer in confirmations_held_by(account).order_by("pk")
    ]
    return Section("confirmations", _("Answers to the check of records"), entries)


def _text(record: StudentRecord, field: Field) -> str:
    if field.name == "certificate_number":
        return _number(record)
    if field.name == "phone":
        return "" if is_withheld(record) else phone_number(record)
    return str(value_of(field, record))


def _number(record: StudentRecord) -> str:
    number = certificate_number(record)
    return mask_number(number) if is_withheld(record) else number


def _photos(account: User) -> dict[str, bytes]:
    files = {}
    for photo in photos_held_by(account):
        if default_storage.exists(photo.stored_as):
            with default_storage.open(photo.stored_as) as file:
                opened = unseal(file.read(), context=f"photo:{photo.key}")
            files[f"photos/{photo.kind}-{photo.key}.jpg"] = opened
    return files
