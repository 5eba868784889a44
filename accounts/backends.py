"""How the account behind a session is fetched."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef

from accounts.models import RoleGrant, User


class PortalBackend(AuthenticationBackend):
    """Brings the roles along with the account: every page asks who is staff.

    They are read anew on each request, so that a role taken away is gone on the
    next one (T19), and cost no question to the database of their own.
    """

    def get_user(self, user_id: Any) -> User | None:
        """The active account with this key, its roles known; None when there is none."""
        grants = RoleGrant.objects.filter(user=OuterRef("pk")).values("role")
        user = User.objects.annotate(granted_roles=ArraySubquery(grants)).filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None
