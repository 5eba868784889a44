"""Which class, and so which counselor, a report belongs to."""

from collections.abc import Callable

from django.db import transaction
from django.db.models import F, Q

from accounts.models import User
from accounts.text import fold
from enrollment.institutions.class_locks import lock_classes
from enrollment.models import Institution, SchoolClass, StudentRecord
from enrollment.queries import of_present_person
from enrollment.records.stated_facts import stated_facts
from support.models import LIVE_STATES, Report

OFFERED = 500  # more classes make the page too heavy to offer them as a list
AT_ONCE = 500  # reports moved in one transaction
_RECORDS_CLASS = F("record__school_class")
_ELSEWHERE = (
    of_present_person("opened_at")
    & Q(record__isnull=False)
    & (
        Q(school_class__lt=_RECORDS_CLASS)
        | Q(school_class__gt=_RECORDS_CLASS)
        | Q(school_class=None, record__school_class__isnull=False)
        | Q(school_class__isnull=False, record__school_class=None)
    )
)


def locked_class(find: Callable[[], SchoolClass | None]) -> SchoolClass | None:
    """The class that ``find`` returns, locked; asked again if it was merged or deleted meanwhile.

    Call inside a transaction.
    """
    while True:
        found = find()
        if found is None or lock_classes([found.pk]):
            return found


def class_of(*, school: Institution, account: User, written: str) -> SchoolClass | None:
    """The class that was written, else that of the record whose certificate was stated.

    Staff alone may learn of the second one: it says that the registry knows the number.
    """
    return class_as_written(school, written) or _class_by_certificate(school, account)


def class_as_written(school: Institution, written: str) -> SchoolClass | None:
    """The one class of ``school`` with this name, whatever blanks, width and a final 班."""
    if not written.strip():
        return None
    exact = school.classes.filter(code=written).first()
    if exact is not None:
        return exact
    alike = [found for found in school.classes.all() if _plain(found.code) == _plain(written)]
    return alike[0] if len(alike) == 1 else None


def offered_classes(schools: list[Institution]) -> list[str]:
    """The names of the classes of ``schools`` to choose from; none where there are too many."""
    codes = SchoolClass.objects.filter(institution__in=schools).order_by("code").distinct()
    found = list(codes.values_list("code", flat=True)[: OFFERED + 1])
    return found if len(found) <= OFFERED else []


def follow_records() -> int:
    """Give live reports the class in which their record is now; returns how many moved.

    From then on they wait for the counselor of that class, or for the registrar where there is
    none. A report that was merged with others is handled separately again: theirs is another class.
    """
    moved = 0
    while number := _follow():
        moved += number
    return moved


@transaction.atomic
def _follow() -> int:
    live = Report.objects.filter(_ELSEWHERE, state__in=LIVE_STATES).order_by("pk")
    found = dict(live.values_list("pk", "record__school_class")[:AT_ONCE])
    known = lock_classes({pk for pk in found.values() if pk}) | {None}
    # Classes before reports, as a merge of classes locks them; of one that is gone, the next run.
    locked = Report.objects.filter(pk__in=found, state__in=LIVE_STATES).order_by("pk")
    reports = [
        report for report in locked.select_for_update(of=("self",)) if found[report.pk] in known
    ]
    for report in reports:
        report.school_class_id, report.merged_into = found[report.pk], None
    Report.objects.filter(merged_into__in=reports).update(merged_into=None)
    Report.objects.bulk_update(reports, ["school_class", "merged_into"])
    return len(reports)


def _class_by_certificate(school: Institution, account: User) -> SchoolClass | None:
    facts = stated_facts(account)
    if facts is None:
        return None
    records = StudentRecord.objects.filter(
        institution=school, certificate_hash=facts.certificate_hash
    )
    record = records.select_related("school_class").order_by("-entry_date", "-pk").first()
    return record.school_class if record else None


def _plain(name: str) -> str:
    return "".join(fold(name).split()).removesuffix("班")
