"""Identifies an uploaded file as one of the status reports issued here.

Its bytes are compared with what was signed and never parsed, so that a stranger's file costs
one pass over it. A signed PDF names the bytes its signature covers (``/ByteRange``): these are
the file as issued, and anything after them was added later.
"""

import hashlib
import re
from dataclasses import dataclass

from django.db import models

from enrollment.models import StatusReport

_RANGE = re.compile(rb"/ByteRange\s{0,8}\[\s{0,8}0\s{1,8}\d{1,9}\s{1,8}(\d{1,9})\s{1,8}(\d{1,9})")
# A report has one signature; others may have added a few more.
MAX_SIGNATURES = 8
_BEGIN = b"%PDF-"


class Added(models.TextChoices):
    """What follows the signed part of a file.

    A further signature is content as well: only its signer and a reader of the whole file could
    tell it from a change that calls itself a signature.
    """

    NOTHING = "nothing"
    BLANK = "blank"
    CONTENT = "content"


@dataclass(frozen=True)
class BroughtFile:
    """The issued report with its ``signed`` bytes, and what was added after them.

    Without a match there is no report.
    """

    names_signature: bool
    report: StatusReport | None = None
    signed: bytes = b""
    added: Added = Added.NOTHING


def identify(content: bytes) -> BroughtFile:
    """Find the report whose signed file ``content`` equals or begins with; accepts any bytes."""
    data = content[max(0, content.find(_BEGIN)) :]
    lengths = {int(found[1]) + int(found[2]) for found in _ranges(data)}
    fitting = sorted(length for length in lengths if 0 < length <= len(data))
    for length, digest in _digests(data, fitting):
        report = _issued().filter(file_sha256=digest).first()
        if report is not None:
            return BroughtFile(True, report, data[:length], _added(data[length:]))
    return BroughtFile(bool(lengths))


def _ranges(data: bytes) -> list[re.Match[bytes]]:
    return [found for found, _ in zip(_RANGE.finditer(data), range(MAX_SIGNATURES), strict=False)]


def _digests(data: bytes, lengths: list[int]) -> list[tuple[int, bytes]]:
    """The digest of each prefix of ``data``, computed in one pass."""
    digest, at, found = hashlib.sha256(), 0, []
    for length in lengths:
        digest.update(data[at:length])
        at = length
        found.append((length, digest.copy().digest()))
    return found


def _added(rest: bytes) -> Added:
    if not rest:
        return Added.NOTHING
    return Added.CONTENT if rest.strip(b"\0\t\n\f\r \x1a") else Added.BLANK


def _issued() -> "models.QuerySet[StatusReport]":
    found = StatusReport.objects.exclude(stored_as="")
    return found.select_related("record__institution")
