"""A small picture must not cost much: scans, blocks, chunks, pixels that unfold."""

import io
import resource
import struct
import time
import zlib
from collections.abc import Callable
from contextlib import suppress

import pytest
from PIL import Image

from enrollment.files.child import CPU_SECONDS
from enrollment.files.evidence import (
    MAX_BYTES,
    MAX_PIXELS,
    PICTURE,
    EvidenceFault,
    EvidenceFaultError,
    check_all,
)
from enrollment.files.images import MAX_BYTES as PHOTO_BYTES
from enrollment.files.images import PhotoFaultError, prepare
from tests.enrollment.files.evidence_files import upload

OWN_SECONDS = 0.5  # of the web process, which has other visitors


def plain(
    kind: str, size: tuple[int, int] = (100, 100), mode: str = "RGB", **save: object
) -> bytes:
    """An empty picture."""
    out = io.BytesIO()
    Image.new(mode, size, 1).save(out, kind, **save)
    return out.getvalue()


def progressive(most: int, size: tuple[int, int] = (8000, 6000)) -> bytes:
    """A JPEG whose last scan comes again and again, up to ``most`` bytes."""
    jpeg = plain("JPEG", size, progressive=True, quality=50)
    scan = jpeg[jpeg.rfind(b"\xff\xda") : -2]
    return jpeg[:-2] + scan * max(1, (most - len(jpeg)) // len(scan)) + b"\xff\xd9"


def segments(one: bytes, most: int) -> bytes:
    """A JPEG with ``one`` segment again and again."""
    jpeg = plain("JPEG")
    return jpeg[:2] + one * ((most - len(jpeg)) // len(one)) + jpeg[2:]


def chunks(kind: bytes, data: bytes, most: int) -> bytes:
    """A PNG with one chunk again and again, behind its head."""
    png = plain("PNG")
    sum_ = struct.pack(">I", zlib.crc32(kind + data))
    chunk = struct.pack(">I", len(data)) + kind + data + sum_
    return png[:33] + chunk * ((most - len(png)) // len(chunk)) + png[33:]


UNFOLDS = zlib.compress(b"a" * 900_000)
HOSTILE: dict[str, Callable[[int], bytes]] = {
    "many scans": progressive,
    "many comments": lambda most: segments(b"\xff\xfe\x00\x02", most),
    "many EXIF blocks": lambda most: segments(b"\xff\xe1\x00\x0cExif\0\0AAAA", most),
    "many profiles": lambda most: segments(b"\xff\xe2\x00\x12ICC_PROFILE\0\1\1aa", most),
    "fill bytes": lambda most: segments(b"\xff", most),
    "many tables": lambda most: segments(b"\xff\xc4\x00\x13\x00" + bytes(16), most),
    "packed profiles": lambda most: chunks(b"iCCP", b"a\0\0" + UNFOLDS, most),
    "packed texts": lambda most: chunks(b"zTXt", b"a\0\0" + UNFOLDS, most),
    "many chunks": lambda most: chunks(b"abCd", b"", most),
    "empty data": lambda most: chunks(b"IDAT", b"", most),
}


def children() -> float:
    """Processor seconds of the child processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_picture_as_evidence_costs_the_web_process_little(name: str) -> None:
    file = upload(HOSTILE[name](MAX_BYTES - 100))
    own, theirs = time.process_time(), children()
    with suppress(EvidenceFaultError):
        check_all([file])
    assert time.process_time() - own < OWN_SECONDS
    assert children() - theirs < CPU_SECONDS + 1.5


def test_a_picture_of_many_scans_is_told_the_true_reason() -> None:
    with pytest.raises(EvidenceFaultError) as refused:
        check_all([upload(progressive(324_000))])
    assert refused.value.fault == EvidenceFault.COSTLY
    assert "JPEG" in str(refused.value.fault.label)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_photograph_of_an_archive_costs_the_importer_little(name: str) -> None:
    small = {"many scans": lambda most: progressive(most, (2000, 2000))}
    photo = (HOSTILE | small)[name](PHOTO_BYTES - 100)
    began = time.process_time()
    with suppress(PhotoFaultError):
        prepare(photo)
    assert time.process_time() - began < 1.5


def test_a_picture_that_unfolds_without_end_is_refused() -> None:
    for content, fault in [
        (plain("PNG", (9_900, 9_900), "RGBA", compress_level=1), EvidenceFault.COSTLY),
        (plain("PNG", save_all=True, append_images=[Image.new("RGB", (100, 100), 2)]),
         EvidenceFault.DAMAGED),
        (plain("WEBP"), EvidenceFault.KIND),
        (plain("TIFF"), EvidenceFault.KIND),
    ]:  # fmt: skip
        with pytest.raises(EvidenceFaultError) as refused:
            check_all([upload(content)])
        assert refused.value.fault == fault


@pytest.mark.parametrize("millions", [12, 48, 64])
@pytest.mark.parametrize("progressive", [False, True])
def test_the_picture_of_a_large_camera_is_taken_and_made_smaller(
    millions: int, progressive: bool
) -> None:
    width = int((millions * 4 / 3) ** 0.5 * 1000)
    photo = plain("JPEG", (width, width * 3 // 4), progressive=progressive, quality=60)
    assert width * width * 3 // 4 <= MAX_PIXELS
    own = time.process_time()
    (kept,) = check_all([upload(photo)])
    assert time.process_time() - own < OWN_SECONDS
    assert kept.media_type == PICTURE
    assert max(Image.open(io.BytesIO(kept.content)).size) == 2200


def test_a_picture_with_a_second_one_for_depth_is_taken() -> None:
    """Phones write such files (MPO); the first picture is the photograph."""
    out = io.BytesIO()
    second = Image.new("RGB", (300, 400), "white")
    Image.new("RGB", (300, 400), "navy").save(out, "MPO", save_all=True, append_images=[second])
    (kept,) = check_all([upload(out.getvalue())])
    assert Image.open(io.BytesIO(kept.content)).getpixel((9, 9)) == pytest.approx(
        (0, 0, 128), abs=4
    )


def pdf(head: bytes, stream: bytes) -> bytes:
    """A PDF whose table of objects is the stream with ``head``."""
    start = b"%PDF-1.5\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Count 1"
    start += b">>endobj\n"
    table = b"3 0 obj<</Type/XRef/Size 4/Root 1 0 R/Length %d" % len(stream) + head
    table += b">>stream\n" + stream + b"\nendstream endobj\n"
    return start + table + b"startxref\n%d\n%%%%EOF" % len(start)


BROKEN_PDFS = {
    "no packed data": pdf(b"/W[1 2 1]/Filter/FlateDecode", b"not zlib"),
    "cut packed data": pdf(b"/W[1 2 1]/Filter/FlateDecode", zlib.compress(bytes(99))[:5]),
    "no widths": pdf(b"/W 7", bytes(16)),
    "widths below nothing": pdf(b"/W[-1 -2 1]", bytes(16)),
    "an unknown filter": pdf(b"/W[1 2 1]/Filter/Nothing", bytes(16)),
    "a predictor without columns": pdf(
        b"/W[1 2 1]/Filter/FlateDecode/DecodeParms<</Predictor 15/Columns 0>>",
        zlib.compress(bytes(99)),
    ),
    "half a character": pdf(b"/W[1 2 1]/Filter/ASCIIHexDecode", b"0g>"),
}


def unfolding(megabytes: int) -> bytes:
    """A table of objects that unfolds to so many megabytes, packed twice."""
    packed = zlib.compress(zlib.compress(bytes(megabytes * 2**20), 9), 9)
    return pdf(b"/W[1 2 1]/Filter[/FlateDecode/FlateDecode]", packed)


PDF_BOMBS: dict[str, Callable[[], bytes]] = {
    "a table of 90 MB": lambda: unfolding(90),
    "a table of 700 MB": lambda: unfolding(700),
    "nested arrays": lambda: pdf(b"/W " + b"[" * 500_000, b""),
    "nested dictionaries": lambda: pdf(b"/A " + b"<</A " * 500_000, b""),
    "a million objects": lambda: (
        b"%PDF-1.7\nxref\n0 900000\n"
        + b"0000000000 00000 n \n" * 400_000
        + b"trailer<</Root 1 0 R/Size 9>>\nstartxref\n9\n%%EOF"
    ),
    "tables in a circle": lambda: (
        b"%PDF-1.7\nxref\n0 1\n0000000000 65535 f \n"
        b"trailer<</Root 1 0 R/Size 1/Prev 9>>\nstartxref\n9\n%%EOF"
    ),
    "a long name": lambda: pdf(b"/" + b"A" * 9_000_000 + b" 1", b""),
}


@pytest.mark.parametrize("name", PDF_BOMBS)
def test_a_hostile_pdf_as_evidence_costs_the_web_process_little(name: str) -> None:
    file = upload(PDF_BOMBS[name](), "a.pdf")
    own, theirs = time.process_time(), children()
    with pytest.raises(EvidenceFaultError) as refused:
        check_all([file])
    assert refused.value.fault in {EvidenceFault.DAMAGED, EvidenceFault.COSTLY_PDF}
    assert time.process_time() - own < OWN_SECONDS
    assert children() - theirs < CPU_SECONDS + 1.5


@pytest.mark.parametrize("name", BROKEN_PDFS)
def test_a_broken_pdf_as_evidence_is_refused_with_a_reason(name: str) -> None:
    with pytest.raises(EvidenceFaultError) as refused:
        check_all([upload(BROKEN_PDFS[name])])
    assert refused.value.fault == EvidenceFault.DAMAGED
