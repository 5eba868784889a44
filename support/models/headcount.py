"""The number of people of each class in each group of the board, updated by triggers."""

from django.db import models

from enrollment.models import Institution, SchoolClass
from enrollment.progress import Progress


class Headcount(models.Model):
    """The number of current records of a class in one group; without a class, of the institution.

    Triggers on the records append a ``HeadcountChange`` for each move, and a periodic task
    applies them (``support.board.rollup``), so that writers do not wait for each other in a busy
    class. The sum of both tables is always correct.
    """

    institution = models.ForeignKey(
        Institution, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    school_class = models.ForeignKey(
        SchoolClass, on_delete=models.CASCADE, null=True, related_name="+", db_index=False
    )
    part = models.CharField(max_length=12, choices=Progress.choices)
    people = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "school_class", "part"],
                name="one_headcount_per_part",
                nulls_distinct=False,
                include=["people"],
            )
        ]
        indexes = [
            models.Index(
                fields=["school_class", "part"], include=["people"], name="headcount_class"
            )
        ]

    def __str__(self) -> str:
        return f"{self.people} {self.part}"


class HeadcountChange(models.Model):
    """A change of the number of people in one group of one class, not yet applied."""

    institution = models.ForeignKey(
        Institution, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    school_class = models.ForeignKey(
        SchoolClass, on_delete=models.CASCADE, null=True, related_name="+", db_index=False
    )
    part = models.CharField(max_length=12)
    people = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.people:+} {self.part}"


class DayHeadcount(models.Model):
    """The number of people in a group of a class at the end of a day with changes."""

    school_class = models.ForeignKey(
        SchoolClass, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    part = models.CharField(max_length=12, choices=Progress.choices)
    day = models.DateField()
    people = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school_class", "part", "day"], name="one_headcount_per_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.people} {self.part}"
