"""Photographs: matched, encoded again, sealed; hostile pictures and archives are refused."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage, default_storage
from PIL import Image
from pytest_django import DjangoCaptureOnCommitCallbacks

from enrollment.files.faults import FileFault, FileFaultError
from enrollment.files.images import PhotoFault, prepare
from enrollment.models import BatchPhoto, Institution, Photo, PhotoKind, StudentRecord
from enrollment.photos import processing
from enrollment.photos.archive import MAX_ENTRIES, PhotoTally
from enrollment.photos.storage import keep_photo
from tests.enrollment.imported_files import AT
from tests.enrollment.photos.pictures import import_all, picture, zip_of, zip_of_many
from vault.cipher import unseal


def take(school: Institution, entries: dict[str, bytes]) -> PhotoTally:
    return import_all(school, zip_of(entries))


def test_photos_meet_their_records_by_any_of_three_numbers(
    school: Institution, rows: list[list[str]], media: Path
) -> None:
    tally = take(
        school,
        {
            f"照片/{rows[0][AT['证件号码']].lower()}.jpg": picture("red"),
            f"{rows[1][AT['考生号']]}.jpeg": picture("green"),
            f"{rows[2][AT['学号']]}.png": picture("blue", kind="PNG"),
        },
    )
    assert (tally.stored, tally.refused) == (3, [])
    for row, channel in zip(rows, range(3), strict=False):
        photo = Photo.objects.get(record__student_number=row[AT["学号"]])
        with default_storage.open(photo.stored_as) as file:
            sealed = file.read()
        assert b"JFIF" not in sealed
        image = Image.open(io.BytesIO(unseal(sealed, context=f"photo:{photo.key}")))
        assert image.size == (photo.width, photo.height) == (480, 640)
        pixel = image.getpixel((9, 9))
        assert isinstance(pixel, tuple)
        assert max(range(3), key=lambda c: pixel[c]) == channel
        with default_storage.open(photo.thumbnail_stored_as) as file:
            small = unseal(file.read(), context=f"photo-thumbnail:{photo.key}")
        assert Image.open(io.BytesIO(small)).size == (120, 160)
    assert not [path for path in media.rglob("*") if rows[0][AT["证件号码"]] in path.name]


def test_a_newer_photo_replaces_the_older(
    school: Institution,
    rows: list[list[str]],
    media: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    name = f"{rows[0][AT['学号']]}.jpg"
    take(school, {name: picture("red")})
    with django_capture_on_commit_callbacks(execute=True):
        take(school, {name: picture("blue")})
    photos = [Photo.objects.get(), BatchPhoto.objects.get(replaced=True)]
    kept = {str(path.relative_to(media)) for path in media.rglob("*") if path.is_file()}
    assert kept == {name for photo in photos for name in photo.files}


def test_what_cannot_be_matched_or_named_is_listed(
    school: Institution, rows: list[list[str]]
) -> None:
    student = rows[0][AT["学号"]]
    twin = StudentRecord.objects.get(student_number=rows[1][AT["学号"]])
    StudentRecord.objects.filter(pk=twin.pk).update(
        certificate_hash=StudentRecord.objects.get(student_number=student).certificate_hash
    )
    certificate = rows[0][AT["证件号码"]]
    entries = {
        "20990000.jpg": picture(),
        f"{certificate}.jpg": picture(),
        "../etc/x.jpg": picture(),
        "/abs.jpg": picture(),
        "..\\win.jpg": picture(),
        "C:evil.jpg": picture(),
        f"{rows[2][AT['学号']]}.jpg": picture(),
        f"b/{rows[2][AT['学号']]}.JPG": picture(),
        ".DS_Store": b"x",
        "folder/": b"",
    }
    tally = take(school, entries)
    faults = [fault for _, fault in tally.refused]
    assert tally.stored == 0
    assert faults.count(PhotoFault.NAME) == 4
    assert faults.count(PhotoFault.REPEATED) == 2
    assert faults.count(PhotoFault.NOBODY) == 1
    assert faults.count(PhotoFault.SEVERAL) == 1
    assert certificate not in str(tally.refused)


def test_a_symbolic_link_is_refused(school: Institution, rows: list[list[str]]) -> None:
    link = zipfile.ZipInfo(f"{rows[0][AT['学号']]}.jpg")
    link.external_attr = 0o120777 << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    tally = import_all(school, out)
    assert [fault for _, fault in tally.refused] == [PhotoFault.NAME]


def test_gbk_names_of_chinese_windows_are_read(school: Institution, rows: list[list[str]]) -> None:
    number = rows[0][AT["学号"]]
    name = zipfile.ZipInfo("x" * 4 + f"/{number}.jpg")
    content = zip_of({name.filename: picture()}).getvalue()
    content = content.replace(b"xxxx/", "照片".encode("gbk") + b"/")
    tally = import_all(school, io.BytesIO(content))
    assert tally.stored == 1


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", FileFault.NOT_A_ZIP),
        (b"no zip at all", FileFault.NOT_A_ZIP),
        (zip_of({"1.jpg": bytes(300 * 2**20)[: 2**20]}).getvalue()[:-30], FileFault.NOT_A_ZIP),
    ],
)
def test_a_broken_archive_is_refused(school: Institution, content: bytes, fault: FileFault) -> None:
    with pytest.raises(FileFaultError) as refused:
        import_all(school, io.BytesIO(content))
    assert refused.value.fault == fault


def test_a_bomb_or_a_locked_archive_is_refused_before_reading(school: Institution) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("1.jpg", bytes(60 * 2**20))
    locked = bytearray(zip_of({"1.jpg": b"x"}).getvalue())
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    for content, fault in (
        (bomb.getvalue(), FileFault.TOO_LARGE),
        (bytes(locked), FileFault.LOCKED_ZIP),
    ):
        with pytest.raises(FileFaultError) as refused:
            import_all(school, io.BytesIO(content))
        assert refused.value.fault == fault


def test_a_directory_of_countless_entries_is_never_unfolded(school: Institution) -> None:
    """An object for each of its entries would take the machine's memory."""
    entry = zip_of({"1.jpg": b""}).getvalue()
    at = entry.index(b"PK\x01\x02")
    directory, end = entry[at:-22], bytearray(entry[-22:])
    many = directory * (MAX_ENTRIES + 1)
    end[12:16] = len(many).to_bytes(4, "little")
    with pytest.raises(FileFaultError) as refused:
        import_all(school, io.BytesIO(entry[:at] + many + end))
    assert refused.value.fault == FileFault.TOO_MANY_ENTRIES


def test_the_same_file_again_is_not_drawn_again(school: Institution, rows: list[list[str]]) -> None:
    names = [f"{row[AT['学号']]}.jpg" for row in rows[:2]]
    entries = {names[0]: picture("red"), names[1]: picture("tan")}
    assert take(school, entries).new == 2
    before = set(Photo.objects.values_list("key", flat=True))
    entries[names[1]] = picture("blue")
    tally = take(school, entries)
    assert (tally.new, tally.replaced, tally.same) == (0, 1, 1)
    assert len(before & set(Photo.objects.values_list("key", flat=True))) == 1


def test_a_full_disk_stops_cleanly_and_leaves_no_half_photo(
    rows: list[list[str]], media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = FileSystemStorage.save

    def save(storage: FileSystemStorage, name: str, content: Any) -> str:
        if name.endswith("-thumbnail"):
            raise OSError(28, "No space left on device")
        return write(storage, name, content)

    monkeypatch.setattr(FileSystemStorage, "save", save)
    record = StudentRecord.objects.get(student_number=rows[0][AT["学号"]])
    with pytest.raises(OSError, match="space"):
        keep_photo(record=record, kind=PhotoKind.ADMISSION, picture=prepare(picture()), by=None)
    assert not Photo.objects.exists()
    assert not [path for path in media.rglob("*") if path.is_file()]


def test_two_pictures_of_one_record_are_both_refused(
    school: Institution, rows: list[list[str]]
) -> None:
    names = [f"{rows[0][AT[title]]}.jpg" for title in ("学号", "考生号")]
    tally = take(school, {name: picture() for name in names})
    assert sorted(tally.refused) == sorted((name, PhotoFault.SAME_RECORD) for name in names)
    assert not Photo.objects.exists()


def test_many_photos_are_drawn_by_two_processes(school: Institution, tmp_path: Path) -> None:
    count = 2 * processing.PARALLEL_FROM + 1
    with zip_of_many(count, tmp_path / "many.zip").open("rb") as source:
        told: list[int] = []
        tally = import_all(school, source, told.append)
    assert (tally.stored, [fault for _, fault in tally.refused]) == (
        count - 1,
        [PhotoFault.NOT_A_PICTURE],
    )
    assert told == sorted(told)
    assert told[-1] == count
    photos = list(Photo.objects.select_related("record"))
    assert len({photo.stored_as for photo in photos}) == count - 1
    for photo in photos[:: count // 5]:
        with default_storage.open(photo.stored_as) as file:
            unseal(file.read(), context=f"photo:{photo.key}")
