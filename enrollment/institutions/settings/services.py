"""Rules and campaigns of an institution, set by its registrars."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.urls import reverse

from accounts.models import User
from accounts.notices.services import notify_all
from accounts.roles import Role
from audit.services import record_action
from database.clock import database_now
from enrollment.models import (
    Campaign,
    Institution,
    InstitutionRegistrar,
    RuleChange,
    StudentRecord,
)
from enrollment.models.institution import ThirdItem
from enrollment.offices import registrars_of
from enrollment.statuses import ON_THE_BOOKS

# From weakest to strongest: student numbers are consecutive, so one can be guessed from another.
_STRENGTH: list[str] = [ThirdItem.NONE, ThirdItem.STUDENT_NUMBER, ThirdItem.CANDIDATE_NUMBER]
# How long a registrar must have been at the institution to approve looser rules, and how
# long the only registrar of an institution waits before approving alone.
APPROVAL_PERIOD = timedelta(days=7)


class NotYoursToDecideError(Exception):
    """Another registrar must approve, or the change is decided already."""


def update_rules(
    *, school: Institution, third_item: str, second_approver: bool, by: User
) -> RuleChange | None:
    """Set the third item of verification and two-person approval of publications.

    Stricter rules take effect at once. Looser rules need another registrar's approval:
    the pending change is returned, else None. All registrars are notified.
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


def pending_change(school: Institution) -> RuleChange | None:
    """The pending change to looser rules, or None."""
    found = RuleChange.objects.filter(institution=school, accepted=None)
    return found.select_related("asked_by").first()


def may_agree(change: RuleChange, by: User) -> bool:
    """Whether ``by`` may approve ``change``, which makes rules looser.

    A registrar other than the requester may, after APPROVAL_PERIOD at the institution:
    an accomplice cannot be appointed just for this. Without such a registrar the
    requester may approve once APPROVAL_PERIOD has passed, which leaves time to
    read the notice.
    """
    long_there = InstitutionRegistrar.objects.filter(
        institution=change.institution_id,
        since__lte=change.asked_at - APPROVAL_PERIOD,
        user__is_active=True,
        user__role_grants__role=Role.REGISTRAR,
    ).exclude(user=change.asked_by)
    if long_there.filter(user=by).exists():
        return True
    is_over = change.asked_at + APPROVAL_PERIOD <= database_now()
    return is_over and not long_there.exists() and by.pk == change.asked_by_id


def decide_rules(*, change: RuleChange, accepted: bool, by: User) -> None:
    """Approve, refuse or withdraw a pending change. Raises NotYoursToDecideError."""
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
    registrars = registrars_of(school).filter(role_grants__role=Role.REGISTRAR)
    path = reverse("registry:rules", args=[school.code])
    notify_all(accounts=list(registrars), kind=kind, path=path, always=True)


def save_campaign(*, campaign: Campaign | None, by: User, **values: Any) -> Campaign:
    """Create or change a campaign; confirmations given so far stay valid."""
    kept = campaign or Campaign()
    for name, value in values.items():
        setattr(kept, name, value)
    with transaction.atomic():
        kept.save()
        _note("keep_campaign", kept.institution, by, str(kept.key))
    return kept


def people_covered(*, institution: Institution, entry_year: int | None) -> int:
    """How many students on the books a campaign of this year of entry (None: all) asks."""
    people = StudentRecord.objects.filter(institution=institution, status__in=ON_THE_BOOKS)
    if entry_year is not None:
        people = people.filter(entry_date__year=entry_year)
    return people.count()


def end_campaign(*, campaign: Campaign, by: User) -> None:
    """Delete a campaign; its confirmations and receipts stay."""
    with transaction.atomic():
        _note("end_campaign", campaign.institution, by, str(campaign.key))
        campaign.delete()


def _note(
    act: str, school: Institution, by: User, key: str, detail: dict[str, object] | None = None
) -> None:
    record_action(
        action=f"enrollment.{act}",
        actor_id=by.pk,
        subject_type="institution" if key == school.code else "campaign",
        subject_key=key,
        institution_code=school.code,
        detail=detail,
    )
