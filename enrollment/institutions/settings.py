"""What a registrar settles for the whole institution."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

import audit.services as trail
from accounts.models import User
from accounts.notices.services import notify_all
from accounts.roles import Role
from enrollment.models import Campaign, Institution, InstitutionRegistrar, RuleChange
from enrollment.models.institution import ThirdItem

# From the weakest to the strongest: a student number can be counted on from another.
_STRENGTH: list[str] = [ThirdItem.NONE, ThirdItem.STUDENT_NUMBER, ThirdItem.CANDIDATE_NUMBER]
# How long a registrar must have been at the institution to agree to looser rules, and how
# long the only registrar of an institution waits for them.
AGREEING_TAKES = timedelta(days=7)


class NotYoursToDecideError(Exception):
    """Another registrar must agree, or somebody has decided already."""


def update_rules(
    *, school: Institution, third_item: str, second_approver: bool, by: User
) -> RuleChange | None:
    """Change what verification asks for, and how many must agree to publish.

    What makes a rule stricter holds at once. A looser one waits for another
    registrar: the change that waits is returned. All registrars are told.
    """
    wanted = {"third_item": third_item, "second_approver": second_approver}
    with transaction.atomic():
        present = Institution.objects.select_for_update().get(pk=school.pk)
        RuleChange.objects.filter(institution=school, accepted=None).update(
            accepted=False, decided_by=by, decided_at=Now()
        )
        strict = {
            "third_item": max(present.third_item, third_item, key=_STRENGTH.index),
            "second_approver": present.second_approver or second_approver,
        }
        Institution.objects.filter(pk=school.pk).update(**strict)
        _note("settle_rules", school, by, school.code, strict)
        if strict == wanted:
            _tell_registrars(school, "rules_changed")
            return None
        asked = RuleChange.objects.create(institution=school, asked_by=by, **wanted)
        _note("ask_for_rules", school, by, school.code, wanted)
        _tell_registrars(school, "rules_asked")
    return asked


def waiting_change(school: Institution) -> RuleChange | None:
    """The loosening of the rules that nobody has decided yet."""
    found = RuleChange.objects.filter(institution=school, accepted=None)
    return found.select_related("asked_by").first()


def may_agree(change: RuleChange, by: User) -> bool:
    """Whether ``by`` may loosen the rules as ``change`` asks.

    Another registrar may, who did not come to the institution just for that.
    Where there is none, whoever asked may after AGREEING_TAKES, in which the
    notice to all of them has been read.
    """
    long_there = InstitutionRegistrar.objects.filter(
        institution=change.institution_id,
        since__lte=change.asked_at - AGREEING_TAKES,
        user__is_active=True,
        user__role_grants__role=Role.REGISTRAR,
    ).exclude(user=change.asked_by)
    if long_there.filter(user=by).exists():
        return True
    is_over = change.asked_at + AGREEING_TAKES <= timezone.now()
    return is_over and not long_there.exists() and by.pk == change.asked_by_id


def decide_rules(*, change: RuleChange, accepted: bool, by: User) -> None:
    """Agree to a waiting change, or refuse or withdraw it. Raises NotYoursToDecideError."""
    with transaction.atomic():
        waiting = RuleChange.objects.select_for_update().filter(pk=change.pk, accepted=None)
        found = waiting.first()
        if found is None or (accepted and not may_agree(found, by)):
            raise NotYoursToDecideError
        waiting.update(accepted=accepted, decided_by=by, decided_at=Now())
        school = change.institution
        detail = {"third_item": found.third_item, "second_approver": found.second_approver}
        if accepted:
            Institution.objects.filter(pk=school.pk).update(**detail)
        _note("agree_to_rules" if accepted else "refuse_rules", school, by, school.code, detail)
        _tell_registrars(school, "rules_changed" if accepted else "rules_refused")


def _tell_registrars(school: Institution, kind: str) -> None:
    registrars = User.objects.filter(
        registrar_of__institution=school, role_grants__role=Role.REGISTRAR, is_active=True
    )
    path = reverse("registry:rules", args=[school.code])
    notify_all(accounts=list(registrars.distinct()), kind=kind, path=path, always=True)


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
