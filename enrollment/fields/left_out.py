"""Rows of a list that describe no person: repeated titles, totals, signatures, notes."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from enrollment.fields.catalogue import FIELDS, NUMBERS
from enrollment.fields.cell_marks import SEEMING_BLANK, is_error

_FOOTER = re.compile(
    r"(?:合计|总计|小计|共计|累计|总人数|统计人|制表|填表|填报|制单|审核|审批|复核|校对|经办|盖章|公章|签章|签字|签名"
    r"|备注|附注|说明|以上|以下空白|打印|导出|页码|主管|院长|处长)"
    r"|(?:注|日期|时间|单位|电话|负责人|联系人|学校|学院)\s*[:：]|注\s*[0-9０-９.、]"
    r"|共\s*[0-9０-９一二三四五六七八九十百]+|第\s*[0-9０-９一二三四五六七八九十百]+\s*页|[(（]?以下无"
)
_NUMBER = re.compile(r"[0-9A-Za-z０-９]{6}")
# From here on a number in the certificate's column is a person's.
_PERSONS_NUMBER: Final = 15


class LeftOut(models.TextChoices):
    """Why a row of the file was not read as a person."""

    HEAD = "head", _("the column titles once more")
    FOOTER = "footer", _("totals, signatures or notes")
    NOTHING = "nothing", _("nothing in the columns that are read")
    HIDDEN = "hidden", _("hidden in the sheet")


class RowSorter:
    """Decides which rows are of persons."""

    def __init__(self, mapping: Mapping[str, int], titles: Sequence[str]) -> None:
        self._certificate = mapping["certificate_number"]
        self._name = mapping["name"]
        # Sheets compute these from the identity number.
        self._derived = {mapping.get(column.name) for column in FIELDS if column.from_id_number}
        self._numbers = [mapping[name] for name in NUMBERS if name in mapping]
        self._read = sorted(mapping.values())
        self._titles = {at: _folded(titles[at]) for at in self._read if at < len(titles)}

    def left_out(self, row: Sequence[str]) -> LeftOut | None:
        """Why a row describes no person; None if it does."""
        certificate = row[self._certificate]
        if len(certificate) >= _PERSONS_NUMBER and certificate.isascii():
            return None
        read = [at for at in self._read if self._is_filled(at, row[at])]
        texts = [cell for cell in row if cell]
        if self._repeats_the_head(row):
            return LeftOut.HEAD
        if self._is_footer(row, texts) or (read and self._is_note(row, texts)):
            return LeftOut.FOOTER
        return None if read else LeftOut.NOTHING

    def _is_filled(self, at: int, cell: str) -> bool:
        """Whether a cell says something: formulas filled down a sheet in advance do not."""
        is_waiting = cell[:1] == SEEMING_BLANK or (at in self._derived and is_error(cell))
        return cell != "" and not is_waiting

    def _is_footer(self, row: Sequence[str], texts: Sequence[str]) -> bool:
        if not _FOOTER.match(texts[0]):
            return False
        own = [row[at] for at in (self._certificate, *self._numbers) if row[at] != texts[0]]
        if _NUMBER.search(row[self._certificate]) and own[:1] == [row[self._certificate]]:
            return False
        has_name = row[self._name] not in ("", texts[0])
        return not (has_name and any(map(_NUMBER.search, own)))

    def _is_note(self, row: Sequence[str], texts: Sequence[str]) -> bool:
        """One text in the whole row, and it is neither a name nor a number."""
        if len(set(texts)) > 1 or (row[self._name] and len(texts) == 1):
            return False
        return not _NUMBER.search(texts[0])

    def _repeats_the_head(self, row: Sequence[str]) -> bool:
        same = sum(
            bool(row[at]) and _folded(row[at]) == title for at, title in self._titles.items()
        )
        return same >= 2


def _folded(title: str) -> str:
    return "".join(title.split())
