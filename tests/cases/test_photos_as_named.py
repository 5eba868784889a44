"""Photographs and evidence as people and systems name and pack them."""

import io
import time
import zipfile
from pathlib import Path, PurePosixPath

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from PIL import Image

from enrollment.files.evidence import EvidenceFault, EvidenceFaultError, check_all
from enrollment.files.faults import FileFault, FileFaultError
from enrollment.files.images import PhotoFault, PhotoFaultError, prepare
from enrollment.models import Institution, Photo
from enrollment.photos.archive import PhotoTally
from enrollment.photos.names import numbers_in, picture_stem
from tests.enrollment.photos.pictures import import_all, picture, zip_of
from tests.people import make_record, sample_number

HEIC = b"\x00\x00\x00\x18ftypheic" + bytes(200)


def take(school: Institution, *names: str, **kept: bytes) -> PhotoTally:
    """Take a ZIP with a picture under each of these names."""
    entries = {name: picture() for name in names} | kept
    return import_all(school, zip_of(entries))


@pytest.fixture
def student(school: Institution) -> Institution:
    """The school with one student, 学号 Z2026-005A."""
    make_record(
        name="赵一凡",
        number=sample_number(1),
        student_number="Z2026-005A",
        candidate_number="26110100000001",
    )
    return school


@pytest.mark.parametrize(
    "name",
    [
        "Z2026-005A_赵一凡.jpg", "赵一凡-Z2026-005A.jpg", "Z2026-005A.jpg.jpg",
        "Z2026-005A.JPG.jpeg",
        "Z2026-005A(1).jpg", "Z2026-005A (2).jpg", "Z2026-005A - 副本.jpg", "Z2026-005A - Copy.jpg",
        "Copy of Z2026-005A.jpg", "Z2026-005a.jpg", "Ｚ２０２６－００５Ａ.jpg", "Z2026—005A .jpg",
        "软件2601/Z2026-005A 赵一凡.jpg", "01_26110100000001_赵一凡.jpg",
        "赵一凡26110100000001.jpg",
        "\u202d26110100000001\u202c.jpg", "Z2026-005A_26110100000001.jpg",
    ],
)  # fmt: skip
def test_a_number_anywhere_in_the_name_finds_its_record(student: Institution, name: str) -> None:
    tally = take(student, name)
    assert (tally.stored, tally.refused) == (1, [])


def test_a_passport_in_the_name_finds_its_record(school: Institution) -> None:
    make_record(name="John Smith", number="E12345678", certificate_type="护照")
    assert take(school, "John Smith e12345678.jpg").stored == 1


def test_equal_digits_of_another_type_are_another_persons(school: Institution) -> None:
    make_record(name="甲", number="12345678", certificate_type="护照", student_number="1")
    make_record(
        name="乙", number="12345678", certificate_type="台湾居民来往大陆通行证", student_number="2",
        candidate_number="2",
    )  # fmt: skip
    assert [fault for _, fault in take(school, "12345678.jpg").refused] == [PhotoFault.SEVERAL]


def test_two_numbers_of_two_people_are_ambiguous(student: Institution) -> None:
    make_record(name="钱二宁", number=sample_number(2), student_number="2026000002")
    tally = take(student, "Z2026-005A与2026000002合影.jpg")
    assert [fault for _, fault in tally.refused] == [PhotoFault.SEVERAL]


def test_a_name_without_a_known_number_is_told_so(student: Institution) -> None:
    assert [fault for _, fault in take(student, "IMG_1234.jpg").refused] == [PhotoFault.NOBODY]


def test_an_original_and_its_copy_are_told_apart(student: Institution) -> None:
    tally = take(student, "Z2026-005A.jpg", "Z2026-005A(1).jpg")
    assert [name for name, _ in tally.refused] == ["Z2026-005A.jpg", "Z2026-005A(1).jpg"]
    assert tally.stored == 0


def test_what_systems_leave_in_a_zip_is_ignored_and_told(
    student: Institution, tmp_path: Path
) -> None:
    left = ["__MACOSX/._Z2026-005A.jpg", ".DS_Store", "a/Thumbs.db", "desktop.ini", "._x.jpg"]
    path = tmp_path / "photos.zip"
    path.write_bytes(zip_of(dict.fromkeys(left, b"x") | {"Z2026-005A.jpg": picture()}).read())
    told = io.StringIO()
    call_command("import_photos", path, institution="19998", stdout=told)
    assert "Thumbs.db" in told.getvalue()
    assert Photo.objects.count() == 1


def test_a_zip_within_the_zip_is_told(student: Institution) -> None:
    tally = take(student, **{"软件2601.zip": zip_of({"Z2026-005A.jpg": picture()}).read()})
    assert tally.refused == [("软件2601.zip", PhotoFault.NESTED)]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_names_without_a_mark_of_their_encoding_are_read(
    student: Institution, encoding: str
) -> None:
    stranger = make_record(
        name="钱二宁", number=sample_number(2), student_number="2026-005A", candidate_number=""
    )
    taken, unknown = "张Z2026-005A.jpg", "张三 副本.jpg"
    packed = zip_of({"x" * len(taken.encode(encoding)): picture(), "y" * 30: picture()}).read()
    for letter, name in (("x", taken), ("y", unknown)):
        written = name.encode(encoding)
        length = len(written) if letter == "x" else 30
        packed = packed.replace(letter.encode() * length, written.rjust(length, b"_"))
    tally = import_all(student, io.BytesIO(packed))
    assert [name.lstrip("_") for name, _ in tally.refused] == [unknown]
    assert tally.stored == 1
    assert not Photo.objects.filter(record=stranger).exists()


def test_a_packing_method_that_is_not_read_is_named_once(student: Institution) -> None:
    data = bytearray(zip_of({f"{n}.jpg": picture() for n in range(3)}).read())
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        data[at + 10 : at + 12] = (9).to_bytes(2, "little")  # Deflate64
        at = data.find(b"PK\x01\x02", at + 4)
    with pytest.raises(FileFaultError) as error:
        import_all(student, io.BytesIO(bytes(data)))
    assert error.value.fault == FileFault.PACKING


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_packing_methods_are_read(student: Institution, method: int) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr("Z2026-005A.jpg", picture())
    out.seek(0)
    tally = import_all(student, out)
    assert tally.stored == 1


def test_an_unknown_institution_is_named_for_photos_too(db: None, tmp_path: Path) -> None:
    path = tmp_path / "photos.zip"
    path.write_bytes(zip_of({}).read())
    with pytest.raises(CommandError, match="load_institutions"):
        call_command("import_photos", path, institution="99999")


def mpo() -> bytes:
    """Two pictures in one JPEG, as phones write them."""
    out = io.BytesIO()
    first, second = Image.new("RGB", (480, 640), "red"), Image.new("RGB", (240, 320), "blue")
    first.save(out, "MPO", save_all=True, append_images=[second])
    return out.getvalue()


def test_the_first_picture_of_a_phones_jpeg_is_taken() -> None:
    assert (prepare(mpo()).width, prepare(mpo()).height) == (480, 640)
    (kept,) = check_all([SimpleUploadedFile("a.jpg", mpo())])
    assert Image.open(io.BytesIO(kept.content)).size == (480, 640)


def test_a_camera_picture_of_64_megapixels_is_scaled_as_evidence() -> None:
    out = io.BytesIO()
    Image.new("L", (9248, 6936), "white").save(out, "JPEG", quality=50)
    (kept,) = check_all([SimpleUploadedFile("a.jpg", out.getvalue())])
    assert max(Image.open(io.BytesIO(kept.content)).size) <= 2200


def test_heic_is_called_so_everywhere() -> None:
    with pytest.raises(PhotoFaultError) as photo:
        prepare(HEIC)
    assert photo.value.fault == PhotoFault.HEIC
    with pytest.raises(EvidenceFaultError) as evidence:
        check_all([SimpleUploadedFile("a.heic", HEIC)])
    assert evidence.value.fault == EvidenceFault.HEIC


@pytest.mark.parametrize(
    "name",
    [
        "copy " * 50 + "x",
        ".jpg" * 60,
        ".jpg" * 9000,
        "(1)" * 80 + "x",
        "0-" * 120,
        " _-" * 80 + "x",
    ],
)
def test_no_name_is_slow_to_read(name: str) -> None:
    before = time.process_time()
    numbers_in(picture_stem(PurePosixPath(name)))
    assert time.process_time() - before < 0.5
