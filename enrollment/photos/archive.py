"""A ZIP of photographs, named by certificate, candidate or student number."""

import stat
import zipfile
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import islice
from lzma import LZMAError
from pathlib import PurePosixPath
from typing import BinaryIO, cast

from enrollment.fields.catalogue import NUMBERS
from enrollment.files.faults import FileFault, FileFaultError
from enrollment.files.images import MAX_BYTES, PhotoFault, PhotoFaultError
from enrollment.jobs.planner import analyze_if_stale
from enrollment.models import Institution, StudentRecord
from enrollment.photos.names import (
    certificate_marks,
    is_archive,
    is_system_file,
    masked_name,
    numbers_in,
    picture_stem,
)

MAX_ENTRIES = 100_000
MAX_RATIO = 50
GROUP = 1000
# In bytes. Names have some twenty characters, so a directory of MAX_ENTRIES is smaller.
MAX_DIRECTORY = MAX_ENTRIES * 512
# In bytes, read at once of an entry packed by bzip2 or LZMA: only their input limits what the
# library unfolds of it, and bzip2 makes 46 MB of 45 bytes.
STEP = 64
_METHODS = frozenset(
    {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA}
)
# What the libraries raise for an entry that is damaged, whichever method packed it.
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, LZMAError, NotImplementedError, OSError, EOFError, ValueError,
    OverflowError,
)  # fmt: skip
_ENCRYPTED, _UTF8 = 0x1, 0x800
_ENTRY_HEAD = b"PK\x01\x02"


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in the ZIP that may be a photograph; ``number`` is its name without suffix."""

    name: str
    number: str
    info: zipfile.ZipInfo


@dataclass
class PhotoTally:
    """What a check found; ``refused`` holds (name of the entry, reason).

    ``same`` counts photographs already in storage that were made from an equal file;
    ``ignored`` holds the names of files that an operating system added to the ZIP. ``new`` and
    ``replaced`` count the photographs that records have got, after the import.
    """

    new: int = 0
    replaced: int = 0
    same: int = 0
    refused: list[tuple[str, PhotoFault]] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)

    @property
    def stored(self) -> int:
        """The number of photographs that records have got."""
        return self.new + self.replaced

    def refuse(self, name: str, fault: PhotoFault) -> None:
        """Add a refused entry; a certificate number in its name is masked."""
        self.refused.append((masked_name(name), fault))


class _DirectoryGuard:
    """A file whose reads fail when the directory of the ZIP is too large.

    ``zipfile`` reads the whole directory and creates an object for each entry before
    they can be counted: two gigabytes of empty entries would take ten of memory.
    """

    def __init__(self, source: BinaryIO) -> None:
        self.seek, self.tell, self.seekable = source.seek, source.tell, source.seekable
        self._read = source.read

    def read(self, size: int = -1) -> bytes:
        """Read; raises FileFaultError for a directory that is too large or has too many entries."""
        if size > MAX_DIRECTORY:
            raise FileFaultError(FileFault.TOO_MANY_ENTRIES)
        data = self._read(size)
        if data.count(_ENTRY_HEAD) > MAX_ENTRIES:
            raise FileFaultError(FileFault.TOO_MANY_ENTRIES)
        return data


def open_zip(source: BinaryIO) -> zipfile.ZipFile:
    """Open the archive and check its directory. Raises FileFaultError."""
    try:
        archive = zipfile.ZipFile(cast("BinaryIO", _DirectoryGuard(source)))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise FileFaultError(FileFault.NOT_A_ZIP) from error
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise FileFaultError(FileFault.TOO_MANY_ENTRIES)
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise FileFaultError(FileFault.LOCKED_ZIP)
    if any(entry.compress_type not in _METHODS for entry in entries):
        raise FileFaultError(FileFault.PACKING)
    unfolded = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if unfolded > MAX_RATIO * max(packed, MAX_BYTES):
        raise FileFaultError(FileFault.TOO_LARGE)
    return archive


def belonging(
    archive: zipfile.ZipFile, institution: Institution, tally: PhotoTally
) -> list[tuple[Entry, int]]:
    """The entries that match exactly one record of ``institution``, with its id."""
    analyze_if_stale(StudentRecord.objects.filter(institution=institution).count())
    return one_each(matched(list_entries(archive, tally), institution, tally), tally)


def list_entries(archive: zipfile.ZipFile, tally: PhotoTally) -> list[Entry]:
    """The entries that can be photographs; names that leave the directory are refused."""
    found = []
    for info in archive.infolist():
        name = _decoded(info)
        path = PurePosixPath(name.replace("\\", "/"))
        is_link = stat.S_ISLNK(info.external_attr >> 16)
        if is_link or path.is_absolute() or ".." in path.parts or ":" in name:
            tally.refuse(name, PhotoFault.NAME)
        elif not info.filename:  # as the library reads a name that begins with NUL
            tally.refuse("?", PhotoFault.NAME)
        elif info.is_dir():
            continue
        elif is_system_file(path):
            tally.ignored.append(masked_name(path.name))
        elif is_archive(path):
            tally.refuse(name, PhotoFault.NESTED)
        else:
            found.append(Entry(name, picture_stem(path), info))
    return found


def read_entry(archive: zipfile.ZipFile, entry: Entry) -> bytes:
    """The content of an entry, limited by MAX_BYTES whatever size the directory states.

    Raises PhotoFaultError.
    """
    try:
        with archive.open(entry.info) as file:
            data = _limited(cast("zipfile.ZipExtFile", file), entry.info.compress_type)
    except _DAMAGED as error:
        raise PhotoFaultError(PhotoFault.DAMAGED) from error
    except MemoryError as error:  # LZMA may ask for four gigabytes
        raise PhotoFaultError(PhotoFault.COSTLY) from error
    if len(data) > MAX_BYTES:
        raise PhotoFaultError(PhotoFault.TOO_LARGE)
    return data


def _limited(file: zipfile.ZipExtFile, method: int) -> bytes:
    """The first MAX_BYTES + 1 of ``file``; of a bomb little more is unfolded."""
    if method not in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        return file.read(MAX_BYTES + 1)
    file.MIN_READ_SIZE = STEP
    data = bytearray()
    while len(data) <= MAX_BYTES and (more := file.read(STEP)):
        data += more
    return bytes(data)


def matched(
    entries: list[Entry], institution: Institution, tally: PhotoTally
) -> Iterator[list[tuple[Entry, int]]]:
    """Yield the entries with the id of the single record each matches, in groups.

    A name that is a number is looked up as a whole. In any other name every number is
    looked up, and together they must match exactly one record. Repeated names are refused.
    Numbers of certificates are masked in the names.
    """
    rest = iter(entries)
    times = Counter(entry.number.upper() for entry in entries)
    while group := list(islice(rest, GROUP)):
        found, certificates = _record_ids({entry.number for entry in group}, institution)
        numbers = {entry: numbers_in(entry.number) for entry in group if not found[entry.number]}
        wider, more = _record_ids(set().union(*numbers.values()), institution)
        pairs = []
        for entry in group:
            records = found[entry.number]
            for number in numbers.get(entry, ()):
                records = records | wider.get(number, set())
            shown = masked_name(entry.name, (certificates | more) & _numbers_of(entry, numbers))
            if times[entry.number.upper()] > 1:
                tally.refuse(shown, PhotoFault.REPEATED)
            elif len(records) == 1:
                pairs.append((replace(entry, name=shown), next(iter(records))))
            else:
                tally.refuse(shown, PhotoFault.SEVERAL if records else PhotoFault.NOBODY)
        yield pairs


def one_each(
    groups: Iterable[list[tuple[Entry, int]]], tally: PhotoTally
) -> list[tuple[Entry, int]]:
    """The entries with the id of their record; all entries of a repeated record are refused."""
    pairs = [pair for group in groups for pair in group]
    times = Counter(record_id for _, record_id in pairs)
    for entry, record_id in pairs:
        if times[record_id] > 1:
            tally.refuse(entry.name, PhotoFault.SAME_RECORD)
    return [pair for pair in pairs if times[pair[1]] == 1]


def _numbers_of(entry: Entry, numbers: Mapping[Entry, set[str]]) -> set[str]:
    return {entry.number} | numbers.get(entry, set())


def _record_ids(
    numbers: set[str], institution: Institution
) -> tuple[dict[str, set[int]], set[str]]:
    """The ids of the records that match each number; one indexed query for each column.

    Also the numbers that are those of a certificate.
    """
    found: dict[str, set[int]] = defaultdict(set)
    certificates: set[str] = set()
    records = StudentRecord.objects.filter(institution=institution)
    for column in NUMBERS:
        # The indexes are partial: records without such a number are excluded.
        meant = records.exclude(**{column: ""}).filter(**{f"{column}__in": numbers})
        for number, record_id in meant.values_list(column, "pk"):
            found[number].add(record_id)
    by_mark: dict[bytes, list[tuple[str, set[str]]]] = defaultdict(list)
    for number in numbers:
        for mark, kinds in certificate_marks(number).items():
            by_mark[mark].append((number, kinds))
    meant = records.filter(certificate_hash__in=list(by_mark))
    for known, kind, record_id in meant.values_list("certificate_hash", "certificate_type", "pk"):
        for number, kinds in by_mark[bytes(known)]:
            if kind in kinds:
                found[number].add(record_id)
                certificates.add(number)
    return found, certificates


def _decoded(info: zipfile.ZipInfo) -> str:
    """The name of the entry.

    Without the UTF-8 flag it is UTF-8 all the same as written by macOS, or GBK as written by
    Chinese Windows.
    """
    if info.flag_bits & _UTF8:
        return info.filename
    for encoding in ("utf-8", "gb18030"):
        with suppress(UnicodeError):
            return info.filename.encode("cp437").decode(encoding)
    return info.filename
