"""Acts of a taken account that outlive it: unanswered ones are closed, others reviewed.

An appointment or a loosened rule may be the intruder's way to come back after the owner has
the account again. It is not known whose act it was, so another registrar or the operator looks
at each.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.notices.services import notify_all
from audit.models import AuditEntry
from audit.services import record_action
from database.clock import database_now
from enrollment.institutions.appointments import services as appointments
from enrollment.models import Appointment, Institution, RuleChange, StaffReview
from enrollment.offices import institutions_of, registrars_of

# An intruder may have been in the account long before the owner noticed.
REVIEWED = timedelta(days=30)
MAX_SHOWN = 200
KIND = "staff_review"
ACTS: Mapping[str, Promise] = {
    "accounts.issue_staff_code": _("Issued a set-up code to a member of staff"),
    "enrollment.agree_to_rules": _("Approved a change of the school's rules"),
    "enrollment.appoint": _("Appointed staff"),
    "enrollment.assign_counselor": _("Assigned a counselor to a class"),
    "enrollment.dismiss": _("Ended a role of staff"),
    "enrollment.settle_rules": _("Changed the school's rules"),
    "enrollment.withdraw_counselor": _("Withdrew a counselor from a class"),
}


@dataclass(frozen=True)
class Act:
    """One act for display: ``person`` is the account it concerns, ``invited`` a masked contact."""

    entry: AuditEntry
    label: Promise
    person: User | None
    invited: Appointment | None


def close_and_review(account: User) -> None:
    """Close what ``account`` has offered or asked for, and have its acts on roles reviewed.

    Call inside the transaction in which the owner takes the account back.
    """
    for waiting in Appointment.objects.filter(made_by=account, answered_at=None):
        appointments.withdraw(appointment=waiting, by=account)
    RuleChange.objects.filter(asked_by=account, accepted=None).update(
        accepted=False, decided_at=Now()
    )
    since = database_now() - REVIEWED
    places: list[Institution | None] = list(_institutions(account, since))
    if account.is_superuser or not places:
        places.append(None)
    for place in places:
        review = StaffReview(account=account, institution=place, since=since)
        if _entries(review).exists():
            _open(review)


def reviews_visible_to(user: User) -> QuerySet[StaffReview]:
    """The open reviews ``user`` may close: of colleagues, and of no act that concerns ``user``.

    Operators close all; those of their own account only where nobody else operates the portal.
    """
    opened = StaffReview.objects.filter(closed_at=None).select_related("account", "institution")
    opened = opened.order_by("pk")
    if user.is_superuser:
        others = User.objects.filter(is_superuser=True, is_active=True).exclude(pk=user.pk)
        return opened.exclude(account=user) if others.exists() else opened
    near = opened.filter(institution__in=institutions_of(user)).exclude(account=user)
    return near.exclude(pk__in=[one.pk for one in near if _concerns(one, user)])


def acts_of(review: StaffReview) -> list[Act]:
    """The acts to review, newest first, at most MAX_SHOWN."""
    found = list(_entries(review).order_by("-pk")[:MAX_SHOWN])
    people = {str(one.key): one for one in User.objects.filter(key__in=_keys(found, "account"))}
    invited = Appointment.objects.filter(key__in=_keys(found, "appointment"))
    offers = {str(one.key): one for one in invited.select_related("institution", "school_class")}
    return [
        Act(
            entry,
            ACTS[entry.action],
            people.get(entry.subject_key),
            offers.get(entry.subject_key),
        )
        for entry in found
    ]


def close_review(*, review: StaffReview, by: User) -> bool:
    """Note that ``by`` has looked at the acts; False if that was done already."""
    with transaction.atomic():
        waiting = StaffReview.objects.filter(pk=review.pk, closed_at=None)
        if not waiting.update(closed_at=Now(), closed_by=by):
            return False
        record_action(
            action="enrollment.close_staff_review",
            actor_id=by.pk,
            subject_type="account",
            subject_key=review.account.key,
            institution_code=review.institution.code if review.institution else "",
        )
    return True


def _institutions(account: User, since: datetime) -> QuerySet[Institution]:
    """Those of ``account`` now, and those it acted for before it was dismissed there.

    What an operator did at schools without a post there is reviewed by the operators.
    """
    if account.is_superuser:
        return institutions_of(account)
    acts = AuditEntry.objects.filter(actor_id=account.pk, action__in=ACTS, at__gte=since)
    return Institution.objects.filter(
        Q(pk__in=institutions_of(account)) | Q(code__in=acts.values("institution_code"))
    )


def _open(review: StaffReview) -> None:
    """Keep the review and tell all who may close it."""
    review.save(force_insert=True)
    staff = set(User.objects.filter(is_superuser=True, is_active=True))
    if review.institution is not None:
        staff.update(registrars_of(review.institution))
    told = [one for one in staff if reviews_visible_to(one).filter(pk=review.pk).exists()]
    path = reverse("registry:staff_review", args=[review.key])
    notify_all(accounts=told, kind=KIND, path=path, always=True)


def _entries(review: StaffReview) -> QuerySet[AuditEntry]:
    found = AuditEntry.objects.filter(
        actor_id=review.account_id, action__in=ACTS, at__gte=review.since
    )
    if review.pk is not None:
        found = found.filter(at__lte=review.opened_at)
    if review.institution is None:
        return found
    return found.filter(institution_code__in=(review.institution.code, ""))


def _concerns(review: StaffReview, user: User) -> bool:
    """Whether an act named or appointed ``user``, or agreed to looser rules that they wanted."""
    acts = _entries(review)
    named = acts.filter(subject_type="account", subject_key=str(user.key))
    offered = acts.filter(subject_type="appointment").values("subject_key")
    accepted = AuditEntry.objects.filter(
        actor_id=user.pk, action="enrollment.accept_appointment", subject_key__in=offered
    )
    granted = RuleChange.objects.filter(
        asked_by=user, decided_by=review.account_id, accepted=True, decided_at__gte=review.since
    )
    return named.exists() or accepted.exists() or granted.exists()


def _keys(found: list[AuditEntry], kind: str) -> list[UUID]:
    return [UUID(entry.subject_key) for entry in found if entry.subject_type == kind]
