"""Fields that the holder of a record has objected to."""

from django.urls import reverse

from enrollment.confirmations.services import answer_record
from enrollment.fields.checklist import CHECKLIST
from enrollment.models import StudentRecord


def objected(record: StudentRecord, *wrong: str, asked: tuple[str, ...] = CHECKLIST) -> str:
    """The address of the form after its holder has ticked these fields as wrong."""
    assert record.holder is not None
    made = answer_record(record=record, account=record.holder, asked=asked, wrong=wrong)
    return reverse("support:report_wrong", args=[made.key])
