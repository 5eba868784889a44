"""Institutions, their rules and classes."""

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from database.random_keys import random_key


class ThirdItem(models.TextChoices):
    """What is required besides a matching name and number to open the record."""

    CANDIDATE_NUMBER = "candidate_number", _("Candidate number")
    STUDENT_NUMBER = "student_number", _("Student number")
    NONE = "none", _("Nothing more")


class Institution(models.Model):
    """A school, identified by the ministry's five-digit institution code (院校代码)."""

    code = models.CharField(max_length=5, unique=True, validators=[RegexValidator(r"\A[0-9]{5}\Z")])
    name = models.CharField(max_length=100)
    national_code = models.CharField(max_length=10, blank=True)
    authority = models.CharField(max_length=100, blank=True)
    location = models.CharField(max_length=50, blank=True)
    level = models.CharField(max_length=20, blank=True)
    remark = models.CharField(max_length=50, blank=True)
    third_item = models.CharField(
        max_length=20, choices=ThirdItem.choices, default=ThirdItem.CANDIDATE_NUMBER
    )
    # A second registrar must agree before a batch is published.
    second_approver = models.BooleanField(default=False)
    # Meanings of column titles in earlier files: title → field name.
    column_titles = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


class RuleChange(models.Model):
    """Looser rules that a registrar proposes; ``accepted`` is None until a second one decides."""

    key = models.UUIDField(default=random_key, unique=True, editable=False)
    institution = models.ForeignKey(
        Institution, on_delete=models.CASCADE, related_name="rule_changes"
    )
    third_item = models.CharField(max_length=20, choices=ThirdItem.choices)
    second_approver = models.BooleanField()
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    asked_at = models.DateTimeField(db_default=Now())
    accepted = models.BooleanField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["institution"],
                condition=models.Q(accepted__isnull=True),
                name="one_waiting_rule_change",
            )
        ]

    def __str__(self) -> str:
        return f"rule change {self.key}"


class SchoolClass(models.Model):
    """A class (班号) of an institution, with its college and department."""

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="classes")
    code = models.CharField(max_length=50)
    college = models.CharField(max_length=100, blank=True)
    department = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["institution", "code"], name="one_class_per_code")
        ]

    def __str__(self) -> str:
        return self.code
