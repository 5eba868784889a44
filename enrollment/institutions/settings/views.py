"""Pages of an institution's rules and campaigns."""

from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import require_role
from accounts.roles import Role
from enrollment.fields.checklist import labels
from enrollment.institutions.settings import services as settings
from enrollment.institutions.settings.field_rules import rules_of
from enrollment.institutions.settings.forms import CampaignForm, SchoolForm
from enrollment.models import Campaign, RuleChange
from enrollment.queries import institutions_of

_DECISIONS = {"agree": True, "refuse": False}


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def rules(request: HttpRequest, code: str) -> HttpResponse:
    """Edit the third item of verification and two-person approval; decide a pending change."""
    user = require_role(request, Role.REGISTRAR)
    school = get_object_or_404(institutions_of(user), code=code)
    change = settings.pending_change(school)
    act = request.POST.get("act", "")
    if act in _DECISIONS:
        _decide(request, change, accepted=_DECISIONS[act])
        return redirect("registry:rules", code)
    known = {"third_item": school.third_item, "second_approver": school.second_approver}
    form = SchoolForm(request.POST or None, initial=known)
    if form.is_valid():
        waits = settings.update_rules(school=school, by=user, **form.cleaned_data)
        if waits:
            messages.warning(request, _("Looser rules wait for another registrar's approval."))
            return redirect("registry:rules", code)
        messages.success(request, _("Saved."))
        return redirect("registry:campaigns")
    context = {
        "school": school,
        "form": form,
        "change": change,
        "may_agree": change is not None and settings.may_agree(change, user),
    }
    return render(request, "enrollment/institutions/rules.html", context)


def _decide(request: HttpRequest, change: RuleChange | None, *, accepted: bool) -> None:
    try:
        if change is None:
            raise settings.NotYoursToDecideError
        settings.decide_rules(
            change=change, accepted=accepted, by=require_role(request, Role.REGISTRAR)
        )
    except settings.NotYoursToDecideError:
        messages.error(request, _("Another registrar has to agree, or it is already decided."))
    else:
        messages.success(request, _("Saved."))


@require_safe
def campaigns(request: HttpRequest) -> HttpResponse:
    """List the campaigns of the registrar's institutions, latest end first, and their rules."""
    mine = institutions_of(require_role(request, Role.REGISTRAR))
    found = Campaign.objects.filter(institution__in=mine).select_related("institution")
    context = {
        "campaigns": found.order_by("-ends_on", "-pk"),
        "schools": mine,
        "today": timezone.localdate(),
    }
    return render(request, "enrollment/institutions/campaigns.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new_campaign(request: HttpRequest) -> HttpResponse:
    """Create a campaign."""
    return _edit(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
def campaign(request: HttpRequest, key: UUID) -> HttpResponse:
    """Change a campaign."""
    return _edit(request, _mine(request, key))


@require_POST
def end_campaign(request: HttpRequest, key: UUID) -> HttpResponse:
    """Delete a campaign."""
    settings.end_campaign(campaign=_mine(request, key), by=require_role(request, Role.REGISTRAR))
    messages.success(request, _("The campaign was deleted. Answers and receipts are kept."))
    return redirect("registry:campaigns")


def _edit(request: HttpRequest, found: Campaign | None) -> HttpResponse:
    user = require_role(request, Role.REGISTRAR)
    known = _values(found) if found else None
    form = CampaignForm(
        request.POST or None, schools=institutions_of(user), campaign=found, initial=known
    )
    is_preview = request.POST.get("act") == "preview"
    if form.is_valid() and not is_preview:
        settings.save_campaign(campaign=found, by=user, **form.values)
        messages.success(request, _("Saved."))
        return redirect("registry:campaigns")
    context = {"form": form, "campaign": found, "preview": _preview(form, found)}
    return render(request, "enrollment/institutions/campaign.html", context)


def _preview(form: CampaignForm, found: Campaign | None) -> dict[str, object] | None:
    """What students will see, and how many: of the valid form, else of the kept campaign."""
    campaign = Campaign(**form.values) if form.is_valid() else found
    if campaign is None or (form.is_bound and not form.is_valid()):
        return None
    return {
        "asked": labels(campaign.confirm_fields),
        "ignored": labels(campaign.ignore_fields),
        "people": settings.people_covered(
            institution=campaign.institution, entry_year=campaign.entry_year
        ),
        "campaign": campaign,
    }


def _values(found: Campaign) -> dict[str, object]:
    names = ("institution", "name", "entry_year", "starts_on", "ends_on")
    values: dict[str, object] = {name: getattr(found, name) for name in names}
    return values | {"rules": rules_of(found.confirm_fields, found.ignore_fields)}


def _mine(request: HttpRequest, key: UUID) -> Campaign:
    mine = institutions_of(require_role(request, Role.REGISTRAR))
    return get_object_or_404(Campaign.objects.filter(institution__in=mine), key=key)
