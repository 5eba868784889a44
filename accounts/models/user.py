"""The user, and the roles of staff."""

from functools import cached_property

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin, UserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from accounts.roles import Role
from database.random_keys import random_key


def language_spoken() -> str:
    """The active language, or the portal's default if it is not supported."""
    spoken = translation.get_language() or ""
    return spoken if spoken in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


class User(AbstractBaseUser, PermissionsMixin):
    """A person with an account: student, staff or operator.

    ``email`` mirrors the primary address that django-allauth keeps in ``EmailAddress``; ``phone``
    counts only once ``phone_confirmed_at`` is set. The superuser operates the portal and has no
    right to personal data.
    """

    key = models.UUIDField(default=random_key, unique=True, editable=False)
    username = models.CharField(
        _("username"),
        max_length=64,
        null=True,
        blank=True,
        unique=True,
        validators=[UnicodeUsernameValidator()],
    )
    email = models.EmailField(_("email"), blank=True)
    phone = PhoneNumberField(_("mobile number"), null=True, blank=True)
    phone_confirmed_at = models.DateTimeField(null=True, blank=True)
    # How colleagues and students read a member of staff; entered by themselves.
    staff_name = models.CharField(_("name"), max_length=50, blank=True, default="", db_default="")
    staff_office = models.CharField(
        _("office"), max_length=100, blank=True, default="", db_default=""
    )
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now)
    # Language of messages to the account (accounts.languages.services); chosen by its owner.
    language = models.CharField(max_length=10, default=language_spoken)
    # The latest version of each privacy notice agreed to (accounts.consent); 0 for none.
    account_notice = models.PositiveSmallIntegerField(default=0)
    identity_notice = models.PositiveSmallIntegerField(default=0)
    # Requested by the owner (accounts.deletion.services); afterwards an empty row remains.
    deletion_due_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["email"]

    class Meta:
        indexes = [
            # Staff are few among accounts: auditors look for them by name.
            models.Index(
                fields=["staff_name"], condition=~models.Q(staff_name=""), name="user_staff_name"
            ),
        ]
        constraints = [
            models.UniqueConstraint(Lower("username"), name="one_account_per_username"),
            models.UniqueConstraint(
                fields=["phone"],
                condition=models.Q(phone_confirmed_at__isnull=False),
                name="one_account_per_confirmed_phone",
            ),
            models.CheckConstraint(
                condition=models.Q(phone_confirmed_at__isnull=True) | models.Q(phone__isnull=False),
                name="confirmed_phone_is_set",
            ),
            # Fails a contact that is bound while the account is being erased.
            models.CheckConstraint(
                condition=models.Q(deleted_at__isnull=True)
                | models.Q(
                    is_active=False,
                    email="",
                    username__isnull=True,
                    phone__isnull=True,
                    password="",
                ),
                name="deleted_account_is_empty",
            ),
        ]

    def __str__(self) -> str:
        return f"user {self.pk}"

    @cached_property
    def roles(self) -> frozenset[Role]:
        """The staff roles this person holds now; empty for a student.

        The operator holds none, whatever was granted: the person who runs the portal neither
        works with its data nor checks the trail (GB/T 22239, 8.1.5).
        """
        if self.is_superuser:
            return frozenset()
        # Loaded together with the session: see accounts.sessions.backends.
        known: list[str] | None = self.__dict__.get("granted_roles")
        if known is None:
            known = [grant.role for grant in self.role_grants.all()]
        return frozenset(map(Role, known))

    @property
    def deletion_due_on(self) -> str:
        """The local date and time of the deletion as text; empty if none is pending."""
        if self.deletion_due_at is None:
            return ""
        return date_format(timezone.localtime(self.deletion_due_at), "DATETIME_FORMAT")

    @property
    def shown_name(self) -> str:
        """A member of staff by name and office; without a name by what they sign in with."""
        if self.staff_name:
            return " · ".join(filter(None, (self.staff_name, self.staff_office)))
        return self.username or self.email or str(self.phone or "")

    @property
    def is_student(self) -> bool:
        """Whether the person holds no staff role and does not operate the portal."""
        return not (self.is_superuser or self.is_staff) and not self.roles


class RoleGrant(models.Model):
    """One role granted to one member of staff."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="role_grants")
    role = models.CharField(max_length=16, choices=Role.choices)
    granted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "role"], name="one_grant_per_role"),
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values), name="granted_role_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.role}"
