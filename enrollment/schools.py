"""What a registrar settles for the whole institution."""

from typing import Any

from django.db import transaction

import audit.services as trail
from accounts.models import User
from enrollment.models import Campaign, Institution


def settle_rules(*, school: Institution, third_item: str, second_approver: bool, by: User) -> None:
    """Change what verification asks for, and how many must agree to publish."""
    with transaction.atomic():
        Institution.objects.filter(pk=school.pk).update(
            third_item=third_item, second_approver=second_approver
        )
        detail = {"third_item": third_item, "second_approver": second_approver}
        _note("settle_rules", school, by, school.code, detail)


def keep_campaign(*, campaign: Campaign | None, by: User, **values: Any) -> Campaign:
    """Make a campaign or change one; who has answered keeps the answer."""
    kept = campaign or Campaign()
    for name, value in values.items():
        setattr(kept, name, value)
    with transaction.atomic():
        kept.save()
        _note("keep_campaign", kept.institution, by, str(kept.key))
    return kept


def end_campaign(*, campaign: Campaign, by: User) -> None:
    """Take a campaign away; answers and receipts stay."""
    with transaction.atomic():
        _note("end_campaign", campaign.institution, by, str(campaign.key))
        campaign.delete()


def _note(
    act: str, school: Institution, by: User, key: str, detail: dict[str, object] | None = None
) -> None:
    trail.record(
        action=f"enrollment.{act}",
        actor_id=by.pk,
        subject_type="institution" if key == school.code else "campaign",
        subject_key=key,
        institution_code=school.code,
        detail=detail,
    )
