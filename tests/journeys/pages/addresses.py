"""The addresses of pages that show what a fixture has made."""

from collections.abc import Callable
from urllib.parse import urlencode

from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.urls import reverse

from accounts.models import ContactChange, Rescue
from enrollment.imports.missing.groups import groups
from enrollment.models import (
    AbsenceDecision,
    ImportBatch,
    PhotoBatch,
    StudentRecord,
)
from support.models import Article
from tests.people import make_school


def stop_address(rescue: Rescue) -> str:
    """Where an old contact objects."""
    return reverse("accounts:stop_rescue", args=[rescue.key])


def rescue_desk(record: StudentRecord) -> str:
    """Where staff give the account that holds ``record`` back."""
    return reverse("verification:rescue", args=[record.key])


def undo_address(change: ContactChange) -> str:
    """Where a changed contact is undone."""
    return reverse("accounts:undo_change", args=[change.key])


def activation_address(mailbox: EmailAddress) -> str:
    """Where the link of a sign-up leads."""
    return reverse("account_confirm_email", args=[EmailConfirmationHMAC.create(mailbox).key])


def import_page(batch: ImportBatch) -> str:
    """The page of one import."""
    return reverse("registry:import", args=[batch.key])


def of_import(name: str) -> Callable[[ImportBatch], str]:
    """A page that belongs to one import."""
    return lambda batch: reverse(f"registry:{name}", args=[batch.key])


def photos_page(name: str) -> Callable[[PhotoBatch], str]:
    """A page of one ZIP of photographs."""
    return lambda batch: reverse(f"registry:{name}", args=[batch.key])


def people_missing(batch: ImportBatch) -> str:
    """Who is in the first group of absent records."""
    [group, *_] = groups(batch, by_class=False)
    return f"{of_import('missing_people')(batch)}?{urlencode({'group': group.token})}"


def decide_missing(batch: ImportBatch) -> str:
    """The decision about the first group of absent records."""
    [group, *_] = groups(batch, by_class=False)
    return f"{of_import('decide_missing')(batch)}?{urlencode({'group': group.token})}"


def decision_page(decision: AbsenceDecision) -> str:
    """One decision about absent records."""
    return reverse("registry:decision", args=[decision.batch.key, decision.key])


def staff_record(_batch: ImportBatch) -> str:
    """The page of one record that imports brought."""
    record = StudentRecord.objects.first()
    assert record is not None
    return reverse("registry:record", args=[record.key])


def people_page(record: StudentRecord) -> str:
    """Everybody of the record's class."""
    return reverse("support:class_part", args=[record.school_class_id, "people"])


def class_page(_batch: ImportBatch) -> str:
    """The board of the class of a record that imports brought."""
    record = StudentRecord.objects.exclude(school_class=None).first()
    assert record is not None
    return reverse("support:class_board", args=[record.school_class_id])


def managed_class(_batch: ImportBatch) -> str:
    """The page of the class of a record that imports brought."""
    return class_page(_batch).replace("support/board/class", "registry/classes")


def staff_number(batch: ImportBatch) -> str:
    """The full number of one record."""
    return f"{staff_record(batch)}number/"


def school_board(_batch: ImportBatch) -> str:
    """The board of the invented school by college."""
    return reverse("support:school_board", args=[make_school().code])


def college_board(_batch: ImportBatch) -> str:
    """The board of one of its colleges."""
    page = reverse("support:college_board", args=[make_school().code])
    return f"{page}?{urlencode({'college': '计算机与软件学院'})}"


def edit_article(_: object) -> str:
    """One article of the handbook, as the operator edits it."""
    return reverse("support:article_edit", args=[Article.objects.get(slug="codes").pk])


def article_version(_: object) -> str:
    """Its first version."""
    return reverse("support:article_version", args=[Article.objects.get(slug="codes").pk, 1])
