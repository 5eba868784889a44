"""Search of sign-ins and refusals, for auditors (GB/T 22239, 8.1.4)."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.models import EventKind, SecurityEvent, User
from accounts.roles import Role
from accounts.security_log import pseudonym, source_hash, source_of
from audit.services import record_action
from xuejiportal.audit_pages.forms import Question
from xuejiportal.audit_pages.people import find_accounts
from xuejiportal.audit_pages.sentences import person_names

PAGE_SIZE = 50


class SignInsForm(forms.Form):
    """Filter by person, kind and source. Sent by POST, so that no URL holds personal data."""

    hide_optional = True
    person = forms.CharField(
        label=_("Who (name, email, mobile number or username)"), max_length=254, required=False
    )
    source = forms.GenericIPAddressField(label=_("Network address"), required=False)
    kind = forms.ChoiceField(
        label=_("What"), choices=[("", _("All")), *EventKind.choices], required=False
    )

    def clean_person(self) -> User | None:
        """The account with this contact, username or name, or None."""
        typed = self.cleaned_data["person"]
        found = find_accounts(typed) if typed else []
        if len(found) > 1:
            raise ValidationError(_("Several people fit. Enter one person’s contact or username."))
        return found[0] if found else None


@require_http_methods(["GET", "HEAD", "POST"])
def read(request: HttpRequest) -> HttpResponse:
    """The newest matching sign-ins with their full source; reading them is recorded."""
    auditor = request.user
    if not isinstance(auditor, User) or Role.AUDITOR not in auditor.roles:
        raise Http404
    form = SignInsForm(request.POST or None)
    if form.is_bound and not form.is_valid():
        return _page(request, form)
    given = form.cleaned_data if form.is_bound else {}
    page = Paginator(_wanted(given), PAGE_SIZE).get_page(request.POST.get("page"))
    person = given.get("person")
    record_action(
        action="audit.read_sign_ins",
        actor_id=auditor.pk,
        subject_type="account" if person else "",
        subject_key=person.key if person else "",
        detail={"kind": given.get("kind", ""), "by_source": bool(given.get("source"))},
    )
    people = person_names({event.account_id for event in page if event.account_id})
    rows = [
        (
            event,
            source_of(event),
            people.get(event.account_id or 0, ""),
            bytes(event.person_hash).hex()[:12],
        )
        for event in page
    ]
    return _page(request, form, rows=rows, page=page)


def _page(request: HttpRequest, form: SignInsForm, **more: object) -> HttpResponse:
    context = {"form": form, "questions": Question.choices, **more}
    return render(request, "audit_pages/sign_ins.html", context)


def _wanted(given: dict[str, Any]) -> QuerySet[SecurityEvent]:
    found = SecurityEvent.objects.order_by("-pk")
    if person := given.get("person"):
        found = found.filter(Q(account=person) | Q(person_hash=pseudonym(person)))
    if source := given.get("source"):
        found = found.filter(source_hash=source_hash(source))
    if kind := given.get("kind"):
        found = found.filter(kind=kind)
    return found
