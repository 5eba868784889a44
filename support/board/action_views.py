"""Acts on the board: reminding a group, exporting lists and figures."""

from collections.abc import Iterable
from contextlib import suppress
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import require_role
from accounts.privacy.personal_data import Reason, personal_data
from accounts.roles import RECORD_KEEPERS
from enrollment.files.spreadsheets import XLSX
from enrollment.progress import Progress
from support.board.export import (
    class_workbook,
    dated_name,
    days_workbook,
    figures_workbook,
    file_name,
)
from support.board.figures import REMINDED, standings
from support.board.reminders import remind
from support.board.views import EVERYBODY, note_listing, visible_class, visible_school
from support.models import Reminder


@require_POST
def remind_class(request: HttpRequest, pk: int) -> HttpResponse:
    """Remind the ticked people of a class, one group, or every group that can act now."""
    school_class = visible_class(request, pk)
    part = request.POST.get("part", "")
    if part and part not in REMINDED:
        raise Http404
    parts = [Progress(part)] if part else list(REMINDED)
    only = None
    if "ticked" in request.POST:
        only = _keys(request.POST.getlist("people"))
        if not only:
            messages.error(request, _("Tick at least one person."))
            return redirect("support:class_part", pk, part or EVERYBODY)
    made = remind(
        school_class=school_class, parts=parts, by=require_role(request, *RECORD_KEEPERS), only=only
    )
    return redirect("support:class_reminded", pk, made.key)


@personal_data("support.list_class_part")
@require_safe
def reminded(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """The people whom a reminder reached, and those it did not."""
    school_class = visible_class(request, pk)
    made = get_object_or_404(Reminder, key=key, school_class=school_class)
    lost = made.reached.filter(out_of_reach=True).select_related("record")
    people = [row.record for row in lost.order_by("record__student_number")]
    note_listing(request, school_class, people=len(people), detail={"reminder": str(made.key)})
    context = {"school_class": school_class, "reminder": made, "lost": people}
    return render(request, "support/board/reminded.html", context)


@personal_data("support.list_class_part", reason=Reason.BEFORE, reauth=True)
@require_http_methods(["GET", "HEAD", "POST"])
def export_class(request: HttpRequest, pk: int) -> FileResponse:
    """The people of a class as a workbook, with masked numbers."""
    school_class = visible_class(request, pk)
    ((_, standing),) = standings([school_class])
    note_listing(request, school_class, people=standing.total, detail={"export": "xlsx"})
    file, name = class_workbook(school_class), file_name(school_class)
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)


@require_safe
def export_figures(request: HttpRequest, code: str, what: str) -> FileResponse:
    """The figures of an institution by class or by day, as a workbook without names."""
    school = visible_school(request, code)
    if what == "classes":
        file, name = figures_workbook(school), _("Progress of the check")
    elif what == "days":
        file, name = days_workbook(school), _("Confirmed by day")
    else:
        raise Http404
    return FileResponse(
        file, as_attachment=True, filename=dated_name(school.name, name), content_type=XLSX
    )


def _keys(texts: Iterable[str]) -> list[UUID]:
    """The texts that are keys of records."""
    keys = []
    for text in texts:
        with suppress(ValueError):
            keys.append(UUID(text))
    return keys
