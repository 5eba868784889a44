"""Problem reports and what was said about each."""

import json

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from database.random_keys import random_key
from enrollment.identity.name import InvalidNameError, canonical_name
from enrollment.models import Institution, SchoolClass, StudentRecord
from vault import cipher
from vault.lookup import keyed_hash


class Cause(models.TextChoices):
    """What is wrong, in the words a student would use."""

    NOT_FOUND = "not_found", _("My record is not found")
    NAME = "name", _("My name is wrong")
    GENDER = "gender", _("My gender is wrong")
    BIRTH_DATE = "birth_date", _("My date of birth is wrong")
    CERTIFICATE = "certificate", _("My certificate number is wrong")
    STATUS = "status", _("The state of my record is not right")
    PHOTO = "photo", _("The photo does not show me")
    MAJOR = "major", _("My major is wrong")
    STUDY = "study", _("College, class, level or dates are wrong")
    TAKEN = "taken", _("Someone is using my certificate number")
    OTHER = "other", _("Something else")


class ReportState(models.TextChoices):
    """Whose turn it is."""

    OPEN = "open", _("Waiting for the school")
    ASKED = "asked", _("Waiting for your answer")
    WITH_REGISTRAR = "with_registrar", _("With the registrar")
    ANSWERED = "answered", _("Answered by the school")
    WITHDRAWN = "withdrawn", _("Withdrawn by you")


NAME_PURPOSE = "report-name"  # of the keyed hash of a name
LIVE_STATES = (ReportState.OPEN, ReportState.ASKED, ReportState.WITH_REGISTRAR)


def name_form(name: str) -> str:
    """The form in which names of reports are compared, also those that no registry takes."""
    try:
        return canonical_name(name)
    except InvalidNameError:
        return name.strip()


def name_hash(name: str) -> bytes:
    """The keyed hash by which the reports of people of this name are found."""
    return keyed_hash(NAME_PURPOSE, name_form(name))


class ReportBatch(models.Model):
    """Reports that a counselor handed on to the registrar together."""

    key = models.UUIDField(default=random_key, unique=True, editable=False)
    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, related_name="report_batches"
    )
    handed_on_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    handed_on_at = models.DateTimeField(db_default=Now())
    # When the last of its reports was settled for the first time: the counselor is told once.
    settled_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"batch {self.key}"

    @property
    def number(self) -> str:
        """What people call it: B, the day it was handed on and a running number."""
        return f"B{localtime(self.handed_on_at):%y%m%d}-{self.pk}"


class Report(models.Model):
    """A problem that a person reports to the school.

    ``stated_sealed`` holds, sealed, what the registry said when it was opened
    and what the person says is right. An account without a record names its
    school; without a class the registrar alone sees it. ``name_hash`` finds a
    report by the name of its person.
    """

    key = models.UUIDField(default=random_key, unique=True, editable=False)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="problem_reports"
    )
    record = models.ForeignKey(
        StudentRecord,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="problem_reports",
    )
    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, related_name="problem_reports"
    )
    school_class = models.ForeignKey(
        SchoolClass,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="problem_reports",
    )
    cause = models.CharField(max_length=12, choices=Cause.choices)
    state = models.CharField(max_length=14, choices=ReportState.choices, default=ReportState.OPEN)
    stated_sealed = models.BinaryField()
    name_hash = models.BinaryField(null=True)
    # One of several alike: what is done with that one is done with this one too.
    merged_into = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="merged"
    )
    batch = models.ForeignKey(
        ReportBatch, on_delete=models.SET_NULL, null=True, blank=True, related_name="reports"
    )
    opened_at = models.DateTimeField(db_default=Now())
    settled_at = models.DateTimeField(null=True, blank=True)
    first_answered_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=ReportState.values), name="report_state_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(cause__in=Cause.values), name="report_cause_is_known"
            ),
            models.UniqueConstraint(
                fields=["account", "record", "cause"],
                condition=models.Q(state__in=LIVE_STATES),
                name="one_live_report_per_cause",
                nulls_distinct=False,
            ),
        ]
        indexes = [
            models.Index(
                fields=["institution", "cause", "opened_at"],
                condition=models.Q(state__in=LIVE_STATES),
                name="report_institution_queue",
            ),
            models.Index(
                fields=["school_class", "cause", "opened_at"],
                condition=models.Q(state__in=LIVE_STATES),
                name="report_class_queue",
            ),
            models.Index(fields=["institution", "-changed_at"], name="report_institution_newest"),
            models.Index(fields=["school_class", "-changed_at"], name="report_class_newest"),
        ]

    def __str__(self) -> str:
        return f"report {self.key}"

    @property
    def state_for_staff(self) -> str:
        """The state as the school reads it: a question waits for the student, not for “you”."""
        asked = self.state == ReportState.ASKED
        return gettext("Waiting for the student") if asked else self.get_state_display()

    @property
    def number(self) -> str:
        """What people call it: the day it was opened and a running number."""
        return f"{localtime(self.opened_at):%y%m%d}-{self.pk}"

    @property
    def present_record(self) -> StudentRecord | None:
        """The record; None where it has become another person's since the report was opened."""
        since = self.record.person_since if self.record else None
        return self.record if since is None or self.opened_at > since else None

    @property
    def is_live(self) -> bool:
        """Whether someone still has to act."""
        return self.state in LIVE_STATES

    @property
    def stated(self) -> dict[str, str]:
        """``name``, ``registry``, ``correct`` and the class as written, empty once forgotten.

        Raises vault.cipher.UnsealError.
        """
        if not self.stated_sealed:
            return {"name": "", "registry": "", "correct": "", "class": ""}
        stated: dict[str, str] = json.loads(
            cipher.unseal(self.stated_sealed, context=f"report:{self.key}")
        )
        return {"class": "", **stated}

    def seal_stated(
        self, *, name: str, registry: str, correct: str, class_written: str = ""
    ) -> None:
        """Keep what the registry said and what the person says is right."""
        stated = {"name": name, "registry": registry, "correct": correct, "class": class_written}
        self.stated_sealed = cipher.seal(json.dumps(stated).encode(), context=f"report:{self.key}")
        self.name_hash = name_hash(name)


class EntryKind(models.TextChoices):
    """What happened to a report."""

    OPENED = "opened", _("Reported")
    REPLIED = "replied", _("Your answer")
    ADDED = "added", _("Added by you")
    ASKED = "asked", _("The school asks")
    HANDED_ON = "handed_on", _("Passed to the registrar")
    ANSWERED = "answered", _("Answer of the school")
    CORRECTED = "corrected", _("The record was corrected")
    SUBMITTED = "submitted", _("The correction was submitted to the province")
    REFUSED = "refused", _("The province refused the correction")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    REOPENED = "reopened", _("Opened again")


class ReportEntry(models.Model):
    """One line of the timeline both sides read; the words are sealed."""

    key = models.UUIDField(default=random_key, unique=True, editable=False)
    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="entries")
    kind = models.CharField(max_length=10, choices=EntryKind.choices)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    words_sealed = models.BinaryField(default=bytes)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=EntryKind.values), name="entry_kind_is_known"
            )
        ]
        indexes = [models.Index(fields=["report", "id"], name="entry_report")]

    def __str__(self) -> str:
        return f"{self.kind} of report {self.report_id}"

    @property
    def words(self) -> str:
        """What was said. Raises vault.cipher.UnsealError."""
        if not self.words_sealed:
            return ""
        return cipher.unseal(self.words_sealed, context=f"report-entry:{self.key}").decode()

    def seal_words(self, words: str) -> None:
        """Keep ``words``; nothing for none."""
        if words:
            self.words_sealed = cipher.seal(words.encode(), context=f"report-entry:{self.key}")
