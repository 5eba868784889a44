"""Who asks for a page: the signed-in student, registrar or record keeper, or 404."""

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role


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


def tell_of_others_file(request: HttpRequest) -> None:
    """Say why somebody else's file is not read otherwise: two must agree."""
    messages.error(
        request, _("Whoever uploaded the file says how it is read, or you upload it yourself.")
    )


def account_of(request: HttpRequest) -> User:
    """The signed-in person; the middleware lets nobody else come to such a page."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user
