"""Which class, and so which counselor, a report without a record belongs to."""

from collections.abc import Callable

from accounts.models import User
from accounts.text import fold
from enrollment.institutions.class_locks import lock_classes
from enrollment.models import Institution, SchoolClass, StudentRecord
from enrollment.records.stated_facts import stated_facts

OFFERED = 500  # more classes make the page too heavy to offer them as a list


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
