"""How far each student has come with checking: the seven status groups of a class board.

Triggers (migration ``record_progress``) keep ``StudentRecord.progress`` up to date with every
change of holder, answer or field. The application sets only what the triggers cannot see: that
a person who holds no record yet has registered, or has searched for it without success.
"""

from django.db import models
from django.utils.translation import pgettext_lazy


class Progress(models.TextChoices):
    """How far a student has come with checking the record."""

    UNREGISTERED = "unregistered", pgettext_lazy("board", "Not registered")
    UNVERIFIED = "unverified", pgettext_lazy("board", "Registered, not verified")
    UNMATCHED = "unmatched", pgettext_lazy("board", "Not matched")
    TO_CHECK = "to_check", pgettext_lazy("board", "To be checked")
    CONFIRMED = "confirmed", pgettext_lazy("board", "Confirmed")
    DISPUTED = "disputed", pgettext_lazy("board", "Something is wrong")
    STALE = "stale", pgettext_lazy("board", "Confirmation out of date")
