"""Parse the file names of photographs: kind of file and numbers; and what is shown of them."""

import re
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Final
from unicodedata import category

from accounts.text import DASHES, fold_width
from enrollment.identity.certificates import CertificateType
from enrollment.identity.number import InvalidNumberError, canonical_number, mask_number
from vault.lookup import keyed_hash

# Limits the look-ups for one name.
MAX_NUMBERS: Final = 12
# In characters; file systems allow 255 bytes.
MAX_NAME_LENGTH: Final = 255
SHOWN_NAME: Final = 200
_SYSTEM_NAMES = frozenset({"thumbs.db", "desktop.ini", "ehthumbs.db", "icon\r", ".ds_store"})
_SYSTEM_FOLDERS = frozenset({"__macosx", "@eadir", ".spotlight-v100", ".trashes", "$recycle.bin"})
_ARCHIVES = frozenset({".zip", ".rar", ".7z", ".tar", ".gz"})
_SUFFIX = re.compile(r"\.(?:jpe?g|png|jfif|heic|bmp|gif|webp|tiff?)\Z", re.IGNORECASE)
# Prefixes and suffixes that Windows, macOS and WeChat add to the name of a copy.
_COPY = re.compile(
    r"\A(?:复制 ?|副本 ?|copy of )|(?:[ _-]*+(?:\([0-9]{1,3}\)|副本|copy|拷贝)[0-9]{0,3})++\Z",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[0-9A-Za-z]+(?:[-_.()][0-9A-Za-z()]+)*")
_PART = re.compile(r"[0-9A-Za-z]+")
# Eighteen digits however they are grouped, or fifteen.
_IDENTITY = re.compile(
    r"(?<![0-9])(?:(?:[0-9][ -]?){17}[0-9Xx]|[0-9]{6}[ -]?[0-9]{6}[ -]?[0-9]{3})(?![0-9])"
)
_UNSEEN = frozenset({"Cc", "Cf", "Cs"})  # categories of Unicode
_DASHES = re.compile("-+")
_TO_DASH = str.maketrans(dict.fromkeys(DASHES, "-"))


def is_system_file(path: PurePosixPath) -> bool:
    """Whether the entry was added by macOS, Windows or a network drive."""
    name = path.name.lower()
    folders = {part.lower() for part in path.parts[:-1]}
    return name in _SYSTEM_NAMES or name.startswith((".", "~$")) or bool(folders & _SYSTEM_FOLDERS)


def is_archive(path: PurePosixPath) -> bool:
    """Whether the entry is itself an archive; nested archives are not read."""
    return path.suffix.lower() in _ARCHIVES


def picture_stem(path: PurePosixPath) -> str:
    """The name without image suffixes (also repeated ones) and without the marks of a copy."""
    if len(path.name) > MAX_NAME_LENGTH:
        return path.stem[:MAX_NAME_LENGTH]
    stem = _folded(path.name)
    while (shorter := _SUFFIX.sub("", stem)) != stem:
        stem = shorter.strip()
    if "." in stem and not _SUFFIX.search(path.name):
        stem = path.stem.strip()
    return _COPY.sub("", stem).strip() or stem


def _folded(name: str) -> str:
    """The name with ordinary widths, one dash and single blanks."""
    return _DASHES.sub("-", " ".join(fold_width(name).split()).translate(_TO_DASH))


def numbers_in(stem: str) -> set[str]:
    """The possible numbers in a name such as “2026000001_张三”, as written and in upper case."""
    found = [stem]
    for whole in _NUMBER.findall(stem):
        found += [whole, *_PART.findall(whole)]
    with_digits = [text for text in dict.fromkeys(found) if any(map(str.isdigit, text))]
    return {form for text in with_digits[:MAX_NUMBERS] for form in (text, text.upper())}


def masked_name(name: str, certificates: Iterable[str] = ()) -> str:
    """The name as it is kept and shown: short, identity numbers and ``certificates`` masked.

    Widths, blanks and dashes become those of ``picture_stem``. Control characters, which would
    speak to a terminal or turn the text around, are replaced.
    """
    text = _folded(name)[: 2 * SHOWN_NAME]
    for number in (one for one in certificates if not _IDENTITY.fullmatch(one)):
        text = re.compile(re.escape(number), re.IGNORECASE).sub(mask_number(number), text)
    masked = _IDENTITY.sub(lambda found: mask_number(found[0]), text)[:SHOWN_NAME]
    return "".join("\ufffd" if category(one) in _UNSEEN else one for one in masked)


def certificate_marks(number: str) -> dict[bytes, set[str]]:
    """Look-up hashes of the certificates ``number`` may mean, with the types for each."""
    found: dict[str, set[str]] = {}
    for kind in CertificateType:
        try:
            found.setdefault(canonical_number(number, kind), set()).add(kind.value)
        except InvalidNumberError:
            continue
    return {keyed_hash("certificate", text): kinds for text, kinds in found.items()}
