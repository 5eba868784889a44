"""Who asks for a page. Raises Http404 for everybody whom the page is not for."""

from django.http import Http404, HttpRequest

from accounts.models import User
from accounts.roles import Role


def signed_in(request: HttpRequest) -> User:
    """The signed-in person; without one the page does not exist."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def require_role(request: HttpRequest, *roles: Role) -> User:
    """The signed-in person, who has one of ``roles``; for anybody else the page does not exist."""
    user = signed_in(request)
    if not user.roles.intersection(roles):
        raise Http404
    return user
