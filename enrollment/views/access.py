"""Who is at the door."""

from django.http import Http404, HttpRequest

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
