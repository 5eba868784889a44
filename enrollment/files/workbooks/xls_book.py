"""Read the sheets of an XLS file as displayed."""

import os
from collections.abc import Iterator
from typing import Any, BinaryIO

import xlrd

from enrollment.fields.cell_marks import SEEMING_BLANK, UNNAMED_ERROR
from enrollment.files.workbooks.number_formats import NumberFormat, built_in, compiled, is_built_in
from enrollment.files.workbooks.spans import Cell, Span
from enrollment.files.workbooks.xlsx_parts import clean_text

# The stream in which Office keeps a workbook of any kind that has a password.
_PACKAGE = "EncryptedPackage".encode("utf-16-le")


class EncryptedError(Exception):
    """The workbook has a password."""


class XlsBook:
    """An open XLS file; ``sheets`` is name → whether it is hidden, in order."""

    def __init__(self, source: BinaryIO) -> None:
        """Raises EncryptedError and xlrd.XLRDError."""
        content = source.read()
        try:
            with open(os.devnull, "w") as silence:
                self._book = xlrd.open_workbook(
                    file_contents=content, formatting_info=True, logfile=silence
                )
        except xlrd.XLRDError as error:
            if "encrypted" in str(error) or _PACKAGE in content:
                raise EncryptedError from error
            raise
        self.sheets = {sheet.name: sheet.visibility != 0 for sheet in self._book.sheets()}
        self.beyond: set[int] = set()
        self._formats: dict[int, NumberFormat] = {}

    def layout(self, sheet: str) -> tuple[list[Span], frozenset[int]]:
        """The merged spans and the hidden columns."""
        found = self._book.sheet_by_name(sheet)
        spans = [
            (top + 1, left, bottom, right - 1) for top, bottom, left, right in found.merged_cells
        ]
        hidden = {at for at, info in found.colinfo_map.items() if info.hidden}
        return spans, frozenset(hidden)

    def rows(self, sheet: str, width: int) -> Iterator[tuple[int, bool, list[Cell]]]:
        """Number, hidden, cells of each row."""
        found = self._book.sheet_by_name(sheet)
        for number in range(found.nrows):
            cells = found.row(number)
            self.beyond |= {at for at in range(width, len(cells)) if cells[at].value != ""}
            info = found.rowinfo_map.get(number)
            yield (
                number + 1,
                bool(info and info.hidden),
                [self._shown(cell) for cell in cells[:width]],
            )

    def _shown(self, cell: Any) -> Cell:
        if cell.ctype in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE):
            return self._format(cell.xf_index).of_number(cell.value, bool(self._book.datemode))
        if cell.ctype == xlrd.XL_CELL_TEXT:
            text = self._format(cell.xf_index).of_text(clean_text(cell.value))
            return text if text.strip() else SEEMING_BLANK
        if cell.ctype == xlrd.XL_CELL_BOOLEAN:
            return "TRUE" if cell.value else "FALSE"
        if cell.ctype == xlrd.XL_CELL_ERROR:
            return str(xlrd.error_text_from_code.get(cell.value, UNNAMED_ERROR))
        return ""

    def _format(self, style: int) -> NumberFormat:
        if style not in self._formats:
            key = self._book.xf_list[style].format_key
            known = self._book.format_map.get(key)
            code = built_in(key) if is_built_in(key) or not known else known.format_str
            self._formats[style] = compiled(code)
        return self._formats[style]
