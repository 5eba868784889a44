"""Pages of missing records: groups, the records in one, and decisions."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import require_role
from accounts.privacy.personal_data import personal_data
from accounts.roles import Role
from enrollment.imports.missing import groups as missing_groups
from enrollment.imports.missing import services as missing_services
from enrollment.imports.missing.forms import MissingForm
from enrollment.imports.staging.undo import Obstacle, UndoBlockedError
from enrollment.imports.views.access import visible_batch
from enrollment.models import AbsenceDecision, AbsenceKind, BatchState, ImportBatch
from enrollment.records import services as records

GROUPS_PER_PAGE = 40
PEOPLE_PER_PAGE = 50
OPEN = frozenset({BatchState.REHEARSED, BatchState.PUBLISHED})


@require_safe
def missing(request: HttpRequest, key: UUID) -> HttpResponse:
    """List undecided records by entry year, level and status, or one such group by class."""
    batch = visible_batch(request, key)
    if not batch.result.get("missing"):
        return redirect("registry:import", batch.key)
    within = _known(batch).get(request.GET.get("within", ""))
    found = missing_groups.groups(batch, by_class=within is not None)
    if within:
        found = [group for group in found if group.token.startswith(within.token + "|")]
    asked = batch.absent.count()
    context = {
        "batch": batch,
        "page": Paginator(found, GROUPS_PER_PAGE).get_page(request.GET.get("page")),
        "within": within,
        "total": sum(group.count for group in found),
        "off_books": batch.result["missing"] - asked if asked else 0,
        "is_open": batch.state in OPEN,
        "too_many": batch.result["missing"] > missing_groups.MAX_ASKED,
        "mend_first": batch.result["faulty"] and not asked,
        "decisions": batch.absences.select_related("decided_by").order_by("-pk"),
    }
    return render(request, "enrollment/imports/missing.html", context)


@personal_data("enrollment.view_changes")
@require_safe
def missing_people(request: HttpRequest, key: UUID) -> HttpResponse:
    """List the records in a group of missing records."""
    batch = visible_batch(request, key)
    group = _known(batch).get(request.GET.get("group", ""))
    if group is None:
        return redirect("registry:missing", batch.key)
    people = (
        missing_groups.undecided(batch).filter(group.condition).order_by("record__student_number")
    )
    pages = Paginator(people.select_related("record__school_class"), PEOPLE_PER_PAGE)
    page = pages.get_page(request.GET.get("page"))
    records.note_list_access(
        batch=batch, account=require_role(request, Role.REGISTRAR), people=len(page.object_list)
    )
    context = {"batch": batch, "group": group, "page": page}
    return render(request, "enrollment/imports/missing_people.html", context)


@personal_data("enrollment.decide_absences", reauth=True)
@require_http_methods(["GET", "HEAD", "POST"])
def decide_missing(request: HttpRequest, key: UUID) -> HttpResponse:
    """Decide about the chosen groups."""
    batch = visible_batch(request, key)
    known = _known(batch)
    tokens = (request.POST if request.method == "POST" else request.GET).getlist("group")
    chosen = [known[token] for token in dict.fromkeys(tokens) if token in known]
    if not chosen or batch.state not in OPEN:
        messages.error(request, _("Choose at least one group."))
        return redirect("registry:missing", batch.key)
    form = MissingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            decision = missing_services.decide(
                batch=batch,
                chosen=chosen,
                kind=AbsenceKind(form.cleaned_data["kind"]),
                status=form.cleaned_data["status"],
                happened_on=form.cleaned_data["happened_on"],
                reason=form.cleaned_data["reason"],
                by=require_role(request, Role.REGISTRAR),
            )
        except missing_services.NotOpenError:
            messages.error(request, _("Someone else has just decided these."))
        else:
            messages.success(request, _told(decision))
        return redirect("registry:missing", batch.key)
    context = {
        "batch": batch,
        "chosen": chosen,
        "total": sum(group.count for group in chosen),
        "form": form,
    }
    return render(request, "enrollment/imports/missing_decide.html", context)


@personal_data("enrollment.decide_absences", reauth=True)
@require_http_methods(["GET", "HEAD", "POST"])
def decision(request: HttpRequest, key: UUID, decision_key: UUID) -> HttpResponse:
    """Show a decision; POST applies it as the second person, or undoes it."""
    batch = visible_batch(request, key)
    found = get_object_or_404(batch.absences.select_related("decided_by"), key=decision_key)
    user = require_role(request, Role.REGISTRAR)
    obstacle: Obstacle | None = None
    if request.method == "POST":
        try:
            if request.POST.get("act") == "apply":
                missing_services.apply_decision(decision=found, by=user)
                messages.success(request, _("The decision was applied."))
            else:
                missing_services.undo_decision(decision=found, by=user)
                messages.success(request, _("The decision was undone."))
            return redirect("registry:missing", batch.key)
        except UndoBlockedError as error:
            obstacle = error.obstacle
        except missing_services.SecondPersonError:
            messages.error(request, _("Another registrar must apply this decision."))
        except missing_services.NotOpenError:
            messages.error(request, _("Someone else has just handled this decision."))
            return redirect("registry:missing", batch.key)
    context = {
        "batch": batch,
        "decision": found,
        "obstacle": obstacle,
        "may_apply": batch.state == BatchState.PUBLISHED
        and not found.applied_at
        and found.decided_by != user,
    }
    status = 409 if obstacle else 200
    return render(request, "enrollment/imports/missing_decision.html", context, status=status)


def _known(batch: ImportBatch) -> dict[str, missing_groups.Group]:
    """The groups of undecided records by token, with and without classes."""
    found = [
        *missing_groups.groups(batch, by_class=False),
        *missing_groups.groups(batch, by_class=True),
    ]
    return {group.token: group for group in found}


def _told(decision: AbsenceDecision) -> str:
    if decision.applied_at:
        return ngettext(
            "Decided for %(number)s record.", "Decided for %(number)s records.", decision.count
        ) % {"number": decision.count}
    if decision.batch.state == BatchState.PUBLISHED:
        return _("Decided. Another registrar must apply it.")
    return _("Decided. It is applied when the file is published.")
