"""Photos of records, and the ZIP files they are uploaded in."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from database.random_keys import random_key
from enrollment.models.institution import Institution
from enrollment.models.record import StudentRecord
from enrollment.models.upload import Upload


class PhotoKind(models.TextChoices):
    """录取照片 comes from the entrance examination, 学历照片 from the collection before leaving."""

    ADMISSION = "admission", _("Admission photo")
    GRADUATION = "graduation", _("Graduation photo")


class PhotoBatchState(models.TextChoices):
    """The state of a ZIP; its photos become those of the records after a registrar's release."""

    UPLOADED = "uploaded", _("Uploaded")
    CHECKED = "checked", _("Checked")
    TAKING = "taking", _("Being imported")
    TAKEN = "taken", _("Imported")
    UNDOING = "undoing", _("Being undone")
    UNDONE = "undone", _("Undone")
    FAILED = "failed", _("Failed")
    DISCARDED = "discarded", _("Discarded")


class PhotoBatch(Upload):
    """One ZIP for one institution.

    ``fresh`` and ``replacing`` are what the check expects: photos of records that have none
    of this kind, and of those that have one. ``same`` have that very picture already. ``new``,
    ``replaced`` and ``undone`` are the results; they grow in the transaction of each group, so
    that a worker that takes over counts nothing twice. A ZIP that was imported before version 0.3
    has not kept (``keeps_replaced``) what an undo would need.
    """

    BUSY = frozenset({PhotoBatchState.UPLOADED, PhotoBatchState.TAKING, PhotoBatchState.UNDOING})

    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, related_name="photo_batches"
    )
    kind = models.CharField(max_length=12, choices=PhotoKind.choices)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    state = models.CharField(
        max_length=20, choices=PhotoBatchState.choices, default=PhotoBatchState.UPLOADED
    )
    fresh = models.PositiveIntegerField(default=0)
    replacing = models.PositiveIntegerField(default=0)
    new = models.PositiveIntegerField(default=0)
    replaced = models.PositiveIntegerField(default=0)
    same = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    keeps_replaced = models.BooleanField(default=False, db_default=False)
    undone = models.PositiveIntegerField(default=0, db_default=0)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=PhotoBatchState.values),
                name="photo_batch_state_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=PhotoKind.values), name="photo_batch_kind_is_known"
            ),
        ]
        indexes = [models.Index(fields=["institution", "-id"], name="photo_batch_newest")]

    def __str__(self) -> str:
        return f"photo batch {self.pk}"

    @property
    def matched(self) -> int:
        """The number of pictures that belong to exactly one record, and are new to it."""
        return self.fresh + self.replacing

    @property
    def stored(self) -> int:
        """The number of photos that records have got."""
        return self.new + self.replaced


class StoredPhoto(models.Model):
    """A photo, sealed in storage (contexts ``photo:<key>``, ``photo-thumbnail:<key>``).

    ``source_mark`` is a keyed hash of the file it was made from, so that the same file is
    recognised without being decoded again.
    """

    key = models.UUIDField(default=random_key, unique=True, editable=False)
    stored_as = models.CharField(max_length=100)
    thumbnail_stored_as = models.CharField(max_length=100)
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    source_mark = models.BinaryField(null=True)
    added_at = models.DateTimeField(db_default=Now())
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    taken_in = models.ForeignKey(
        PhotoBatch, on_delete=models.SET_NULL, null=True, blank=True, related_name="%(class)ss"
    )

    class Meta:
        abstract = True

    @property
    def files(self) -> list[str]:
        """The names of its files in storage."""
        return [self.stored_as, self.thumbnail_stored_as]

    @property
    def stored(self) -> dict[str, object]:
        """Its columns, with which another row becomes this photo."""
        return {field.attname: getattr(self, field.attname) for field in StoredPhoto._meta.fields}


class Photo(StoredPhoto):
    """A photo of a record; ``taken_in`` is the ZIP that brought it."""

    record = models.ForeignKey(StudentRecord, on_delete=models.CASCADE, related_name="photos")
    kind = models.CharField(max_length=12, choices=PhotoKind.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["record", "kind"], name="one_photo_per_kind"),
            models.CheckConstraint(
                condition=models.Q(kind__in=PhotoKind.values), name="photo_kind_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"photo {self.key}"


class BatchPhoto(StoredPhoto):
    """A photo that a ZIP would bring to a record, or the one that it ``replaced`` there.

    The first waits for the registrar's release, the second for an undo. ``entry`` is the name in
    the ZIP, without certificate numbers.
    """

    batch = models.ForeignKey(PhotoBatch, on_delete=models.CASCADE, related_name="held")
    record = models.ForeignKey(StudentRecord, on_delete=models.CASCADE, related_name="+")
    replaced = models.BooleanField(default=False)
    entry = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "record"], name="one_photo_per_batch"),
        ]

    def __str__(self) -> str:
        return f"photo {self.key} of batch {self.batch_id}"
