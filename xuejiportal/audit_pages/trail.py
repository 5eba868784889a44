"""The audit trail, for auditors only."""

from collections.abc import Iterator
from typing import Any

from allauth.account.decorators import reauthentication_required
from django import forms
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.identifiers.services import owner_of, parse
from accounts.models import User
from accounts.roles import Role
from audit.models import AuditEntry
from audit.queries import EntryFilter, chain_state, entries
from audit.services import record_action
from enrollment.files.spreadsheets import CSV, csv_lines

PAGE_SIZE = 50
MAX_ENTRY_ID = 2**63 - 1
HEADER = ("id", "at", "actor", "action", "subject", "key", "institution", "reason", "detail")


class TrailForm(forms.Form):
    """Filter for entries. Sent by POST, so that no URL shows whom an auditor looks at."""

    hide_optional = True
    actor = forms.CharField(
        label=_("Who (email, mobile number or username)"),
        max_length=254,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    action = forms.CharField(
        label=_("Act, for example enrollment.view_record"), max_length=60, required=False
    )
    subject_key = forms.CharField(label=_("Key of the object"), max_length=64, required=False)
    institution_code = forms.CharField(label=_("Institution code"), max_length=5, required=False)
    day = forms.DateField(
        label=_("Day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean_actor(self) -> User | None:
        """The account with this contact or username, or None."""
        typed = self.cleaned_data["actor"]
        if not typed:
            return None
        owner = owner_of(parse(typed))
        if owner is None:
            raise forms.ValidationError(_("No account has this contact or name."))
        return owner.account

    @property
    def wanted(self) -> EntryFilter:
        """The filter; an unsent form selects every entry."""
        if not self.is_bound:
            return EntryFilter()
        given: dict[str, Any] = dict(self.cleaned_data)
        actor = given.pop("actor")
        return EntryFilter(actor_id=actor.pk if actor else None, **given)


@require_http_methods(["GET", "HEAD", "POST"])
def read(request: HttpRequest) -> HttpResponse:
    """Matching entries, newest first; the next page starts before the last entry shown."""
    _auditor(request)
    form = TrailForm(request.POST or None)
    found: list[AuditEntry] = []
    if not form.is_bound or form.is_valid():
        wanted = entries(form.wanted)
        found = list(wanted.filter(pk__lt=_before(request))[: PAGE_SIZE + 1])
    known = User.objects.prefetch_related("role_grants")
    actors = known.in_bulk({entry.actor_id for entry in found if entry.actor_id})
    context = {
        "form": form,
        "rows": [(entry, actors.get(entry.actor_id or 0)) for entry in found[:PAGE_SIZE]],
        "before": found[PAGE_SIZE - 1].pk if len(found) > PAGE_SIZE else None,
        "chain": chain_state(),
    }
    return render(request, "audit_pages/read.html", context)


@require_POST
@reauthentication_required
def export(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Matching entries as streamed CSV; the export is recorded in the trail."""
    auditor = _auditor(request)
    form = TrailForm(request.POST)
    if not form.is_valid():
        return render(request, "audit_pages/read.html", {"form": form, "chain": chain_state()})
    record_action(action="audit.export_trail", actor_id=auditor.pk, subject_type="trail")
    answer = StreamingHttpResponse(csv_lines(HEADER, _rows(form.wanted)), content_type=CSV)
    answer["Content-Disposition"] = 'attachment; filename="trail.csv"'
    return answer


def _rows(wanted: EntryFilter) -> Iterator[list[object]]:
    for entry in entries(wanted).iterator(chunk_size=2000):
        at = localtime(entry.at).isoformat(timespec="seconds")
        row = [entry.pk, at, entry.actor_id, entry.action, entry.subject_type, entry.subject_key]
        yield [*row, entry.institution_code, entry.reason, entry.detail or ""]


def _before(request: HttpRequest) -> int:
    """The entry id before which the page starts; for the first page, the largest possible id."""
    text = request.POST.get("before", "")
    return (
        int(text)
        if text.isascii() and text.isdigit() and len(text) <= len(str(MAX_ENTRY_ID)) - 1
        else MAX_ENTRY_ID
    )


def _auditor(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User) or Role.AUDITOR not in user.roles:
        raise Http404
    return user
