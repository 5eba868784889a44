"""How many people of each class stand in each part of the board, kept as they move."""

from django.db import models

from enrollment.models import Institution, SchoolClass
from enrollment.progress import Progress


class Headcount(models.Model):
    """The people on the books of one class in one part; without a class, of the institution.

    Triggers on the records append a ``HeadcountChange`` for whoever moves, and a
    sweep folds these in (``support.board.rollup``): a busy class is no queue
    for writers. True figures are the sum of both tables, at any moment.
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
    """So many more (or fewer) people in one part of one class; not yet folded in."""

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
    """How a part of a class stood at the end of a day on which it moved."""

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
