"""Create, change and delete the classes of an institution."""

from django.db import transaction
from django.db.models import Count, QuerySet

from accounts.models import User
from audit.services import record_action
from enrollment.models import FieldChange, Institution, SchoolClass
from enrollment.signals import classes_merged


class ClassInUseError(Exception):
    """The class has records, so it cannot be deleted."""


def classes_managed_by(schools: QuerySet[Institution]) -> QuerySet[SchoolClass]:
    """The classes of ``schools`` by code, annotated with ``people``: their number of records."""
    found = SchoolClass.objects.filter(institution__in=schools).select_related("institution")
    return found.annotate(people=Count("records")).order_by("institution__code", "code")


def make_class(*, institution: Institution, code: str, college: str, by: User) -> SchoolClass:
    """Create a class. Raises IntegrityError when its code is taken."""
    with transaction.atomic():
        made = SchoolClass.objects.create(institution=institution, code=code, college=college)
        _note("make_class", made, by)
    return made


def change_class(*, school_class: SchoolClass, code: str, college: str, by: User) -> None:
    """Change code and college of a class. Raises IntegrityError when the code is taken."""
    with transaction.atomic():
        SchoolClass.objects.filter(pk=school_class.pk).update(code=code, college=college)
        _note("change_class", school_class, by)


def remove_class(*, school_class: SchoolClass, by: User) -> None:
    """Delete a class without records. Raises ClassInUseError.

    What was kept of it goes to the class to which most of its people were moved, as in a merge.
    """
    with transaction.atomic():
        heir = _heir_of(school_class)
        pair = [school_class.pk, heir.pk if heir else None]
        locked = SchoolClass.objects.select_for_update().filter(pk__in=pair).order_by("pk")
        there = {found.pk for found in locked}
        if school_class.pk not in there:
            return  # merged or removed meanwhile
        if school_class.records.exists():
            raise ClassInUseError
        if heir and heir.pk in there:
            classes_merged.send(SchoolClass, merged=school_class, into=heir)
        _note("remove_class", school_class, by)
        school_class.delete()


def _heir_of(school_class: SchoolClass) -> SchoolClass | None:
    """The class in which most of the people are who were moved out of ``school_class``."""
    moved = FieldChange.objects.filter(field="class_code", old=school_class.code)
    here = SchoolClass.objects.filter(
        institution=school_class.institution_id, records__changes__in=moved
    )
    others = here.exclude(pk=school_class.pk)
    return others.annotate(people=Count("records", distinct=True)).order_by("-people", "pk").first()


def _note(act: str, school_class: SchoolClass, by: User) -> None:
    record_action(
        action=f"enrollment.{act}",
        actor_id=by.pk,
        subject_type="class",
        subject_key=school_class.pk,
        institution_code=school_class.institution.code,
    )
