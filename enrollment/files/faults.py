"""Faults of a whole file, with texts for the registrar."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from enrollment.files.disk import is_disk_full, is_unwritable

logger = logging.getLogger(__name__)


class FileFault(models.TextChoices):
    """Why a whole file cannot be read."""

    EMPTY = "empty", _("The file is empty.")
    NOT_A_WORKBOOK = (
        "not_a_workbook",
        _("The file is named like a workbook but is something else. Open it and save it as .xlsx."),
    )
    MARKUP = (
        "markup",
        _(
            "This is a web page or XML named like a table, as some systems export it. "
            "Open it in Excel or WPS and save it as .xlsx."
        ),
    )
    DOCUMENT = (
        "document",
        _("This is a text document or slides, not a table. Copy the table into a workbook."),
    )
    PDF = "pdf", _("This is a PDF. Ask for the table itself as .xlsx or .csv.")
    PICTURE = "picture", _("This is a picture. Ask for the table itself as .xlsx or .csv.")
    ARCHIVE = (
        "archive",
        _("This is a packed file (ZIP, RAR …). Unpack it and upload the table inside it."),
    )
    ENCRYPTED = (
        "encrypted",
        _(
            "The workbook is encrypted with a password. Open it, remove the password "
            "(File → Info → Protect Workbook → Encrypt with Password), and save it."
        ),
    )
    UNREADABLE = (
        "unreadable",
        _("The workbook is damaged. Open it in Excel or WPS and save it again as .xlsx."),
    )
    CUT_CHARACTER = (
        "cut_character",
        _("A field of the DBF file holds half a character; enter it again, or make it wider."),
    )
    CUT_FILE = (
        "cut_file",
        _("The DBF file ends before its last row: it was not copied whole. Ask for it again."),
    )
    NOT_A_ZIP = (
        "not_a_zip",
        _("This is not a ZIP file, or it is damaged. Pack the photos again as .zip."),
    )
    PACKING = (
        "packing",
        _(
            "The ZIP is packed by a method that is not read here, such as Deflate64. "
            "Pack it again with the ordinary one (Deflate)."
        ),
    )
    LOCKED_ZIP = (
        "locked_zip",
        _("The ZIP file is protected by a password. Pack it again without one."),
    )
    TOO_MANY_ENTRIES = (
        "too_many_entries",
        _("The ZIP file holds more than 100,000 entries. Split it and try again."),
    )
    TOO_LARGE = "too_large", _("The file unpacks to more data than is allowed.")
    BINARY = "binary", _("The file is neither a workbook nor text.")
    ENCODING = (
        "encoding",
        _("There is a byte that is no character in the file's encoding. Save the file as UTF-8."),
    )
    MIXED_ENCODING = (
        "mixed_encoding",
        _("Some lines are in UTF-8 and others in GB 18030. Save the whole file as UTF-8."),
    )
    QUOTE = "quote", _("A quotation mark is opened and not closed.")
    INNER_QUOTE = (
        "inner_quote",
        _(
            "There is text after a closing quotation mark. Double every quotation mark "
            "inside a cell."
        ),
    )
    LONG_CELL = (
        "long_cell",
        _("A cell has more than 131,072 characters. No column of a registry is that long."),
    )
    NO_HEADER = "no_header", _("No row with column titles was found among the first 20 rows.")
    NO_ROWS = (
        "no_rows",
        _("There are column titles and no row of a person below them. Nothing was changed."),
    )
    MISSING_COLUMNS = "missing_columns", _("Required columns are missing.")
    TWO_LISTS = (
        "two_lists",
        _(
            "Two lists stand side by side, with different people in one row. Put the second list "
            "below the first. These titles are there twice:"
        ),
    )
    SEVERAL_LISTS = (
        "several_lists",
        _("Several sheets hold lists with different columns. Choose the sheet to read:"),
    )
    HIDDEN_LIST = (
        "hidden_list",
        _("Only a hidden sheet has the required columns. Show it in the file, or choose it:"),
    )
    NO_SHEET = ("no_sheet", _("The file has no sheet of that name. Its sheets are:"))
    COLUMN_NAMES = (
        "column_names",
        _("Name columns like 所在行政班=班级,备注= (title, =, column; none leaves it out):"),
    )
    NO_INSTITUTION = (
        "no_institution",
        _("The file does not say which institution it is of, and none was named."),
    )
    UNKNOWN_INSTITUTION = (
        "unknown_institution",
        _(
            "This institution code is not known here. The operator adds institutions with "
            "“manage.py load_institutions LIST”, from the ministry's list."
        ),
    )
    INTERRUPTED = "interrupted", _("Reading the file was interrupted. Try again.")
    DISK_FULL = (
        "no_room",
        _("The server's disk is full. Nothing was changed. Ask the operator to free space."),
    )
    UNWRITABLE = (
        "unwritable",
        _(
            "The portal cannot write to its storage. The file is fine. Tell the "
            "operator, who will find the location in the log, and then try again."
        ),
    )
    BUSY = "busy", _("Another import of this institution is running. Wait until it has finished.")
    STALE = (
        "stale",
        _("The registry has changed since this file was checked. Check the file again."),
    )
    MISALIGNED = (
        "misaligned",
        _(
            "One column seems to be sorted differently from the others, so many "
            "records would get other people's values. Nothing was changed. Compare the "
            "file with its source."
        ),
    )
    OTHER_PERSON = (
        "other_person",
        _(
            "More records linked to students' accounts would go to other people than "
            "was approved. Nothing was changed. Check the file again."
        ),
    )
    MANY_PEOPLE = (
        "many_people",
        _(
            "With the files published in the last 24 hours, too many records in students' hands "
            "would go to other people. Nothing was changed. Correct single records on their "
            "pages, or check the file again tomorrow."
        ),
    )
    NEEDS_APPROVAL = (
        "needs_approval",
        _(
            "Without the changes of locked fields, new rows would have the certificate number of "
            "another record. Nothing was changed. Check the file again and publish it with the "
            "province's document, or correct these rows."
        ),
    )
    OUTDATED = (
        "outdated",
        _("The portal was updated after this file was checked. Check the file again."),
    )
    GIVEN_UP = (
        "given_up",
        _(
            "The portal has tried three times to work on this file and failed each time. "
            "Try again; if that fails too, ask the operator."
        ),
    )


class FileFaultError(Exception):
    """The whole file is refused; ``detail`` is safe to show (row, titles)."""

    def __init__(self, fault: FileFault, detail: str = "", choices: Sequence[str] = ()) -> None:
        super().__init__(fault, detail, choices)  # all arguments, so that the error can be pickled
        self.fault = fault
        self.detail = detail
        self.choices = choices  # sheets to choose from

    @property
    def message(self) -> str:
        """The reason, with its place when known."""
        place = self.detail
        row, _colon, at = place.strip("()").partition(":")
        if row.isdigit() and at.isdigit():
            place = gettext("(row %(row)s, byte %(byte)s)") % {"row": row, "byte": at}
        elif row.isdigit():
            place = gettext("(row %(row)s)") % {"row": row}
            if at:
                place = gettext("(row %(row)s, field %(field)s)") % {"row": row, "field": at}
        return f"{self.fault.label} {place}".strip()


@contextmanager
def disk_errors_as_faults() -> Iterator[None]:
    """Convert the OSError of a full or unwritable disk into a FileFaultError."""
    try:
        yield
    except OSError as error:
        if is_disk_full(error):
            raise FileFaultError(FileFault.DISK_FULL) from error
        if is_unwritable(error):
            logger.error("The storage may not be written: %s", error.filename)
            raise FileFaultError(FileFault.UNWRITABLE) from error
        raise
