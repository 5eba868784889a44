"""Printing of an issued report: from its facts to the signed file in storage."""

import hashlib
import json
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.urls import reverse

from accounts.notices.services import notify_all
from enrollment.models import Photo, PhotoKind, StatusReport
from enrollment.offices import registrars_of
from enrollment.queries import of_present_person
from enrollment.status_reports.pdf import TITLES, print_report
from enrollment.status_reports.retention import FOLDER
from enrollment.status_reports.signing import sign, signing_key
from vault.cipher import seal, unseal


def print_file(report: StatusReport) -> None:
    """Print, sign and store the file of ``report``; of two concurrent calls one wins."""
    pdf = print_report(
        language=report.language,
        facts=facts_of(report),
        photo=photo_of(report),
        link=public_link(report),
        code=report.spaced_code,
    )
    signed = sign(pdf, signing_key(report.record.institution), title=TITLES[report.language])
    sealed = seal(signed, context=f"status-report-file:{report.key}")
    name = default_storage.save(f"{FOLDER}/{report.key}", ContentFile(sealed))
    waiting = StatusReport.objects.filter(pk=report.pk, stored_as="")
    if not waiting.update(
        stored_as=name, file_sha256=hashlib.sha256(signed).digest(), missing_glyphs=""
    ):
        default_storage.delete(name)


@transaction.atomic
def wait_for_fonts(report: StatusReport, characters: str) -> None:
    """Hold ``report`` until a font has ``characters``; notify its registrars once.

    This counts as no attempt: printing is retried as soon as a font has the characters.
    """
    waiting = StatusReport.objects.filter(pk=report.pk, stored_as="")
    is_new = waiting.filter(missing_glyphs="").exists()
    waiting.update(missing_glyphs=characters[:100], attempts=0)
    if is_new:
        registrars = registrars_of(report.record.institution)
        notify_all(accounts=list(registrars), kind="report_waits", path=reverse("desk"))


def facts_of(report: StatusReport) -> dict[str, Any]:
    """What ``report`` states."""
    text = unseal(report.facts_sealed, context=f"status-report:{report.key}")
    facts: dict[str, Any] = json.loads(text)
    return facts


def public_link(report: StatusReport) -> str:
    """The address in the QR code."""
    return settings.SITE_URL + reverse("enrollment:check_report_code", args=[report.code])


def photo_of(report: StatusReport) -> bytes | None:
    """The graduation photo, else the admission photo, else None."""
    of_this_person = Photo.objects.filter(of_present_person("added_at"), record=report.record_id)
    photos = {photo.kind: photo for photo in of_this_person}
    for kind in (PhotoKind.GRADUATION, PhotoKind.ADMISSION):
        if kind in photos:
            with default_storage.open(photos[kind].stored_as) as file:
                return unseal(file.read(), context=f"photo:{photos[kind].key}")
    return None
