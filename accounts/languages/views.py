"""The language button."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponseBase
from django.views.i18n import set_language

from accounts.languages.services import choose_language
from accounts.models import User


@login_not_required
def switch_language(request: HttpRequest) -> HttpResponseBase:
    """Switch the language of pages, and of messages to a signed-in user."""
    answer = set_language(request)
    if request.method == "POST" and isinstance(request.user, User):
        choose_language(account=request.user, language=request.POST.get("language", ""))
    return answer
