"""The causes of problem reports: their articles, and the field each one names."""

from django.utils import timezone

from enrollment.identity.number import mask_number
from enrollment.models import Campaign, StudentRecord
from enrollment.records.sealed import certificate_number
from support.models import Cause

ARTICLES = {
    Cause.NOT_FOUND: "not-matched",
    Cause.NAME: "wrong-information",
    Cause.GENDER: "wrong-information",
    Cause.BIRTH_DATE: "wrong-information",
    Cause.CERTIFICATE: "wrong-information",
    Cause.STATUS: "status",
    Cause.PHOTO: "photos",
    Cause.MAJOR: "major",
    Cause.STUDY: "check",
    Cause.TAKEN: "number-taken",
    Cause.OTHER: "about-help",
}
# Causes that name one field, so that the form asks for the right value.
NAMES_A_FIELD = (Cause.NAME, Cause.GENDER, Cause.BIRTH_DATE, Cause.CERTIFICATE, Cause.MAJOR)
WITHOUT_RECORD = (Cause.NOT_FOUND, Cause.TAKEN, Cause.OTHER)
WITH_RECORD = tuple(cause for cause in Cause if cause not in (Cause.NOT_FOUND, Cause.TAKEN))


def needs_no_report(cause: Cause, record: StudentRecord | None) -> bool:
    """Whether the school has said that this need not be reported now (guide row 22)."""
    if cause != Cause.MAJOR or record is None:
        return False
    today = timezone.localdate()
    return Campaign.objects.filter(
        institution=record.institution_id,
        starts_on__lte=today,
        ends_on__gte=today,
        ignore_fields__contains=["major_name"],
    ).exists()


def registry_value(cause: Cause, record: StudentRecord | None) -> str:
    """The registry's value of the field that the cause names; numbers are masked."""
    if record is None:
        return ""
    values = {
        Cause.NAME: record.name,
        Cause.GENDER: str(record.get_gender_display()),
        Cause.BIRTH_DATE: record.birth_date.isoformat() if record.birth_date else "",
        Cause.CERTIFICATE: mask_number(certificate_number(record)),
        Cause.STATUS: record.status,
        Cause.MAJOR: record.major_name,
    }
    return values.get(cause, "")
