"""Counts and problems of a file, collected while its rows are read."""

from collections import Counter
from dataclasses import dataclass, field

from enrollment.fields.faults import KEEPING, Problem

LISTED_PROBLEMS = 20_000
LISTED_LEFT_OUT = 50


@dataclass
class Tally:
    """Findings of one or several workers. ``folded`` is (fault, column) → [count, first row]."""

    rows: int = 0
    blank: int = 0
    seen: int = 0
    staged: int = 0
    faulty: int = 0
    # Column → cells with invisible marks or unusual blanks, which were folded.
    tidied: Counter[str] = field(default_factory=Counter)
    folded: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    # Reason for leaving rows out → their number, and the first row numbers.
    left_out: dict[str, int] = field(default_factory=dict)
    left_out_rows: dict[str, list[int]] = field(default_factory=dict)
    faults: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    @property
    def kept_columns(self) -> list[str]:
        """The columns in which the registry's values are kept."""
        return [column for fault, column in self.folded if fault in KEEPING]

    @property
    def problems(self) -> list[Problem]:
        """The listed problems by row; faults take precedence over warnings at the limit."""
        room = LISTED_PROBLEMS - len(self.faults)
        return sorted(self.faults + self.warnings[:room], key=_by_row)

    def note(self, problem: Problem) -> None:
        """Count a problem, and list it up to LISTED_PROBLEMS."""
        entry = self.folded.setdefault((problem.fault, problem.column), [0, problem.row])
        entry[0] += 1
        entry[1] = min(entry[1], problem.row)
        listed = self.warnings if problem.is_warning else self.faults
        if len(listed) < LISTED_PROBLEMS:
            listed.append(problem)

    def refuse(self, problem: Problem) -> None:
        """Count a row of a person that is refused as a whole."""
        self.rows += 1
        self.faulty += 1
        self.note(problem)

    def leave_out(self, reason: str, row: int) -> None:
        """Count a row that describes no person, such as a total."""
        self.left_out[reason] = self.left_out.get(reason, 0) + 1
        rows = self.left_out_rows.setdefault(reason, [])
        if len(rows) < LISTED_LEFT_OUT:
            rows.append(row)

    def add(self, other: "Tally") -> None:
        """Add the findings of another worker."""
        for name in ("rows", "blank", "seen", "staged", "faulty"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.tidied.update(other.tidied)
        for place, (count, first) in other.folded.items():
            entry = self.folded.setdefault(place, [0, first])
            entry[0] += count
            entry[1] = min(entry[1], first)
        for reason, count in other.left_out.items():
            self.left_out[reason] = self.left_out.get(reason, 0) + count
            rows = self.left_out_rows.get(reason, []) + other.left_out_rows[reason]
            self.left_out_rows[reason] = sorted(rows)[:LISTED_LEFT_OUT]
        self.faults = sorted(self.faults + other.faults, key=_by_row)[:LISTED_PROBLEMS]
        self.warnings = sorted(self.warnings + other.warnings, key=_by_row)[:LISTED_PROBLEMS]


def _by_row(problem: Problem) -> int:
    return problem.row
