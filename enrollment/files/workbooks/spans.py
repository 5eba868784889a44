"""Fill merged cells: the value applies to the whole span."""

from collections.abc import Iterable

from enrollment.files.workbooks.date_formats import Moment

Cell = str | Moment
# First row, first column, last row, last column; rows count from 1, columns from 0.
Span = tuple[int, int, int, int]


class Spans:
    """Fills the rows of a sheet, which must come in order, as far as column ``width``."""

    def __init__(self, spans: Iterable[Span], width: int) -> None:
        self._waiting = sorted(spans, reverse=True)
        self._width = width
        # First column of an open span → its last column, its last row and its value.
        self._open: dict[int, tuple[int, int, Cell]] = {}

    def fill(self, number: int, row: list[Cell]) -> list[Cell]:
        """The row with the values of the spans that reach it.

        A row without values of its own stays empty.
        """
        if self._open:
            self._open = {at: span for at, span in self._open.items() if span[1] >= number}
        while self._waiting and self._waiting[-1][0] <= number:
            top, first, bottom, last = self._waiting.pop()
            if bottom >= number:
                value = row[first] if top == number and first < len(row) else ""
                self._open[first] = (min(last, self._width - 1), bottom, value)
        if not self._open or not any(row):
            return row
        for first, (last, _bottom, value) in self._open.items():
            if value:
                row += [""] * (last + 1 - len(row))
                row[first : last + 1] = [cell or value for cell in row[first : last + 1]]
        return row
