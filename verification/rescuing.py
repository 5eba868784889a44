"""Face to face: a member of staff vouches for the holder of a record who lost every contact."""

from django.db import transaction
from django.urls import reverse

import audit.services as trail
from accounts.journeys import rescue
from accounts.models import Rescue, User
from enrollment.models import StudentRecord
from verification import assisting


class NotHeldError(Exception):
    """Nobody holds the record: there is no account to give back."""


def rescue_holder(*, record: StudentRecord, code: str, reason: str, by: User) -> Rescue:
    """Let the account that holds ``record`` pass to the contact of whoever shows ``code``.

    Raises NotHeldError, assisting.TooManyTriesError, rescue.UnknownCodeError,
    rescue.NotOpenError.
    """
    assisting.refuse_after_too_many_tries(by)
    if record.holder is None:
        raise NotHeldError
    try:
        with transaction.atomic():
            desk = reverse("registry:record", args=[record.key])
            opened = rescue.open_rescue(account=record.holder, code=code, desk=desk, by=by)
            trail.record(
                action="verification.rescue",
                actor_id=by.pk,
                subject_type="record",
                subject_key=record.key,
                institution_code=record.institution.code,
                reason=reason,
            )
    except rescue.UnknownCodeError:
        assisting.note_wrong_code(by)
        raise
    return opened
