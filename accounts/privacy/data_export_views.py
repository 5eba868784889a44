"""The page for downloading one's own data."""

from typing import cast

from allauth.account.decorators import reauthentication_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.privacy.data_export import export_data
from accounts.sessions.recent_proof import READING


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required(app=READING)
def my_data(request: HttpRequest) -> HttpResponse:
    """What the export holds; POST downloads it. Requires a recent sign-in."""
    if request.method != "POST":
        return render(request, "accounts/privacy/my_data.html")
    archive = export_data(account=cast("User", request.user))
    answer = HttpResponse(archive, content_type="application/zip")
    answer["Content-Disposition"] = 'attachment; filename="my-data.zip"'
    return answer
