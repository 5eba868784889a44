"""Appointments: made by a registrar or the operator, in effect once the person accepts.

An appointment names a contact. The response and the message to that contact are
equal whether or not an account has it, so that accounts cannot be enumerated. The
owner of a contact proves it by a code; a username cannot be proved, so it is bound
to the account that has it when the appointment is made.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import translation

from accounts.codes.messages import letter
from accounts.identifiers.services import Identifier, owner_of
from accounts.models import RoleGrant, User
from accounts.notices.services import notify
from accounts.password_state import lock_account
from accounts.roles import Role
from audit.models import AuditEntry
from audit.services import record_actions
from delivery.masking import masked
from delivery.models import Channel
from delivery.outbox.content import Content
from delivery.services import queue_many
from enrollment.institutions.class_locks import lock_class_of
from enrollment.models import (
    Appointment,
    ClassCounselor,
    Institution,
    InstitutionRegistrar,
    SchoolClass,
)
from enrollment.offices import has_not_ended
from vault.lookup import keyed_hash

VALID_FOR = timedelta(days=14)
KIND = "appointment"


class TooManyAppointmentsError(Exception):
    """The daily limit of appointments is exceeded; nothing was changed."""


class HoldsRecordError(Exception):
    """The account holds a student record; staff need a separate account."""


@dataclass(frozen=True)
class Post:
    """The role to take on, the institution or class it is for, and its last day if it has one.

    With ``keeps_last_day`` an offer that waits already keeps the last day that it has.
    """

    role: Role
    institution: Institution | None = None
    school_class: SchoolClass | None = None
    last_day: date | None = None
    keeps_last_day: bool = False


def invite(
    *, posts: Sequence[tuple[Post, Identifier]], by: User, reason: str = ""
) -> list[Appointment]:
    """Create an appointment for each of ``posts`` and notify each person once.

    One that waits with another last day is changed and its person notified again; one that
    waits unchanged stays as it is. Of two posts that differ by the last day alone the last one
    counts. Returns the first appointment of each person notified. Raises
    TooManyAppointmentsError.
    """
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=by.pk)
        offers = _offers(posts, by, reason)
        if _offered_today(by) + len(offers) > settings.APPOINTMENTS_PER_DAY:
            raise TooManyAppointmentsError
        renewed = [one for _, one in offers if one.pk]
        Appointment.objects.bulk_create([one for _, one in offers if not one.pk])
        Appointment.objects.bulk_update(renewed, ["last_day", "made_at", "made_by", "reason"])
        record_actions([_entry("appoint", one, by, reason) for _, one in offers])
        first: dict[Identifier, Appointment] = {}
        for who, appointment in offers:
            first.setdefault(who, appointment)
        _send_all(first)
    return list(first.values())


def _offered_today(by: User) -> int:
    """How many offers ``by`` has made or changed in a day, by the trail: a row knows the last."""
    since = Now() - timedelta(days=1)
    acts = AuditEntry.objects.filter(actor_id=by.pk, action="enrollment.appoint", at__gt=since)
    return acts.count()


def _offers(
    posts: Sequence[tuple[Post, Identifier]], by: User, reason: str
) -> list[tuple[Identifier, Appointment]]:
    """The appointments for ``posts`` that are new or renewed, not saved yet."""
    hashes = {who: _hash(who) for _, who in posts}
    theirs = _unanswered().filter(contact_hash__in=hashes.values()).order_by("pk")
    rows = theirs.select_related("institution", "school_class__institution")
    waiting: dict[tuple[object, ...], Appointment] = {
        (bytes(one.contact_hash), one.role, one.institution_id, one.school_class_id): one
        for one in rows.select_for_update(of=("self",))
    }
    too_old = theirs.filter(has_not_ended(), made_at__lte=Now() - VALID_FOR)
    lapsed = set(too_old.values_list("pk", flat=True))
    wanted = {
        (
            hashes[who],
            str(post.role),
            post.institution and post.institution.pk,
            post.school_class and post.school_class.pk,
        ): (post, who)
        for post, who in posts
    }
    offers = []
    for office, (post, who) in wanted.items():
        known = waiting.get(office)
        last_day = known.last_day if known and post.keeps_last_day else post.last_day
        if known and known.last_day == last_day and known.pk not in lapsed:
            continue
        offer = known or Appointment(
            contact_hash=hashes[who],
            role=post.role,
            institution=post.institution,
            school_class=post.school_class,
            shown=_shown(who),
        )
        offer.last_day, offer.made_by, offer.reason = last_day, by, reason
        if known:
            offer.made_at = Now()
        offers.append((who, offer))
    return offers


def _open_appointments() -> QuerySet[Appointment]:
    """Appointments that can be accepted: not answered, not too old, the office not over."""
    return _unanswered().filter(has_not_ended(), made_at__gt=Now() - VALID_FOR)


def _unanswered() -> QuerySet[Appointment]:
    return Appointment.objects.filter(answered_at=None)


def appointments_of(account: User) -> QuerySet[Appointment]:
    """Appointments to a confirmed contact, or the username, of ``account`` that it can accept."""
    names = []
    if account.phone and account.phone_confirmed_at:
        names.append(Identifier(Channel.SMS, account.phone.as_e164))
    mailboxes = account.emailaddress_set.filter(verified=True)  # type: ignore[attr-defined]
    names += [Identifier(Channel.EMAIL, mailbox.email.lower()) for mailbox in mailboxes]
    hashes = [_hash_contact(name) for name in names]
    if account.username:
        hashes.append(_hash_username(account.username, account))
    waiting = _open_appointments().filter(contact_hash__in=hashes)
    return waiting.select_related("institution", "school_class__institution")


def appointment_for(account: User, key: UUID) -> Appointment | None:
    """The appointment with this key if ``account`` can accept it, or None."""
    return appointments_of(account).filter(key=key).first()


def accept(*, appointment: Appointment, account: User) -> bool:
    """Grant ``account`` the role of the appointment; False when it was answered, or is over.

    Raises HoldsRecordError: a staff account cannot open the pages of its own record.
    """
    with transaction.atomic():
        lock_class_of(appointment)
        lock_account(account.pk)
        if account.is_superuser or account.held_records.exists():
            raise HoldsRecordError
        if not _answer(_open_appointments(), appointment, accepted=True):
            return False
        appointment.refresh_from_db(fields=["last_day"])  # it may have been changed until now
        role = Role(appointment.role)
        RoleGrant.objects.get_or_create(user=account, role=role)
        if appointment.school_class is not None:
            ClassCounselor.objects.update_or_create(
                user=account,
                school_class=appointment.school_class,
                defaults={"last_day": appointment.last_day},
            )
        elif appointment.institution is not None:
            InstitutionRegistrar.objects.get_or_create(
                user=account, institution=appointment.institution
            )
        _note("accept_appointment", appointment, account, "")
    return True


def decline(*, appointment: Appointment, account: User) -> bool:
    """Decline the appointment; False when it was answered already."""
    with transaction.atomic():
        if not _answer(_unanswered(), appointment, accepted=False):
            return False
        _note("decline_appointment", appointment, account, "")
    return True


def withdraw(*, appointment: Appointment, by: User) -> bool:
    """Withdraw an unanswered appointment; False when it was answered already."""
    with transaction.atomic():
        if not _answer(_unanswered(), appointment, accepted=False):
            return False
        _note("withdraw_appointment", appointment, by, "")
    return True


def _answer(waiting: QuerySet[Appointment], appointment: Appointment, *, accepted: bool) -> bool:
    """Answer it if it is one of ``waiting``."""
    found = waiting.filter(pk=appointment.pk)
    return bool(found.update(answered_at=Now(), accepted=accepted))


def _send_all(first: Mapping[Identifier, Appointment]) -> None:
    """Send one message per contact, equal with or without an account; usernames get a notice."""
    messages: list[tuple[str, Content, int | None]] = []
    for who, appointment in first.items():
        path = reverse("registry:appointment", args=[appointment.key])
        if who.channel is None:
            if owner := owner_of(who):
                notify(account=owner.account, kind=KIND, path=path, always=True)
            continue
        params = {"link": settings.SITE_URL + path, "key": appointment.key.hex}
        with translation.override(settings.LANGUAGE_CODE):
            messages.append((who.value, letter(KIND, who.channel, params), None))
    queue_many(messages, purpose=KIND)


def _shown(who: Identifier) -> str:
    return masked(who.channel, who.value) if who.channel else who.value


def _hash(who: Identifier) -> bytes:
    if who.channel is not None:
        return _hash_contact(who)
    owner = owner_of(who)
    return _hash_username(who.value, owner.account if owner else None)


def _hash_contact(who: Identifier) -> bytes:
    return keyed_hash("appointment", f"{who.channel}:{who.value}")


def _hash_username(name: str, account: User | None) -> bytes:
    """Hash of a username and its present owner: a later owner of the name does not match."""
    return keyed_hash("appointment", f"name:{name.lower()}:{account.pk if account else ''}")


def _note(act: str, appointment: Appointment, by: User, reason: str) -> None:
    record_actions([_entry(act, appointment, by, reason)])


def _entry(act: str, appointment: Appointment, by: User, reason: str) -> AuditEntry:
    school_class = appointment.school_class
    school = school_class.institution if school_class else appointment.institution
    return AuditEntry(
        action=f"enrollment.{act}",
        actor_id=by.pk,
        subject_type="appointment",
        subject_key=str(appointment.key),
        institution_code=school.code if school else "",
        reason=reason,
        detail={
            "role": appointment.role,
            "class": appointment.school_class_id,
            "last_day": appointment.last_day.isoformat() if appointment.last_day else None,
        },
    )


def forget_old_appointments() -> None:
    """Delete appointments made ENDED_DAYS ago; the trail keeps what came of them."""
    before = Now() - timedelta(days=settings.ENDED_DAYS)
    Appointment.objects.filter(made_at__lt=before).delete()
