"""The page on which a colleague or the operator reviews the acts of a taken account."""

from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import signed_in
from enrollment.institutions.reviews import services as reviews


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def staff_review(request: HttpRequest, key: UUID) -> HttpResponse:
    """What the account did to roles and rules; POST notes that it was looked at."""
    user = signed_in(request)
    found = get_object_or_404(reviews.reviews_visible_to(user), key=key)
    back = "registry:appointments" if user.is_superuser else "registry:people"
    if request.method == "POST":
        reviews.close_review(review=found, by=user)
        messages.success(request, _("Noted. The audit trail says that you have looked at it."))
        return redirect(back)
    context = {"review": found, "acts": reviews.acts_of(found), "back": back}
    return render(request, "enrollment/institutions/staff_review.html", context)
