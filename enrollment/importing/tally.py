"""What reading a file brought to light: counts, and problems folded and listed."""

from collections import Counter
from dataclasses import dataclass, field

from enrollment.importing.faults import Problem

LISTED_PROBLEMS = 20_000


@dataclass
class Tally:
    """What one or several readers found. ``folded`` is (fault, column) → [count, first row]."""

    rows: int = 0
    blank: int = 0
    seen: int = 0
    staged: int = 0
    faulty: int = 0
    # Column → cells with invisible marks or unusual blanks, which were folded.
    tidied: Counter[str] = field(default_factory=Counter)
    folded: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    faults: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    @property
    def problems(self) -> list[Problem]:
        """What is listed, by row: however many warnings there are, they crowd out no fault."""
        room = LISTED_PROBLEMS - len(self.faults)
        return sorted(self.faults + self.warnings[:room], key=_by_row)

    def note(self, problem: Problem) -> None:
        """Count a problem, and list it while there is room."""
        entry = self.folded.setdefault((problem.fault, problem.column), [0, problem.row])
        entry[0] += 1
        entry[1] = min(entry[1], problem.row)
        listed = self.warnings if problem.is_warning else self.faults
        if len(listed) < LISTED_PROBLEMS:
            listed.append(problem)

    def add(self, other: "Tally") -> None:
        """Take over what another reader found."""
        for name in ("rows", "blank", "seen", "staged", "faulty"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.tidied.update(other.tidied)
        for place, (count, first) in other.folded.items():
            entry = self.folded.setdefault(place, [0, first])
            entry[0] += count
            entry[1] = min(entry[1], first)
        self.faults = sorted(self.faults + other.faults, key=_by_row)[:LISTED_PROBLEMS]
        self.warnings = sorted(self.warnings + other.warnings, key=_by_row)[:LISTED_PROBLEMS]


def _by_row(problem: Problem) -> int:
    return problem.row
