"""Photos of a record for its holder, and for staff with a reason; decrypted on each request."""

from uuid import UUID

from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.access import require_role
from accounts.privacy.access_reason import remembered_reason
from accounts.privacy.personal_data import Reason, personal_data
from accounts.roles import RECORD_KEEPERS
from enrollment.models import Photo
from enrollment.queries import photos_held_by, records_visible_to
from enrollment.records.access_reasons import ask_why
from enrollment.records.services import note_photo_access
from vault.cipher import unseal


@require_safe
def photo(request: HttpRequest, key: UUID) -> HttpResponse:
    """One photo of a record the signed-in person holds."""
    return _picture(get_object_or_404(photos_held_by(request.user), key=key))


@personal_data("enrollment.view_photo", reason=Reason.IN_FORM)
@require_safe
def staff_photo(request: HttpRequest, key: UUID, kind: str) -> HttpResponse:
    """A photo of the record ``key``, for the reason for which the record was opened."""
    user = require_role(request, *RECORD_KEEPERS)
    record = get_object_or_404(records_visible_to(user).select_related("institution"), key=key)
    found = get_object_or_404(record.photos, kind=kind)
    reason = remembered_reason(request, reverse("registry:record", args=[key]))
    if not reason:
        return ask_why(request, key)
    note_photo_access(record=record, account=user, reason=reason)
    return _picture(found)


def _picture(photo: Photo) -> HttpResponse:
    try:
        with default_storage.open(photo.stored_as) as file:
            sealed = file.read()
    except FileNotFoundError as error:
        raise Http404 from error
    return HttpResponse(unseal(sealed, context=f"photo:{photo.key}"), content_type="image/jpeg")
