"""The photos of a record."""

from django.conf import settings
from django.db import models

from database.random_keys import random_key
from enrollment.models.photo_batch import PhotoBatch, PhotoKind
from enrollment.models.record import StudentRecord


class Photo(models.Model):
    """One photo, sealed in storage (contexts ``photo:<key>``, ``photo-thumbnail:<key>``).

    ``source_mark`` is a keyed hash of the file it was made from, so that the same file is
    recognised without being decoded again.
    """

    key = models.UUIDField(default=random_key, unique=True, editable=False)
    record = models.ForeignKey(StudentRecord, on_delete=models.CASCADE, related_name="photos")
    kind = models.CharField(max_length=12, choices=PhotoKind.choices)
    stored_as = models.CharField(max_length=100)
    thumbnail_stored_as = models.CharField(max_length=100)
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    source_mark = models.BinaryField(null=True)
    taken_in = models.ForeignKey(
        PhotoBatch, on_delete=models.SET_NULL, null=True, blank=True, related_name="photos"
    )
    added_at = models.DateTimeField(auto_now_add=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["record", "kind"], name="one_photo_per_kind"),
            models.CheckConstraint(
                condition=models.Q(kind__in=PhotoKind.values), name="photo_kind_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"photo {self.key}"
