"""Phones of records that imports replaced lately: a claim by the new one is not trusted alone.

A registrar could import a phone of their own in place of the student's, and claim the
record with it (threat T33).
"""

from datetime import timedelta

from django.db.models import QuerySet
from django.db.models.functions import Now

from enrollment.models import RecordBefore, StudentRecord
from enrollment.records.sealed import phone_number
from vault.cipher import unseal

PHONE_CHANGE_PERIOD = timedelta(days=14)


def replaced_phones(record: StudentRecord) -> set[str]:
    """The phones, in E.164 form, in place of which ``record`` has another one since lately.

    Every import of ``PHONE_CHANGE_PERIOD`` counts, so that a phone removed by one file and
    set by the next is found as well. Raises vault.cipher.UnsealError.
    """
    context = f"record-phone:{record.key}"
    found = _changes(record).values_list("row__phone_sealed", flat=True)
    former = {
        unseal(bytes.fromhex(sealed.removeprefix("\\x")), context=context).decode()
        for sealed in found
        if sealed
    }
    return former - {phone_number(record)}


def importers_of_phone(record: StudentRecord) -> set[int]:
    """The staff who uploaded the files since the phone was replaced; empty where it was not."""
    if not replaced_phones(record):
        return set()
    staff = _changes(record).values_list("batch__created_by", flat=True)
    return {key for key in staff if key}


def _changes(record: StudentRecord) -> QuerySet[RecordBefore]:
    since = Now() - PHONE_CHANGE_PERIOD
    return RecordBefore.objects.filter(record=record, batch__published_at__gte=since)
