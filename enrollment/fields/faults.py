"""What can be wrong with a row, in the registrar's words."""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from enrollment.fields.vocabulary import ALLOWED
from enrollment.identity.name import NameFault
from enrollment.identity.number import NumberFault


class RowFault(models.TextChoices):
    """What can be wrong with one cell or row, beyond the faults of names and numbers."""

    BLANK = "blank", _("This cell must not be empty.")
    NUMBER_CELL = (
        "number_cell",
        _("The cell is a number and its last digits are already lost. Format the column as text."),
    )
    ERROR_CELL = (
        "error_cell",
        _(
            "The cell shows an error such as #N/A instead of a value. Fix the formula "
            "or enter the value."
        ),
    )
    UNSAVED_FORMULA = (
        "unsaved_formula",
        _("The result of the formula was not saved. Open the file, recalculate, and save it."),
    )
    NOT_SHOWN = (
        "not_shown",
        _("The cell holds a value that its number format hides. Show it, or empty the cell."),
    )
    KEPT_BLANK = (
        "kept_blank",
        _("The cell looks empty but holds a formula or blanks. The registry keeps its value."),
    )
    SAYS_NOTHING = (
        "says_nothing",
        _("The cell says that there is no value (/, 无, NULL …). The registry keeps its value."),
    )
    TOO_LONG = "too_long_text", _("The text is too long for this column.")
    CONTROL = "control_text", _("The cell holds invisible control characters.")
    DATE = "date", _("This is not a date. Write it like 20050131 or 2005-01-31.")
    MONTH_NUMBER = (
        "month_number",
        _("This may be January or October: a number loses the zero of 10. Write it like 202610."),
    )
    PINYIN = "pinyin", _("Write the name in Latin letters, like Zhang San.")
    GENDER = "gender", _("Write 男 or 女.")
    ETHNICITY = "ethnicity", _("This ethnic group is not in GB/T 3304.")
    LEVEL = "level", _("This level is not known.")
    STUDY_MODE = "study_mode", _("This mode of study is not known.")
    SCHOOLING_YEARS = "schooling_years", _("Years of schooling run from 1.5 to 8 in halves.")
    STATUS = "status", _("This status is not known.")
    CERTIFICATE_TYPE = "certificate_type", _("This type of certificate is not known.")
    STUDENT_NUMBER = (
        "student_number",
        _("A student number has up to 20 letters and digits."),
    )
    CANDIDATE_NUMBER = (
        "candidate_number",
        _("A candidate number has up to 18 letters and digits."),
    )
    NO_NUMBER = "no_number", _("The row has neither a student number nor a candidate number.")
    EXTRA_CELLS = (
        "extra_cells",
        _(
            "The row has more cells than there are titles: the sign between two cells also stands "
            "in one of them. Put that cell in quotation marks, or save the list as .xlsx."
        ),
    )
    OTHER_INSTITUTION = "other_institution", _("The row belongs to another institution.")
    CONFLICT_STUDENT = (
        "conflict_student_number",
        _("Several rows have this student number but differ."),
    )
    CONFLICT_CANDIDATE = (
        "conflict_candidate_number",
        _("Several rows of one year have this candidate number but differ."),
    )
    CONFLICT_CERTIFICATE = (
        "conflict_certificate",
        _("Several rows have this certificate number under different names."),
    )
    CONFLICT_REGISTRY = (
        "conflict_registry",
        _("The registry has this certificate number under another name."),
    )
    CONFLICT_RECORD = ("conflict_record", _("Several rows mean the same record of the registry."))
    DUPLICATE = "duplicate", _("The row is identical to an earlier one and counts once.")
    SAME_PERSON = ("same_person", _("The same person is in several rows."))
    GENDER_DIFFERS = "gender_differs", _("The gender differs from the identity card number.")
    BIRTH_DATE_DIFFERS = (
        "birth_date_differs",
        _("The date of birth differs from the identity card number."),
    )
    REGION_UNKNOWN = (
        "region_unknown",
        _("The first digits of the number are no known region; it may have been abolished."),
    )
    CODE_ZERO = (
        "code_zero",
        _("The code has five digits: a spreadsheet may have dropped the 0 before it."),
    )
    LOST_CHARACTER = (
        "lost_character",
        _(
            "A character of the name was lost (?, □, * …). The student cannot be found "
            "by this name. Enter it again."
        ),
    )
    NAME_DOUBTFUL = (
        "name_doubtful",
        _("This does not look like the name of one person."),
    )
    PHONE_IGNORED = "phone_ignored", _("Not a mainland China mobile number, so it is left out.")


WARNINGS: frozenset[str] = frozenset(
    {
        RowFault.DUPLICATE,
        RowFault.SAME_PERSON,
        RowFault.GENDER_DIFFERS,
        RowFault.BIRTH_DATE_DIFFERS,
        RowFault.REGION_UNKNOWN,
        RowFault.PHONE_IGNORED,
        RowFault.CODE_ZERO,
        RowFault.LOST_CHARACTER,
        RowFault.NAME_DOUBTFUL,
        RowFault.KEPT_BLANK,
        RowFault.SAYS_NOTHING,
    }
)
# The cell says nothing that can be used: it leaves the registry's value as it is.
KEEPING: frozenset[str] = frozenset(
    {RowFault.KEPT_BLANK, RowFault.SAYS_NOTHING, RowFault.PHONE_IGNORED}
)
_PREFIXES = {"name:": NameFault, "number:": NumberFault}


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault at one place; ``column`` is a column's name, empty for the whole row."""

    row: int
    column: str
    fault: str

    @property
    def is_warning(self) -> bool:
        """A warning is told but does not keep the row out."""
        return self.fault in WARNINGS


def fault_message(fault: str) -> str:
    """The words for a fault code as problems carry it; with the words allowed in a closed list."""
    for prefix, kind in _PREFIXES.items():
        if fault.startswith(prefix):
            return str(kind(fault.removeprefix(prefix)).label)
    words = str(RowFault(fault).label)
    if allowed := ALLOWED.get(fault):
        words += " " + gettext("Allowed: %(words)s.") % {"words": allowed}
    return words
