"""Notices, and the channels that people choose for them."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from database.random_keys import random_key


class Topic(models.TextChoices):
    """Topics of notices; e-mail and text messages can be chosen for each."""

    ANSWERS = "answers", _("Answers to my reports")
    RECORD = "record", _("My record and what I confirmed")
    REMINDERS = "reminders", _("Reminders to check my record")
    WORK = "work", _("Work that waits for me")


class Notice(models.Model):
    """One notice in the portal. ``kind`` selects its text (``accounts.notices.services``).

    ``path`` is the page it is about; neither it nor ``detail`` holds personal data.
    """

    key = models.UUIDField(default=random_key, unique=True, editable=False)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices", db_index=False
    )
    kind = models.CharField(max_length=40)
    path = models.CharField(max_length=200)
    detail = models.JSONField(default=dict, blank=True)
    made_at = models.DateTimeField(db_default=Now())
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["account", "-id"], name="notice_newest"),
            models.Index(
                fields=["account"],
                condition=models.Q(read_at__isnull=True),
                name="notice_unread",
            ),
        ]

    def __str__(self) -> str:
        return f"notice {self.key}"


class NoticeChoice(models.Model):
    """The channels that an account has chosen for a topic; without a row, the defaults."""

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_choices"
    )
    topic = models.CharField(max_length=10, choices=Topic.choices)
    email = models.BooleanField()
    sms = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "topic"], name="one_choice_per_topic"),
            models.CheckConstraint(
                condition=models.Q(topic__in=Topic.values), name="choice_topic_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.topic}"
