"""What the name of a picture says: whether it is one, and by which numbers it may go."""

import re
from pathlib import PurePosixPath
from typing import Final

from accounts.text import DASHES, fold_width
from enrollment.identity.certificates import CertificateType
from enrollment.identity.number import InvalidNumberError, canonical_number
from vault.lookup import keyed_hash

# A name holds few numbers; one of hundreds is no name.
MOST_NUMBERS: Final = 12
# In characters; file systems allow 255 bytes.
LONGEST_NAME: Final = 255
_SYSTEM_NAMES = frozenset({"thumbs.db", "desktop.ini", "ehthumbs.db", "icon\r", ".ds_store"})
_SYSTEM_FOLDERS = frozenset({"__macosx", "@eadir", ".spotlight-v100", ".trashes", "$recycle.bin"})
_ARCHIVES = frozenset({".zip", ".rar", ".7z", ".tar", ".gz"})
_SUFFIX = re.compile(r"\.(?:jpe?g|png|jfif|heic|bmp|gif|webp|tiff?)\Z", re.IGNORECASE)
# What Windows, macOS and WeChat put around the name of a copy.
_COPY = re.compile(
    r"\A(?:复制 ?|副本 ?|copy of )|(?:[ _-]*+(?:\([0-9]{1,3}\)|副本|copy|拷贝)[0-9]{0,3})++\Z",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[0-9A-Za-z]+(?:[-_.()][0-9A-Za-z()]+)*")
_PART = re.compile(r"[0-9A-Za-z]+")
_TO_DASH = str.maketrans(dict.fromkeys(DASHES, "-"))


def is_of_the_system(path: PurePosixPath) -> bool:
    """Whether macOS, Windows or a network drive put the entry there by itself."""
    name = path.name.lower()
    folders = {part.lower() for part in path.parts[:-1]}
    return name in _SYSTEM_NAMES or name.startswith((".", "~$")) or bool(folders & _SYSTEM_FOLDERS)


def is_archive(path: PurePosixPath) -> bool:
    """Whether the entry is packed itself; what is in it is not read."""
    return path.suffix.lower() in _ARCHIVES


def picture_stem(path: PurePosixPath) -> str:
    """The name without endings (also doubled ones) and without the marks of a copy."""
    if len(path.name) > LONGEST_NAME:
        return path.stem[:LONGEST_NAME]
    stem = " ".join(fold_width(path.name).split()).translate(_TO_DASH)
    while (shorter := _SUFFIX.sub("", stem)) != stem:
        stem = shorter.strip()
    if "." in stem and not _SUFFIX.search(path.name):
        stem = path.stem.strip()
    return _COPY.sub("", stem).strip() or stem


def numbers_in(stem: str) -> set[str]:
    """Every number that may stand in a name such as “2026000001_张三”, in either case."""
    found = [stem]
    for whole in _NUMBER.findall(stem):
        found += [whole, *_PART.findall(whole)]
    with_digits = [text for text in dict.fromkeys(found) if any(map(str.isdigit, text))]
    return {form for text in with_digits[:MOST_NUMBERS] for form in (text, text.upper())}


def certificate_marks(number: str) -> dict[bytes, set[str]]:
    """Look-up hashes of the certificates ``number`` may mean, with the types for each."""
    found: dict[str, set[str]] = {}
    for kind in CertificateType:
        try:
            found.setdefault(canonical_number(number, kind), set()).add(kind.value)
        except InvalidNumberError:
            continue
    return {keyed_hash("certificate", text): kinds for text, kinds in found.items()}
