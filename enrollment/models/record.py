"""The student record and the history of its fields."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import ExtractYear
from django.utils.translation import gettext_lazy as _

from database.random_keys import random_key
from enrollment.models.institution import Institution, SchoolClass
from enrollment.progress import Progress
from enrollment.statuses import Status


class Gender(models.IntegerChoices):
    """GB/T 2261.1."""

    UNKNOWN = 0, _("Unknown")
    MALE = 1, _("Male")
    FEMALE = 2, _("Female")
    UNSTATED = 9, _("Not stated")


class StudentRecord(models.Model):
    """One enrollment of one person at one institution (学籍), as stated by the registry.

    The certificate number and the phone are sealed (``vault.cipher``, context
    ``record-certificate:<key>`` and ``record-phone:<key>``); the hashes (``vault.lookup``,
    purposes ``certificate`` and ``phone``) make them searchable. ``holder`` is the account
    that has proved to be this person; the app ``verification`` keeps how.
    """

    key = models.UUIDField(default=random_key, unique=True, editable=False)
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="records")
    school_class = models.ForeignKey(
        SchoolClass,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="records",
        db_index=False,  # the index "record_class" begins with it
    )

    candidate_number = models.CharField(max_length=18, blank=True)
    student_number = models.CharField(max_length=20, blank=True)
    name = models.CharField(max_length=50)
    name_canonical = models.CharField(max_length=50)
    name_pinyin = models.CharField(max_length=90, blank=True, db_default="")
    gender = models.PositiveSmallIntegerField(choices=Gender.choices, default=Gender.UNKNOWN)
    birth_date = models.DateField(null=True, blank=True)
    certificate_type = models.CharField(max_length=20)
    certificate_sealed = models.BinaryField()
    certificate_hash = models.BinaryField()
    phone_sealed = models.BinaryField(null=True, blank=True)
    phone_hash = models.BinaryField(null=True, blank=True)
    ethnicity = models.CharField(max_length=20, blank=True)
    political_status = models.CharField(max_length=30, blank=True)

    major_code = models.CharField(max_length=20, blank=True)
    major_name = models.CharField(max_length=100, blank=True)
    level = models.CharField(max_length=20, blank=True)
    schooling_years = models.DecimalField(max_digits=3, decimal_places=1, null=True, blank=True)
    education_type = models.CharField(max_length=20, blank=True)
    study_mode = models.CharField(max_length=20, blank=True)
    entry_date = models.DateField(null=True, blank=True)
    college = models.CharField(max_length=100, blank=True)
    department = models.CharField(max_length=100, blank=True)
    expected_leaving_date = models.DateField(null=True, blank=True)
    status = models.CharField(max_length=10, choices=Status.choices)

    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="held_records",
    )
    claimed_at = models.DateTimeField(null=True, blank=True)
    frozen_at = models.DateTimeField(null=True, blank=True)
    # Until then the holder sees no photos, full numbers or reports: staff opened the record for
    # them, and one person alone must not be able to open all of it (threat T33).
    withheld_until = models.DateTimeField(null=True, blank=True)
    # When a publication gave the record to another person; older entries belong to the former
    # one.
    person_since = models.DateTimeField(null=True, blank=True)
    # Set by triggers and by enrollment.records.unclaimed_progress; see enrollment.progress.
    progress = models.CharField(
        max_length=12,
        choices=Progress.choices,
        default=Progress.UNREGISTERED,
        db_default=Progress.UNREGISTERED,
    )
    progress_since = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    # The batch that created the record; undoing that publication deletes the record. Set only by
    # publishing, to one value for the whole file, so a foreign-key check or index would cost time
    # and protect nothing.
    created_in = models.ForeignKey(
        "enrollment.ImportBatch",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    # Keyed fingerprint of the file's row as last imported; empty after any other change.
    fingerprint = models.BinaryField(default=bytes)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "student_number"],
                condition=~models.Q(student_number=""),
                name="one_record_per_student_number",
            ),
            models.UniqueConstraint(
                "institution",
                "candidate_number",
                ExtractYear("entry_date"),
                condition=~models.Q(candidate_number=""),
                name="one_record_per_candidate_number",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=Status.values), name="record_status_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(gender__in=Gender.values), name="record_gender_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(progress__in=Progress.values), name="record_progress_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(holder__isnull=True) | models.Q(claimed_at__isnull=False),
                name="held_record_was_claimed",
            ),
        ]
        indexes = [
            models.Index(fields=["certificate_hash"], name="record_certificate"),
            models.Index(fields=["school_class", "status"], name="record_class"),
            # For records without a holder whose phone an account has confirmed.
            models.Index(
                fields=["phone_hash"],
                condition=models.Q(phone_hash__isnull=False, holder__isnull=True),
                name="record_phone_seeking",
            ),
            GinIndex(
                fields=["name_canonical"], name="record_name_trgm", opclasses=["gin_trgm_ops"]
            ),
        ]

    def __str__(self) -> str:
        return f"record {self.key}"


class FieldChange(models.Model):
    """One change of one field of one record: old and new value, when and by whom.

    Certificate numbers and phones are stored masked. ``of_another_person`` are the changes of a
    file that gave the record to another person and was undone, and those of its undoing: staff
    alone read them.
    """

    record = models.ForeignKey(StudentRecord, on_delete=models.CASCADE, related_name="changes")
    field = models.CharField(max_length=30)
    old = models.CharField(max_length=100, blank=True)
    new = models.CharField(max_length=100, blank=True)
    version = models.PositiveIntegerField()
    batch = models.ForeignKey(
        "enrollment.ImportBatch",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    correction = models.ForeignKey(
        "enrollment.Correction",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    of_another_person = models.BooleanField(default=False, db_default=False)
    changed_at = models.DateTimeField(auto_now_add=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        indexes = [models.Index(fields=["record", "version"], name="change_record")]

    def __str__(self) -> str:
        return f"{self.record_id}.{self.field} v{self.version}"
