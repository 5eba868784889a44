"""A student's answer to the data in the registry, and its receipt."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.short_codes import draw_code, grouped, typed_code
from database.random_keys import random_key
from enrollment.models.record import StudentRecord

# Crockford's base 32 without the letters people mix up (I, L, O, U).
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 16  # 80 bits: not guessable even without a rate limit


def new_code() -> str:
    """A new code of 80 random bits."""
    return draw_code(CODE_LENGTH, ALPHABET)


def canonical_code(text: str) -> str:
    """The canonical form of a typed code: capitals, no hyphens, O as 0, I and L as 1."""
    return typed_code(text).translate(_MISREAD)


_MISREAD = str.maketrans("OIL", "011")


class Answer(models.TextChoices):
    """The student's answer: right or wrong."""

    RIGHT = "right", _("All correct")
    WRONG = "wrong", _("Something is wrong")


class Confirmation(models.Model):
    """One answer to one version of a record.

    ``fields`` are the names of the fields on the checklist; with ``Answer.WRONG``,
    ``wrong_fields`` are those the student objects to. The latest answer counts; it goes
    stale when one of ``fields`` changes in a later version.
    """

    key = models.UUIDField(default=random_key, unique=True, editable=False)
    record = models.ForeignKey(
        StudentRecord, on_delete=models.CASCADE, related_name="confirmations"
    )
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    version = models.PositiveIntegerField()
    answer = models.CharField(max_length=5, choices=Answer.choices)
    fields = models.JSONField()
    wrong_fields = models.JSONField(default=list)
    code = models.CharField(max_length=CODE_LENGTH, unique=True, default=new_code)
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(answer__in=Answer.values), name="answer_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(answer="right", wrong_fields=[])
                | (models.Q(answer="wrong") & ~models.Q(wrong_fields=[])),
                name="wrong_answer_names_fields",
            ),
        ]
        indexes = [models.Index(fields=["record", "-id"], name="confirmation_newest")]

    def __str__(self) -> str:
        return f"confirmation {self.key}"

    @property
    def number(self) -> str:
        """The receipt's number: the day and a serial number."""
        return f"{self.made_at:%Y%m%d}{self.pk:08}"

    @property
    def spaced_code(self) -> str:
        """The code in groups of four, for dictation."""
        return grouped(self.code)

    @property
    def counts(self) -> bool:
        """Whether who gave it holds the record, which was nobody else's in between."""
        since = self.record.person_since
        is_held = self.account_id is not None and self.record.holder_id == self.account_id
        return is_held and (since is None or self.made_at > since)


class PhotoAnswer(models.Model):
    """The student's answer about one photo (图像校对); a new picture has a new key."""

    record = models.ForeignKey(
        StudentRecord, on_delete=models.CASCADE, related_name="photo_answers"
    )
    photo_key = models.UUIDField(unique=True)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    answer = models.CharField(max_length=5, choices=Answer.choices)
    made_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(answer__in=Answer.values), name="photo_answer_is_known"
            )
        ]

    def __str__(self) -> str:
        return f"answer to photo {self.photo_key}"
