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
from accounts.roles import Role
from audit.models import AuditEntry
from audit.services import record_actions
from delivery.masking import masked_email, masked_phone
from delivery.models import Channel
from delivery.outbox.content import Content
from delivery.services import queue_many
from enrollment.models import (
    Appointment,
    ClassCounselor,
    Institution,
    InstitutionRegistrar,
    SchoolClass,
)
from vault.lookup import keyed_hash

VALID_FOR = timedelta(days=14)
KIND = "appointment"


class TooManyAppointmentsError(Exception):
    """The daily limit of appointments is exceeded; nothing was changed."""


class HoldsRecordError(Exception):
    """The account holds a student record; staff need a separate account."""


@dataclass(frozen=True)
class Post:
    """The role to take on, the institution or class it is for, and its last day if it has one."""

    role: Role
    institution: Institution | None = None
    school_class: SchoolClass | None = None
    last_day: date | None = None


def invite(
    *, posts: Sequence[tuple[Post, Identifier]], by: User, reason: str = ""
) -> list[Appointment]:
    """Create an appointment for each of ``posts`` and notify each person once.

    Returns the first appointment of each person. Raises TooManyAppointmentsError.
    """
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=by.pk)
        since = Now() - timedelta(days=1)
        today = Appointment.objects.filter(made_by=by, made_at__gt=since).count()
        made = _new_appointments(posts, by, reason)
        if today + len(made) > settings.APPOINTMENTS_PER_DAY:
            raise TooManyAppointmentsError
        Appointment.objects.bulk_create([appointment for _, appointment in made])
        record_actions([_entry("appoint", one, by, reason) for _, one in made])
        first: dict[Identifier, Appointment] = {}
        for who, appointment in made:
            first.setdefault(who, appointment)
        _send_all(first)
    return list(first.values())


def _new_appointments(
    posts: Sequence[tuple[Post, Identifier]], by: User, reason: str
) -> list[tuple[Identifier, Appointment]]:
    """Unsaved appointments for ``posts``; one that is pending already gets the new last day."""
    hashes = {who: _hash(who) for _, who in posts}
    waiting = Appointment.objects.filter(answered_at=None, contact_hash__in=hashes.values())
    known: dict[tuple[object, ...], date | None] = {
        (bytes(contact), role, institution, school_class): last_day
        for contact, role, institution, school_class, last_day in waiting.values_list(
            "contact_hash", "role", "institution_id", "school_class_id", "last_day"
        )
    }
    made = []
    for post, who in posts:
        place = post.institution and post.institution.pk, post.school_class and post.school_class.pk
        office = (hashes[who], str(post.role), *place)
        if office in known:
            if known[office] != post.last_day:
                _of(waiting, post, hashes[who]).update(last_day=post.last_day)
            continue
        known[office] = post.last_day
        appointment = Appointment(
            contact_hash=hashes[who],
            role=post.role,
            institution=post.institution,
            school_class=post.school_class,
            last_day=post.last_day,
            shown=_shown(who),
            made_by=by,
            reason=reason,
        )
        made.append((who, appointment))
    return made


def _of(appointments: QuerySet[Appointment], post: Post, contact: bytes) -> QuerySet[Appointment]:
    """Those of ``appointments`` that offer ``post`` to the contact with this hash."""
    return appointments.filter(
        contact_hash=contact,
        role=post.role,
        institution=post.institution,
        school_class=post.school_class,
    )


def appointments_of(account: User) -> QuerySet[Appointment]:
    """Pending appointments of a confirmed contact, or the username, of ``account``."""
    names = []
    if account.phone and account.phone_confirmed_at:
        names.append(Identifier(Channel.SMS, account.phone.as_e164))
    mailboxes = account.emailaddress_set.filter(verified=True)  # type: ignore[attr-defined]
    names += [Identifier(Channel.EMAIL, mailbox.email.lower()) for mailbox in mailboxes]
    hashes = [_hash_contact(name) for name in names]
    if account.username:
        hashes.append(_hash_username(account.username, account))
    waiting = Appointment.objects.filter(
        answered_at=None,
        made_at__gt=Now() - VALID_FOR,
        contact_hash__in=hashes,
    )
    return waiting.select_related("institution", "school_class__institution")


def appointment_for(account: User, key: UUID) -> Appointment | None:
    """The pending appointment of ``account`` with this key, or None."""
    return appointments_of(account).filter(key=key).first()


def accept(*, appointment: Appointment, account: User) -> bool:
    """Grant ``account`` the role of the appointment; False when it was answered already.

    Raises HoldsRecordError: a staff account cannot open the pages of its own record.
    """
    if account.is_superuser or account.held_records.exists():
        raise HoldsRecordError
    with transaction.atomic():
        if not _answer(appointment, accepted=True):
            return False
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
        if not _answer(appointment, accepted=False):
            return False
        _note("decline_appointment", appointment, account, "")
    return True


def withdraw(*, appointment: Appointment, by: User) -> bool:
    """Withdraw an unanswered appointment; False when it was answered already."""
    with transaction.atomic():
        if not _answer(appointment, accepted=False):
            return False
        _note("withdraw_appointment", appointment, by, "")
    return True


def _answer(appointment: Appointment, *, accepted: bool) -> bool:
    waiting = Appointment.objects.filter(pk=appointment.pk, answered_at=None)
    return bool(waiting.update(answered_at=Now(), accepted=accepted))


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
    if who.channel == Channel.SMS:
        return masked_phone(who.value)
    return masked_email(who.value) if who.channel == Channel.EMAIL else who.value


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
