"""Look up imports within the scope of the signed-in registrar."""

from uuid import UUID

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from enrollment.access import registrar
from enrollment.models import ImportBatch
from enrollment.queries import batches_visible_to


def visible_batch(request: HttpRequest, key: UUID) -> ImportBatch:
    """An import of one of the registrar's institutions; raises Http404 for any other."""
    return get_object_or_404(batches_visible_to(registrar(request)), key=key)
