"""Photos of a record, served to its holder only and decrypted on each request."""

from uuid import UUID

from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from enrollment.queries import photos_held_by
from vault.cipher import unseal


@require_safe
def photo(request: HttpRequest, key: UUID) -> HttpResponse:
    """One photo of a record the signed-in person holds."""
    found = get_object_or_404(photos_held_by(request.user), key=key)
    try:
        with default_storage.open(found.stored_as) as file:
            sealed = file.read()
    except FileNotFoundError as error:
        raise Http404 from error
    return HttpResponse(unseal(sealed, context=f"photo:{found.key}"), content_type="image/jpeg")
