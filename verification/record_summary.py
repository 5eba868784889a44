"""How the account of a record was verified, for staff who read the record."""

from collections.abc import Iterator

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from enrollment.models import StudentRecord
from enrollment.records.summary import SummaryFact, one, register_summary
from verification.models import Claim, ClaimMethod


def verified_how(record: StudentRecord, user: User) -> Iterator[SummaryFact]:
    """The proof on which the holder has the record, and its time."""
    claims = Claim.objects.filter(
        account=record.holder_id,
        certificate_hash=record.certificate_hash,
        institution_code=record.institution.code,
        ended_at=None,
    )
    claim = claims.first() if record.holder_id else None
    if claim is None:
        return
    at = date_format(timezone.localtime(claim.claimed_at), "Y-m-d H:i")
    yield one(_("How it was verified"), f"{ClaimMethod(claim.method).label} · {at}")


register_summary(verified_how)
