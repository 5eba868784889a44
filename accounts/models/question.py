"""Security questions (密保问题), which are optional (guide row 9)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Question(models.TextChoices):
    """Questions whose answers no school, classmate or registry knows."""

    FIRST_TEACHER = "first_teacher", _("What was your first teacher in primary school called?")
    CHILDHOOD_FRIEND = "childhood_friend", _("Who was your best friend as a child?")
    FIRST_BOOK = "first_book", _("Which was the first book you loved?")
    FIRST_DISH = "first_dish", _("What was the first dish you learned to cook?")
    CHILDHOOD_DREAM = "childhood_dream", _("What did you want to become as a child?")
    FIRST_JOURNEY = "first_journey", _("Where did your first long journey take you?")
    FAVOURITE_PLACE = "favourite_place", _("Where did you like to play as a child?")
    FIRST_PET = "first_pet", _("What was your first pet called?")


class SecurityAnswer(models.Model):
    """One question of an account, and the hash of its normalised answer."""

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="security_answers"
    )
    question = models.CharField(max_length=20, choices=Question)
    answer_hash = models.CharField(max_length=256)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "question"], name="one_answer_per_question")
        ]

    def __str__(self) -> str:
        return f"{self.question} of account {self.account_id}"
