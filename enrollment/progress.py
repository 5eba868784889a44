"""How far each student has come with checking: the seven parts of a class board.

The database keeps ``StudentRecord.progress`` true by itself (triggers of
migration ``record_progress``), whoever writes a holder, an answer or a change.
What it cannot know is told here: somebody who does not hold the record yet has
registered, or has asked for it in vain.
"""

from django.db import models
from django.utils.translation import pgettext_lazy


class Progress(models.TextChoices):
    """Where a student stands with checking the record."""

    UNREGISTERED = "unregistered", pgettext_lazy("board", "Not registered")
    UNVERIFIED = "unverified", pgettext_lazy("board", "Registered, not verified")
    UNMATCHED = "unmatched", pgettext_lazy("board", "Not matched")
    TO_CHECK = "to_check", pgettext_lazy("board", "To be checked")
    CONFIRMED = "confirmed", pgettext_lazy("board", "Confirmed")
    DISPUTED = "disputed", pgettext_lazy("board", "Something is wrong")
    STALE = "stale", pgettext_lazy("board", "Confirmation out of date")
