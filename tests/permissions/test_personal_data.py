"""No page of staff shows other people's data unless it is marked, noted and counted (T31)."""

import pytest
from django.db import transaction
from django.test import Client
from django.urls import get_resolver, resolve, reverse

from accounts.privacy.personal_data import MARK
from audit.models import AuditEntry
from enrollment.identity.number import mask_number
from enrollment.models import StudentRecord
from tests.people import PASSWORD, sample_number
from tests.permissions.addresses import addresses
from tests.permissions.cast import Cast, Places, address_of, cast, places
from tests.permissions.matrix import MATRIX

__all__ = ["cast", "places"]

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
STAFF = frozenset("CDRQTO")
# Pages that staff open and others do not, and why each needs no mark. None may
# show a name or number of a student: the second test opens them all.
NO_DATA = {
    "registry:imports": "files by name and count",
    "registry:import": "counts and faults; cells of faulty rows come in the marked workbook",
    "registry:columns": "titles of columns",
    "registry:missing": "groups and counts",
    "registry:mended_rows": "an upload",
    "registry:check_again": "an act on a file",
    "registry:end_sessions": "an act on an account, which the trail has",
    "registry:choose_sheet": "an act on a file",
    "registry:publish": "counts, and the publication itself, which the trail has",
    "registry:undo": "an act on a file, which the trail has",
    "registry:discard": "an act on a file",
    "registry:photo_batches": "files by name and count",
    "registry:take_photos": "an act on a file",
    "registry:undo_photos": "an act on a file",
    "registry:retry_photos": "an act on a file",
    "registry:discard_photos": "an act on a file",
    "registry:merge_class": "names of classes, and an act that the trail has",
    "registry:campaigns": "settings",
    "registry:campaign": "settings",
    "registry:new_campaign": "settings",
    "registry:end_campaign": "settings",
    "registry:rules": "settings",
    "registry:classes": "classes and their staff",
    "registry:class": "a class and its staff",
    "registry:remove_class": "an empty class",
    "registry:assign_counselor": "staff",
    "registry:withdraw_counselor": "staff",
    "registry:assign_by_file": "staff",
    "registry:assign_many": "staff",
    "accounts:staff_name": "the name of the reader",
    "registry:people": "staff",
    "registry:staff_review": "staff",
    "registry:dismiss_counselor": "staff",
    "registry:withdraw_appointment": "staff",
    "registry:appointments": "staff",
    "registry:dismiss_registrar": "staff",
    "registry:dismiss_auditor": "staff",
    "registry:tokens": "keys of systems",
    "registry:new_token": "keys of systems",
    "registry:revoke_token": "keys of systems",
    "registry:viewing_reason": "asks for the reason",
    "registry:reason": "asks for the reason",
    "accounts:enter_staff_code": "one's own admission",
    "registry:staff_code": "staff",
    "accounts:blocks": "contacts half hidden, found only by typing them in full",
    "accounts:lift_block": "a contact half hidden",
    "trail": "keys of rows; the trail is the auditor's work",
    "trail_sign_ins": "the auditor's work; the page notes each reading itself",
    "trail_prove": "leads back to the trail",
    "trail_export": "keys of rows; the trail is the auditor's work",
    "support:board": "head counts",
    "operator": "figures of the portal",
    "operator_messages": "masked recipients",
    "operator_imports": "states of files",
    "operator_institutions": "head counts of institutions",
    "today": "head counts, and how many wait",
    "support:school_board": "head counts, small groups folded",
    "support:college_board": "head counts, small groups folded",
    "support:figures_export": "head counts, small groups folded",
    "support:class_board": "head counts",
    "support:class_poster": "head counts",
    "support:class_remind": "sends and leads to the marked list",
    "support:report_statistics": "counts and medians, small groups folded",
    "support:report_statistics_export": "counts and medians, small groups folded",
    "support:digest_rhythm": "one's own choice",
    "support:handed_on": "counts of what one handed on oneself",
    "support:hand_on_class": "an act on reports, which the trail has",
    "support:report_separate": "an act on a report, which the trail has",
    "support:articles": "help",
    "support:article_new": "help",
    "support:article_edit": "help",
    "support:article_version": "help",
    "support:article_withdraw": "help",
}


def is_marked(address: str) -> bool:
    """Whether the view behind ``address`` is marked with ``personal_data``."""
    return hasattr(resolve(address).func, MARK)


def staff_addresses() -> list[tuple[str, str]]:
    """Every address that some of the staff may open and students may not."""
    found = sorted(set(addresses(get_resolver())))
    return [
        (name, sample)
        for name, sample in found
        if not name.startswith("console:")
        and set(MATRIX[name]) & STAFF
        and not set(MATRIX[name]) & set("AUZ")
    ]


def test_every_page_of_staff_is_marked_or_has_a_reason_why_not(places: Places) -> None:
    unmarked = {n for n, a in staff_addresses() if not is_marked(address_of(n, a, places))}
    assert unmarked == set(NO_DATA), unmarked ^ set(NO_DATA)


@pytest.mark.parametrize("letter", sorted(STAFF))
def test_a_page_that_names_a_student_is_marked_and_noted(
    letter: str, cast: Cast, places: Places, wang_record: StudentRecord
) -> None:
    StudentRecord.objects.filter(pk=wang_record.pk).update(name="王明䶮", phone_sealed=None)
    secrets = [
        "王明", "张同", mask_number(sample_number(31)), sample_number(31),
        wang_record.student_number, wang_record.candidate_number,
    ]  # fmt: skip
    person, client = cast[letter], Client()
    client.force_login(person)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    session = client.session
    session["access_reason"] = {"text": "x", "at": 32_000_000_000}
    session.save()
    wrong = []
    for name, sample in staff_addresses():
        address = address_of(name, sample, places)
        with transaction.atomic():
            before = AuditEntry.objects.filter(actor_id=person.pk).count()
            answer = client.get(address)
            text = b"".join(answer) if answer.streaming else answer.content
            shows = any(secret.encode() in text for secret in secrets)
            noted = AuditEntry.objects.filter(actor_id=person.pk).count() > before
            if shows and not (noted and is_marked(address)):
                wrong.append(name)
            transaction.set_rollback(True)
    assert not wrong, wrong
