"""Look up imports within the scope of the signed-in registrar."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from accounts.access import require_role
from accounts.roles import Role
from enrollment.models import ImportBatch
from enrollment.queries import batches_visible_to


def visible_batch(request: HttpRequest, key: UUID) -> ImportBatch:
    """An import of one of the registrar's institutions; raises Http404 for any other."""
    return get_object_or_404(batches_visible_to(require_role(request, Role.REGISTRAR)), key=key)


def tell_of_others_file(request: HttpRequest) -> None:
    """Say why only the uploader may change how the file is read: two people must agree."""
    messages.error(
        request,
        _("The person who uploaded the file decides how it is read, or you upload it yourself."),
    )
