"""Classes of any size, and the figures about them that a registrar takes away."""

import io
from datetime import date

import openpyxl
from django.test import Client
from django.urls import reverse

from enrollment.models import Institution, SchoolClass, StudentRecord
from tests.people import make_record, make_school, sample_number


def figures_in(client: Client, school: Institution, what: str) -> list[tuple[object, ...]]:
    """The rows of an export of figures, without the titles."""
    answer = client.get(reverse("support:figures_export", args=[school.code, what]))
    sheet = openpyxl.load_workbook(io.BytesIO(answer.getvalue())).active
    assert sheet is not None
    return list(sheet.iter_rows(min_row=2, values_only=True))


def fill(
    code: str, people: int, *, college: str = "计算机与软件学院", year: int = 2026
) -> SchoolClass:
    """A class of the school with so many people who have not registered."""
    school_class = SchoolClass.objects.create(institution=make_school(), code=code, college=college)
    for _ in range(people):
        number = sample_number(400 + StudentRecord.objects.count())
        make_record(
            name="乙", number=number, school_class=school_class, entry_date=date(year, 9, 1)
        )
    return school_class
