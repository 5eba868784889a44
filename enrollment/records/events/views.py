"""Pages on which the registrar enters events of a record and takes them back."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import require_role
from accounts.privacy.personal_data import note_access, personal_data
from accounts.roles import Role
from enrollment.models import EventKind, RecordEvent, StudentRecord
from enrollment.queries import institutions_of
from enrollment.records.events import services as events
from enrollment.records.events.services import Happening
from enrollment.statuses import Status


class EventForm(forms.Form):
    """The kind of event, its date, and the status after it."""

    kind = forms.ChoiceField(label=gettext_lazy("Event"), choices=EventKind.choices)
    on = forms.DateField(
        label=gettext_lazy("Date of the event"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    status_after = forms.ChoiceField(
        label=gettext_lazy("Status after it"),
        choices=[("", gettext_lazy("As usual for this event")), *Status.choices],
        required=False,
    )
    note = forms.CharField(
        label=gettext_lazy("Document or note"),
        help_text=gettext_lazy("The student reads it in the history of the record."),
        max_length=200,
        required=False,
    )

    def clean_on(self) -> Any:
        """The date of the event. Raises ValidationError for a date in the future."""
        day = self.cleaned_data["on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("This day is in the future."))
        return day

    @property
    def happening(self) -> Happening:
        """The event as entered. Only for a valid form."""
        given = self.cleaned_data
        kind = EventKind(given["kind"])
        usual = events.USUAL_STATUS.get(kind, "")
        return Happening(kind, given["on"], given["status_after"] or usual, given["note"])


@personal_data("enrollment.open_event", reauth=True)
@require_http_methods(["GET", "HEAD", "POST"])
def new_event(request: HttpRequest, key: UUID) -> HttpResponse:
    """Enter an event of a record."""
    record = _mine(request, key)
    form = EventForm(request.POST or None, initial={"on": timezone.localdate()})
    if form.is_valid():
        events.enter_event(
            record=record, happening=form.happening, by=require_role(request, Role.REGISTRAR)
        )
        messages.success(request, _("Entered. The student is told."))
        return redirect("registry:record", key)
    note_access(
        request,
        people=1,
        subject_type="record",
        subject_key=record.key,
        institution_code=record.institution.code,
    )
    return render(request, "enrollment/records/event.html", {"record": record, "form": form})


@personal_data("enrollment.open_event", reauth=True)
@require_POST
def undo_event(request: HttpRequest, key: UUID, pk: int) -> HttpResponse:
    """Take back the last event of a record."""
    event = get_object_or_404(RecordEvent, pk=pk, record=_mine(request, key))
    try:
        events.undo_event(event=event, by=require_role(request, Role.REGISTRAR))
        messages.success(request, _("Undone."))
    except events.TooLateError:
        messages.error(request, _("It can no longer be undone, because something depends on it."))
    return redirect("registry:record", key)


def _mine(request: HttpRequest, key: UUID) -> StudentRecord:
    mine = institutions_of(require_role(request, Role.REGISTRAR))
    records = StudentRecord.objects.filter(institution__in=mine)
    return get_object_or_404(records.select_related("institution"), key=key)
