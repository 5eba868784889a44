"""Who works for a school: offices held, appointments that wait, reviews of a taken account."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from accounts.roles import Role
from database.random_keys import random_key
from enrollment.models.institution import Institution, SchoolClass


class InstitutionRegistrar(models.Model):
    """Assigns a registrar to an institution."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="registrar_of"
    )
    institution = models.ForeignKey(
        Institution, on_delete=models.CASCADE, related_name="registrars"
    )
    since = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "institution"], name="one_registrar_per_institution"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} @ {self.institution_id}"


class ClassCounselor(models.Model):
    """Assigns a counselor to a class, until the end of ``last_day`` if there is one."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="counselor_of"
    )
    school_class = models.ForeignKey(
        SchoolClass, on_delete=models.CASCADE, related_name="counselors"
    )
    last_day = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "school_class"], name="one_counselor_per_class")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} @ {self.school_class_id}"


class Appointment(models.Model):
    """An offer to work for a school; it takes effect when the person accepts.

    The person is named by a contact or username, of which only a keyed hash is stored, so
    that the registrar does not learn whether such an account exists.
    """

    key = models.UUIDField(default=random_key, unique=True, editable=False)
    contact_hash = models.BinaryField()
    shown = models.CharField(max_length=80)  # the contact half hidden, or the username
    role = models.CharField(max_length=16, choices=Role.choices)
    institution = models.ForeignKey(
        Institution, on_delete=models.CASCADE, null=True, related_name="+"
    )
    school_class = models.ForeignKey(
        SchoolClass, on_delete=models.CASCADE, null=True, related_name="appointments"
    )
    last_day = models.DateField(null=True, blank=True)  # of the office, for a deputy
    reason = models.CharField(max_length=200, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    made_at = models.DateTimeField(db_default=Now())
    answered_at = models.DateTimeField(null=True, blank=True)
    accepted = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contact_hash", "role", "institution", "school_class"],
                condition=models.Q(answered_at__isnull=True),
                nulls_distinct=False,
                name="one_open_appointment",
            )
        ]
        indexes = [models.Index(fields=["made_by", "-made_at"], name="appointment_made_by")]

    def __str__(self) -> str:
        return f"appointment {self.key}"


class StaffReview(models.Model):
    """What ``account`` did to roles and rules from ``since`` until its owner took it back.

    The acts are in the trail. ``institution`` is None for an operator's acts.
    """

    key = models.UUIDField(default=random_key, unique=True, editable=False)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    institution = models.ForeignKey(
        Institution, on_delete=models.CASCADE, null=True, related_name="+"
    )
    since = models.DateTimeField()
    opened_at = models.DateTimeField(db_default=Now())
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"staff review {self.key}"
