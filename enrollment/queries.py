"""Querysets limited to the objects a user may read.

Permission is part of the query, so that a view cannot fetch an object first and forget to
check.
"""

from contextlib import suppress

from django.contrib.auth.models import AnonymousUser
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from accounts.models import User
from accounts.text import fold_width
from database.clock import read_with_clock
from enrollment import offices
from enrollment.identity.certificates import CertificateType
from enrollment.identity.name import canonical_name
from enrollment.identity.number import InvalidNumberError, canonical_number
from enrollment.models import (
    Confirmation,
    ImportBatch,
    Institution,
    Photo,
    PhotoBatch,
    StatusReport,
    StudentRecord,
)
from vault.lookup import keyed_hash


def schools_with_registrars() -> QuerySet[Institution]:
    """Institutions that use the portal: those with at least one registrar."""
    return Institution.objects.filter(registrars__isnull=False).distinct().order_by("name")


def records_held_by(user: User) -> QuerySet[StudentRecord]:
    """The records this account has claimed, newest entry first."""
    return StudentRecord.objects.filter(holder=user).order_by("-entry_date", "-pk")


def photos_held_by(user: User | AnonymousUser) -> QuerySet[Photo]:
    """The photos of the records this account holds."""
    if not isinstance(user, User):
        return Photo.objects.none()
    return Photo.objects.filter(
        ~Q(record__withheld_until__gt=Now()), of_present_person("added_at"), record__holder=user
    )


def confirmations_held_by(user: User) -> QuerySet[Confirmation]:
    """The answers this account has given for the records it holds."""
    mine = Confirmation.objects.filter(record__holder=user, account=user)
    return mine.select_related("record__institution")


def reports_held_by(user: User) -> QuerySet[StatusReport]:
    """The reports this account has issued for the records it holds, newest first."""
    held = StatusReport.objects.filter(
        ~Q(record__withheld_until__gt=Now()), record__holder=user, account=user
    ).order_by("-pk")
    return read_with_clock(held.select_related("record__institution"))


def of_present_person(moment: str) -> Q:
    """Condition: ``moment`` is after the record went to its present person.

    See ``StudentRecord.person_since``.
    """
    since = Q(record__person_since=None)
    return since | Q(**{f"{moment}__gt": F("record__person_since")})


def records_visible_to(user: User | AnonymousUser) -> QuerySet[StudentRecord]:
    """The records a member of staff may read: of their institutions or classes.

    A registrar reads those of their institutions, a counselor those of their classes. The
    scope is read on each request, so that a withdrawn right ends at once. A superuser has
    no right to data by default.
    """
    if not isinstance(user, User):
        return StudentRecord.objects.none()
    return offices.records_in_scope(user)


def other_records_of_person(user: User, record: StudentRecord) -> QuerySet[StudentRecord]:
    """Other records with the same certificate that ``user`` may read.

    Newest entry first.
    """
    same = records_visible_to(user).filter(certificate_hash=record.certificate_hash)
    return same.exclude(pk=record.pk).select_related("institution").order_by("-entry_date", "-pk")


def institutions_of(user: User | AnonymousUser) -> QuerySet[Institution]:
    """The institutions a registrar works for; none for all other users."""
    return offices.institutions_of(user) if isinstance(user, User) else Institution.objects.none()


def batches_visible_to(user: User | AnonymousUser) -> QuerySet[ImportBatch]:
    """The import batches of a registrar's institutions, newest first."""
    institutions = institutions_of(user)
    found = ImportBatch.objects.filter(institution__in=institutions)
    return found.select_related("institution", "created_by", "published_by", "mends").order_by(
        "-pk"
    )


def photo_batches_visible_to(user: User | AnonymousUser) -> QuerySet[PhotoBatch]:
    """The photo ZIPs of a registrar's institutions, newest first."""
    found = PhotoBatch.objects.filter(institution__in=institutions_of(user))
    return found.select_related("institution", "created_by", "taken_by").order_by("-pk")


def search_records(
    records: QuerySet[StudentRecord], words: str, *, whole_name: bool = False
) -> QuerySet[StudentRecord]:
    """Those of ``records`` with this certificate, student or candidate number, or name.

    A name matches by its beginning, or as a whole. Each condition has an index of its own and so
    a query of its own: joined by OR they would be looked for in every record within reach.
    """
    number = "".join(fold_width(words).split())
    name = canonical_name(words)
    conditions = [
        Q(name_canonical=name) if whole_name else Q(name_canonical__startswith=name),
        Q(student_number=number),
        Q(candidate_number=number),
    ]
    hashes = []
    for kind in CertificateType:
        with suppress(InvalidNumberError):
            hashes.append(keyed_hash("certificate", canonical_number(words, kind)))
    if hashes:
        conditions.append(Q(certificate_hash__in=hashes))
    first, *others = [records.filter(each).order_by().values("pk") for each in conditions]
    found = StudentRecord.objects.filter(pk__in=first.union(*others))
    return found.order_by("name_canonical", "pk")
