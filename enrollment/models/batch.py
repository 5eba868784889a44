"""An uploaded registry file, and the records it replaced."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models.institution import Institution
from enrollment.models.record import StudentRecord
from enrollment.models.token import ImportToken
from enrollment.models.upload import Upload


class BatchState(models.TextChoices):
    """The state of a batch; an import moves down this list and never skips a check."""

    UPLOADED = "uploaded", _("Uploaded")
    REHEARSING = "rehearsing", _("Being checked")
    REHEARSED = "rehearsed", _("Checked")
    MENDED = "mended", _("Continued with fixed rows")
    PUBLISHING = "publishing", _("Being published")
    PUBLISHED = "published", _("Published")
    UNDONE = "undone", _("Undone")
    FAILED = "failed", _("Failed")
    DISCARDED = "discarded", _("Discarded")


class ImportBatch(Upload):
    """One file for one institution: from upload through rehearsal to publication.

    ``mapping`` is field name → column index; ``result`` is the rehearsal's result
    (``enrollment.imports.results.report.Result`` as JSON: counts, folded problems,
    difference by field; never a certificate number). The rows are stored in a staging table
    of their own.
    """

    BUSY = frozenset({BatchState.UPLOADED, BatchState.REHEARSING, BatchState.PUBLISHING})

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="batches")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    file_sha256 = models.BinaryField()
    # The batch whose faulty rows this file corrects; both are checked and published as one.
    mends = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="mended_by"
    )
    # Uploaded by the school's own system, and whether it requested the publication.
    token = models.ForeignKey(
        ImportToken, on_delete=models.SET_NULL, null=True, blank=True, related_name="batches"
    )
    publish_if_faultless = models.BooleanField(default=False)
    state = models.CharField(max_length=20, choices=BatchState.choices, default=BatchState.UPLOADED)
    # The place of the failure in the file: a line, or the missing titles.
    failure_detail = models.CharField(max_length=200, blank=True)
    # The number of held records that a person agreed to give to other people.
    accepted_people = models.PositiveIntegerField(default=0, db_default=0)
    # The province's document that approves the changes of locked fields; without one they
    # are left out of the publication.
    approval_document = models.CharField(max_length=100, blank=True, default="", db_default="")
    approved_on = models.DateField(null=True, blank=True)
    # How often a worker began to check or publish it; counted before the work.
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    # The sheet to read, and the sheets of which one must be chosen.
    sheet = models.CharField(max_length=255, blank=True)
    sheet_choices = models.JSONField(default=list, blank=True)
    # Meanings of this file's titles as assigned by a user: folded title → column.
    column_names = models.JSONField(default=dict, blank=True)
    mapping = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    rows_done = models.PositiveIntegerField(default=0)
    rows_expected = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    published_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=BatchState.values), name="batch_state_is_known"
            )
        ]
        indexes = [models.Index(fields=["institution", "-id"], name="batch_newest")]

    @property
    def number(self) -> str:
        """What people call it, short enough to read out: the day of the upload and a number."""
        return f"{timezone.localtime(self.created_at):%y%m%d}-{self.pk}"

    def __str__(self) -> str:
        return f"batch {self.pk}"

    @property
    def column_titles(self) -> dict[str, str]:
        """Meanings of titles: those stored for the institution and for this file."""
        return {**self.institution.column_titles, **self.column_names}

    @property
    def lineage(self) -> "list[ImportBatch]":
        """This batch, the one it corrects, the one that one corrects, back to the first."""
        return [self, *(self.mends.lineage if self.mends else [])]

    @property
    def uploaders(self) -> set[int | None]:
        """Primary keys of the accounts that uploaded the file or one that it corrects."""
        return {part.created_by_id for part in self.lineage}


class RecordBefore(models.Model):
    """A record as it was before a batch changed it, for the undo.

    ``row`` is the table row as JSON; sealed columns stay sealed in it.
    """

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="before")
    record = models.ForeignKey(StudentRecord, on_delete=models.CASCADE, related_name="+")
    row = models.JSONField()

    def __str__(self) -> str:
        return f"record {self.record_id} before batch {self.batch_id}"
