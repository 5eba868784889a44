"""Dates and times as displayed by a number format."""

from dataclasses import dataclass
from datetime import datetime, timedelta

_MONTHS = "January February March April May June July August September October November December"
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
_WEEKDAYS = "一二三四五六日"
_EPOCH, _EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001  days of a sheet
_LAST_DAY = 2_958_466  # the first of January 10000
_TOO_NARROW = "#####"


@dataclass(frozen=True)
class Token:
    """One token of a number format, with its source ``text``."""

    kind: str
    text: str


@dataclass(frozen=True)
class Moment:
    """A day or time: ``iso`` for a column of dates, ``shown`` for every other."""

    iso: str
    shown: str


def shown_moment(value: float, section: tuple[Token, ...], *, from_1904: bool) -> Moment | str:
    """The date and time of a serial number; ##### when out of range, as in a spreadsheet."""
    tokens = list(_with_minutes(section))
    if any(token.kind == "elapsed" for token in tokens):
        text = _elapsed(value, tokens)
        return Moment(text, text)
    if not 0 <= value < _LAST_DAY:
        return _TOO_NARROW
    moment = _moment(value, from_1904)
    shown = "".join(_piece(token, moment, tokens) for token in tokens)
    return Moment(_iso(value, moment, tokens, from_1904), shown)


def moment_of(text: str) -> Moment:
    """A day or time in ISO 8601, as the strict form of the file format writes it.

    Raises ValueError.
    """
    moment = datetime.fromisoformat(text)
    iso = moment.date().isoformat() if moment.time() == datetime.min.time() else str(moment)
    return Moment(iso, iso)


def _moment(value: float, from_1904: bool) -> datetime:
    # Excel has a 29 February 1900: only later days count from one day earlier.
    days = value if from_1904 or value >= 60 else value + 1
    epoch = _EPOCH_1904 if from_1904 else _EPOCH
    return epoch + timedelta(milliseconds=round(days * 86_400_000))


def _iso(value: float, moment: datetime, tokens: list[Token], from_1904: bool) -> str:
    """The value with the precision of the format: no time if only the date is shown."""
    kinds = {token.text[0] for token in tokens if token.kind == "date"}
    if not kinds & set("ymde") or (value < 1 and not from_1904):
        return moment.time().isoformat("auto")
    has_time = kinds & set("hns") and moment.time() != datetime.min.time()
    return moment.isoformat(" ") if has_time else moment.date().isoformat()


def _with_minutes(section: tuple[Token, ...]) -> list[Token]:
    """The tokens with n for each m that means minutes: after hours or before seconds."""
    found = list(section)
    dates = [at for at, token in enumerate(found) if token.kind in ("date", "elapsed")]
    for order, at in enumerate(dates):
        before = found[dates[order - 1]].text if order else ""
        after = found[dates[order + 1]].text if order + 1 < len(dates) else ""
        is_month = found[at].kind == "date" and found[at].text[0] == "m"
        if is_month and (before[:1] == "h" or after[:1] == "s"):
            found[at] = Token("date", "n" * len(found[at].text))
    return found


def _elapsed(value: float, tokens: list[Token]) -> str:
    seconds = round(abs(value) * 86_400)
    units = {"h": 3600, "m": 60, "n": 60, "s": 1}
    largest = max(units[token.text[0]] for token in tokens if token.kind == "elapsed")
    text = "-" if value < 0 else ""
    for token in tokens:
        if token.kind in ("elapsed", "date") and token.text[0] in units:
            unit = units[token.text[0]]
            count = seconds // unit
            if token.kind == "date" and unit < largest:
                count %= 60
            text += str(count).zfill(len(token.text))
        elif token.kind == "literal":
            text += token.text
    return text


def _piece(token: Token, moment: datetime, tokens: list[Token]) -> str:
    if token.kind == "date":
        return _date_piece(token.text, moment, any(one.kind == "halves" for one in tokens))
    if token.kind == "halves":
        halves = token.text.split("/")
        return halves[moment.hour >= 12]
    if token.kind in ("literal", "/", ",", "."):
        return token.text
    return ""


def _date_piece(text: str, moment: datetime, twelve: bool) -> str:
    kind, length = text[0], len(text)
    if kind in "ye":
        return f"{moment.year % 100:02}" if kind == "y" and length < 3 else f"{moment.year:04}"
    if kind == "a":
        return ("星期" if length > 3 else "") + _WEEKDAYS[moment.weekday()]
    if length > 2 and kind in "md":
        names = (_MONTHS if kind == "m" else _DAYS).split()
        name = names[moment.month - 1 if kind == "m" else moment.weekday()]
        return name[0] if length == 5 else name[:3] if length == 3 else name
    numbers = {
        "m": moment.month, "d": moment.day, "n": moment.minute, "s": moment.second,
        "h": (moment.hour - 1) % 12 + 1 if twelve else moment.hour,
    }  # fmt: skip
    return str(numbers[kind]).zfill(min(length, 2))
