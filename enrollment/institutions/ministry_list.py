"""Read the ministry's list of institutions (全国普通高等学校名单)."""

from collections.abc import Iterator

from enrollment.fields.titles import fold_title
from enrollment.files.faults import FileFault, FileFaultError
from enrollment.files.readers import Table
from enrollment.models import Institution

# Title in the ministry's file → field of the institution.
_TITLES = {
    "学校名称": "name",
    "学校标识码": "national_code",
    "主管部门": "authority",
    "所在地": "location",
    "办学层次": "level",
    "备注": "remark",
}
_REQUIRED = {"name", "national_code"}
_CODE_DIGITS = 10


def read_institutions(table: Table) -> Iterator[Institution]:
    """Yield the institutions of a list, unsaved; title and group rows are skipped.

    The institution code is the last five of the ten digits of 学校标识码.
    Raises FileFaultError when no header is found.
    """
    places: dict[str, int] = {}
    for row in table.rows():
        if not places:
            places = _header(row)
            continue
        values = {name: row[at].strip() for name, at in places.items() if at < len(row)}
        code = values.get("national_code", "")
        if len(code) == _CODE_DIGITS and code.isascii() and code.isdigit():
            yield Institution(code=code[-5:], **values)
    if not places:
        raise FileFaultError(FileFault.NO_HEADER)


def _header(row: list[str]) -> dict[str, int]:
    places = {
        _TITLES[fold_title(title)]: at
        for at, title in enumerate(row)
        if fold_title(title) in _TITLES
    }
    return places if places.keys() >= _REQUIRED else {}
