"""Causes why a record is frozen, for the staff who decide about it and for its holder."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from enrollment.models import StudentRecord
from enrollment.records.freezing import FreezeCause, register_causes
from enrollment.status_page.status_line import DisputeNotice, register_dispute_finder
from verification.disputes.claim_objections import objections_visible_to
from verification.models import Dispute, DisputeState
from verification.queries import disputes_visible_to


def causes_of(record: StudentRecord, user: User) -> Iterator[FreezeCause]:
    """Open disputes and objections about ``record`` that ``user`` may decide."""
    school = {"institution_code": record.institution.code}
    digest = record.certificate_hash
    disputes = disputes_visible_to(user).filter(
        certificate_hash=digest, state=DisputeState.OPEN, holder__isnull=False, **school
    )
    for dispute in disputes:
        path = reverse("verification:dispute_desk", args=[dispute.key])
        yield FreezeCause(_("Another account says that this record is its own."), path)
    objections = objections_visible_to(user).filter(
        record__certificate_hash=digest, settled_at=None, **school
    )
    for alert in objections:
        path = reverse("verification:claim_objection", args=[alert.key])
        words = _("The person at the phone in the registry says that the holder is not them.")
        yield FreezeCause(words, path)


def dispute_to_answer(record: StudentRecord) -> DisputeNotice | None:
    """The dispute about ``record`` that its holder has not answered yet."""
    found = Dispute.objects.filter(
        certificate_hash=record.certificate_hash,
        institution_code=record.institution.code,
        holder=record.holder_id,
        state=DisputeState.OPEN,
        objected_at=None,
    ).first()
    if found is None:
        return None
    return DisputeNotice(reverse("verification:objection", args=[found.key]), found.object_until)


register_causes(causes_of)
register_dispute_finder(dispute_to_answer)
