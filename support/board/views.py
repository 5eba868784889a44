"""The board: a counselor's classes, a registrar's institutions, colleges and classes."""

from dataclasses import dataclass

import segno
from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from accounts.access import require_role
from accounts.privacy.personal_data import note_access, personal_data
from accounts.roles import RECORD_KEEPERS
from enrollment.models import Institution, SchoolClass
from enrollment.offices import classes_in_scope, classes_of, with_counselors
from enrollment.progress import Progress
from enrollment.queries import institutions_of
from support.board import figures
from support.board.people import people
from support.board.reminders import reminders_of_today, words_for
from support.board.school_figures import colleges_of, school_days
from support.board.trend import class_targets, confirmed_by_day, targets


@dataclass(frozen=True)
class Row:
    """One college or class in the table of a board; ``name`` is empty for people in none."""

    name: str
    path: str
    standing: figures.Standing
    is_hidden: bool
    school_class: SchoolClass | None = None


EVERYBODY = "people"  # in the address, in place of a part
PAGE = 50  # classes a page of a large college


@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """What I look after: my classes, my institutions; who has checked and who has not."""
    reader = require_role(request, *RECORD_KEEPERS)
    classes = figures.standings(classes_of(reader))
    schools = figures.institution_standings(list(institutions_of(reader)))
    total = figures.total_of(standing for _, standing in classes)
    running = targets([found.pk for found, _ in schools])
    own = class_targets([found for found, _ in classes])
    reminders = reminders_of_today([found for found, _ in classes], figures.REMINDED)
    context = {
        "classes": [(*row, own.get(row[0].pk), reminders[row[0].pk]) for row in classes],
        "schools": [(*row, running.get(row[0].pk)) for row in schools],
        "days": confirmed_by_day([found for found, _ in classes], total) if classes else [],
    }
    return render(request, "support/board/board.html", context)


@require_safe
def school(request: HttpRequest, code: str) -> HttpResponse:
    """One institution by college, those with the fewest confirmations first."""
    found = visible_school(request, code)
    colleges, target = colleges_of(found), targets([found]).get(found.pk)
    page = f"{reverse('support:college_board', args=[found.code])}?"
    rows = [
        Row(one.name, page + urlencode({"college": one.name}), one.standing, one.is_hidden)
        for one in colleges
    ]
    context = {
        "school": found,
        "rows": _rows(request, rows),
        "sort": request.GET.get("sort"),
        "total": figures.total_of(one.standing for one in colleges),
        "days": school_days(colleges, target),
        "target": target,
    }
    return render(request, "support/board/school.html", context)


@require_safe
def college(request: HttpRequest, code: str) -> HttpResponse:
    """The classes of one college, named in the query; the fewest confirmations first."""
    found = visible_school(request, code)
    name = request.GET.get("college", "")
    groups = [g for one in colleges_of(found) if one.name == name for g in one.groups]
    prefetch_related_objects([g.school_class for g in groups if g.school_class], with_counselors())
    rows = [
        Row(
            group.school_class.code if group.school_class else "",
            reverse("support:class_board", args=[group.school_class.pk])
            if group.school_class
            else "",
            group.standing,
            group.is_hidden,
            group.school_class,
        )
        for group in groups
    ]
    page = Paginator(_rows(request, rows), PAGE).get_page(request.GET.get("page"))
    context = {
        "school": found,
        "college": name,
        "page": page,
        "rows": page.object_list,
        "sort": request.GET.get("sort"),
    }
    return render(request, "support/board/college.html", context)


@require_safe
def class_board(request: HttpRequest, pk: int) -> HttpResponse:
    """One class: its figures, their course, and what can be done."""
    school_class = visible_class(request, pk)
    ((_, standing),) = figures.standings([school_class])
    context = {
        "school_class": school_class,
        "standing": standing,
        "days": confirmed_by_day([school_class], standing),
        "target": class_targets([school_class]).get(school_class.pk),
        "reminders": reminders_of_today([school_class], figures.REMINDED)[school_class.pk],
        "reminder": words_for(school_class).text,
    }
    return render(request, "support/board/class.html", context)


@personal_data("support.list_class_part")
@require_safe
def class_part(request: HttpRequest, pk: int, part: str) -> HttpResponse:
    """The people behind one figure, or all of the class; that they were listed is noted."""
    school_class = visible_class(request, pk)
    if part not in (*Progress.values, EVERYBODY):
        raise Http404
    wanted = None if part == EVERYBODY else Progress(part)
    ((_, standing),) = figures.standings([school_class])
    members = people(school_class, wanted)
    note_listing(request, school_class, people=len(members), detail={"part": part})
    context = {
        "school_class": school_class,
        "part": wanted,
        "standing": standing,
        "people": members,
        "reminder": words_for(school_class).text,
        "to_remind": sum(person.can_be_reminded for person in members),
    }
    return render(request, "support/board/people.html", context)


@require_safe
def poster(request: HttpRequest, pk: int) -> HttpResponse:
    """A paper for the noticeboard: figures and how to check, and no names."""
    school_class = visible_class(request, pk)
    ((_, standing),) = figures.standings([school_class])
    context = {
        "school_class": school_class,
        "standing": standing,
        "target": class_targets([school_class]).get(school_class.pk),
        "address": settings.SITE_URL,
        "qr": mark_safe(segno.make(settings.SITE_URL).svg_inline(scale=4)),  # noqa: S308  our own
    }
    return render(request, "support/board/poster.html", context)


def _rows(request: HttpRequest, rows: list[Row]) -> list[Row]:
    """The rows by name if the address asks for it, else those with the fewest confirmations."""
    if request.GET.get("sort") == "name":
        return rows
    return sorted(
        rows,
        key=lambda row: (
            row.is_hidden or not row.standing.total,
            0 if row.is_hidden else row.standing.percent,
            row.name,
        ),
    )


def visible_class(request: HttpRequest, pk: int) -> SchoolClass:
    """The class, if it is in the reader's scope now. Raises Http404."""
    return get_object_or_404(classes_in_scope(require_role(request, *RECORD_KEEPERS)), pk=pk)


def visible_school(request: HttpRequest, code: str) -> Institution:
    """The institution, if the reader is its registrar now. Raises Http404."""
    return get_object_or_404(institutions_of(require_role(request, *RECORD_KEEPERS)), code=code)


def note_listing(
    request: HttpRequest, school_class: SchoolClass, *, people: int, detail: dict[str, str]
) -> None:
    """Write into the trail that people of a class were listed, and count them."""
    note_access(
        request,
        people=people,
        subject_type="class",
        subject_key=school_class.pk,
        institution_code=school_class.institution.code,
        detail=detail,
    )
