"""Pages for reading notices and choosing their channels."""

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.models.notice import Topic
from accounts.notices import services
from accounts.notices.services import Channels

PAGE_SIZE = 20


class ChannelsForm(forms.Form):
    """The channels for one topic."""

    email = forms.BooleanField(label=gettext_lazy("By email"), required=False)
    sms = forms.BooleanField(label=gettext_lazy("By text message"), required=False)


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """The account's notices, newest first."""
    page = Paginator(services.notices_of(_account(request)), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    lines = [(notice, *services.text_of(notice)) for notice in page.object_list]
    return render(request, "accounts/notices/list.html", {"page": page, "lines": lines})


@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Mark all notices as read."""
    services.mark_read(notices=services.notices_of(_account(request)))
    return redirect("accounts:notices")


@require_safe
def follow(request: HttpRequest, key: str) -> HttpResponse:
    """Mark a notice as read and redirect to its page."""
    mine = services.notices_of(_account(request)).filter(key=key)
    path = get_object_or_404(mine).path
    services.mark_read(notices=mine)
    return redirect(path)


def choices(request: HttpRequest) -> HttpResponse:
    """The form for the channels of each topic."""
    account = _account(request)
    topics = [topic for topic in Topic if topic != Topic.WORK or not account.is_student]
    asked = [(topic, _form(request, account, topic)) for topic in topics]
    if request.method == "POST" and all(form.is_valid() for _topic, form in asked):
        for topic, form in asked:
            given = form.cleaned_data
            services.choose_channels(account=account, topic=topic, channels=Channels(**given))
        messages.success(request, _("Saved."))
        return redirect("accounts:notices")
    return render(request, "accounts/notices/choices.html", {"asked": asked})


def _form(request: HttpRequest, account: User, topic: Topic) -> ChannelsForm:
    channels = services.channels_of([account], topic)[account.pk]
    data = request.POST if request.method == "POST" else None
    return ChannelsForm(
        data, prefix=topic.value, initial={"email": channels.email, "sms": channels.sms}
    )


def _account(request: HttpRequest) -> User:
    user = request.user
    assert isinstance(user, User)  # noqa: S101 - signed in, by the middleware
    return user
