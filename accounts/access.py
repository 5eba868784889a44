"""Access checks of views; they raise Http404, so that a page does not exist for others."""

from django.http import Http404, HttpRequest

from accounts.models import User
from accounts.roles import Role


def signed_in(request: HttpRequest) -> User:
    """The signed-in user. Raises Http404 for visitors."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def require_role(request: HttpRequest, *roles: Role) -> User:
    """The signed-in user with one of ``roles``. Raises Http404 for everyone else."""
    user = signed_in(request)
    if not user.roles.intersection(roles):
        raise Http404
    return user
