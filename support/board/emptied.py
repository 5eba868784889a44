"""Classes from which all people were moved to other classes: their past days stay true."""

from collections.abc import Sequence

from django.db.models import Count

from enrollment.models import FieldChange, SchoolClass
from enrollment.statuses import ON_THE_BOOKS


def emptied(classes: Sequence[SchoolClass], entry_year: int | None) -> list[SchoolClass]:
    """Those of ``classes`` of one institution that have no records left, for they were moved.

    With ``entry_year`` those from which most people entered in that year. Two queries at most.
    """
    empty = list(SchoolClass.objects.filter(pk__in=[one.pk for one in classes], records=None))
    if not empty:
        return []
    moved = FieldChange.objects.filter(
        field="class_code",
        old__in=[one.code for one in empty],
        record__institution=empty[0].institution_id,
        record__status__in=ON_THE_BOOKS,
    )
    rows = moved.values_list("old", "record__entry_date__year")
    counted = rows.annotate(people=Count("record", distinct=True))
    years = {
        code: year for code, year, _people in counted.order_by("people", "record__entry_date__year")
    }
    return [one for one in empty if one.code in years and entry_year in (None, years[one.code])]
