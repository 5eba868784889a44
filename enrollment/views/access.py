"""Who is at the door."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from enrollment.models import ImportBatch
from enrollment.queries import batches_visible_to


def registrar(request: HttpRequest) -> User:
    """The signed-in registrar; for anybody else the page does not exist."""
    user = request.user
    if not isinstance(user, User) or Role.REGISTRAR not in user.roles:
        raise Http404
    return user


def record_keeper(request: HttpRequest) -> User:
    """The signed-in registrar or counselor; for anybody else the page does not exist."""
    user = request.user
    if not isinstance(user, User) or not {Role.REGISTRAR, Role.COUNSELOR} & user.roles:
        raise Http404
    return user


def visible_batch(request: HttpRequest, key: UUID) -> ImportBatch:
    """An import of one of the registrar's institutions; any other does not exist."""
    return get_object_or_404(batches_visible_to(registrar(request)), key=key)


def tell_of_others_file(request: HttpRequest) -> None:
    """Say why somebody else's file is not read otherwise: two must agree."""
    messages.error(
        request, _("Whoever uploaded the file says how it is read, or you upload it yourself.")
    )
