"""How an account is fetched: behind a session, and by its phone at sign-in."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.base_user import AbstractBaseUser
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

    def _authenticate_by_phone(self, phone: str, password: str) -> AbstractBaseUser | None:
        """``phone`` in E.164 form; only a confirmed number is anybody's (guide row 14)."""
        owner = User.objects.filter(phone=phone, phone_confirmed_at__isnull=False).first()
        found: AbstractBaseUser | None = self._check_password(owner, password)
        return found
