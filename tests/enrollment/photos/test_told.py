"""What pages and the command tell of a ZIP, and what the trail says that people have seen."""

import io
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import User
from audit.models import AuditEntry
from enrollment.files.images import PhotoFault
from enrollment.models import BatchPhoto, Institution, PhotoBatch, PhotoBatchState, PhotoKind
from enrollment.photos import services as photos
from enrollment.photos.refused import refused_of
from tests.enrollment.photos.pictures import checked, picture, taken, zip_of
from tests.enrollment.registrar import signed_in_just_now
from tests.people import make_record, sample_number

pytestmark = pytest.mark.django_db


def check(school: Institution, by: User, entries: dict[str, bytes]) -> PhotoBatch:
    """A checked ZIP of these entries."""
    batch = photos.upload_photos(
        institution=school, kind=PhotoKind.ADMISSION, file_name="照片.zip",
        source=zip_of(entries), created_by=by,
    )  # fmt: skip
    photos.check_photos(batch)
    batch.refresh_from_db()
    return batch


def page_of(client: Client, batch: PhotoBatch) -> str:
    answer = client.get(reverse("registry:photo_batch", args=[batch.key]))
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize(
    "state",
    [PhotoBatchState.TAKING, PhotoBatchState.UNDOING, PhotoBatchState.FAILED],
)
def test_the_trail_says_nothing_of_names_that_a_page_does_not_show(
    client: Client, school: Institution, registrar: User, state: PhotoBatchState
) -> None:
    """A page that shows the progress asks again every few seconds."""
    batch = check(school, registrar, {"张三.jpg": picture()})
    PhotoBatch.objects.update(state=state)
    assert "张三.jpg" not in page_of(client, batch)
    assert not AuditEntry.objects.filter(action="enrollment.view_refused_photos").exists()


def test_what_the_system_left_in_a_zip_is_told_though_nothing_is_refused(
    client: Client, school: Institution, registrar: User
) -> None:
    make_record(name="学生1", number=sample_number(1), student_number="S001")
    entries = {"S001.jpg": picture(), "Thumbs.db": b"x", "__MACOSX/._S001.jpg": b"x"}
    page = page_of(client, check(school, registrar, entries))
    assert "Thumbs.db" in page
    assert str(PhotoFault.SYSTEM.label) in page


def test_control_characters_of_a_name_reach_neither_the_terminal_nor_the_workbook(
    client: Client, school: Institution, registrar: User, tmp_path: Path
) -> None:
    entries = {"\x1b]0;evil\x07张三\u202egpj.exe.jpg": picture(), "\x1b[2J/Thumbs.db\x1b": b"x"}
    path = tmp_path / "photos.zip"
    path.write_bytes(zip_of(entries).getvalue())
    told = io.StringIO()
    with pytest.raises(CommandError):
        call_command("import_photos", path, institution=school.code, stdout=told)
    assert "张三" in told.getvalue()
    assert not {"\x1b", "\x07", "\u202e"} & set(told.getvalue())
    batch = check(school, registrar, entries)
    assert not {"\x1b", "\x07", "\u202e"} & set(page_of(client, batch))
    signed_in_just_now(client)
    client.post(reverse("registry:reason"), {"words": "补交照片", "for_all": "on"})
    answer = client.get(reverse("registry:refused_photos", args=[batch.key]))
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    table = list(load_workbook(io.BytesIO(content)).worksheets[0].values)
    assert len(table) == 3


def test_a_damaged_file_is_a_missing_photo_among_the_others(
    client: Client, school: Institution, registrar: User
) -> None:
    batch = checked(school, registrar, 2)
    for name in BatchPhoto.objects.earliest("pk").files:
        default_storage.delete(name)
        default_storage.save(name, ContentFile(b"half of it"))
    answer = client.get(reverse("registry:photo_sheet", args=[batch.key]))
    assert answer.status_code == 200
    assert answer.content.decode().count("data:image/jpeg") == 1
    assert "照片缺失" in answer.content.decode()


def test_the_command_tells_the_same_numbers_as_the_page(
    client: Client, school: Institution, registrar: User, tmp_path: Path
) -> None:
    taken(checked(school, registrar, 3), registrar)
    make_record(name="学生4", number=sample_number(4), student_number="S004")
    entries = {"S001.jpg": picture(), "S002.jpg": picture("red"), "S003.jpg": picture("red")}
    entries = {f"{sample_number(1)}.jpg": picture()} | entries | {"S004.jpg": picture()}
    del entries["S001.jpg"]
    path = tmp_path / "photos.zip"
    path.write_bytes(zip_of(entries).getvalue())
    told = io.StringIO()
    call_command("import_photos", path, institution=school.code, stdout=told)
    batch = PhotoBatch.objects.latest("pk")
    assert (batch.new, batch.replaced, batch.same, batch.refused) == (1, 2, 1, 0)
    assert "已导入 3 张照片" in told.getvalue()
    assert "其中 2 张替换了原有照片" in told.getvalue()
    assert "1 张与原有照片相同" in told.getvalue()


def test_a_certificate_number_in_the_name_of_the_zip_is_masked(
    client: Client, school: Institution, registrar: User, tmp_path: Path
) -> None:
    """Registrars send the photo of one late student in a file of its own."""
    name = f"{sample_number(1)}张三.zip"
    file = SimpleUploadedFile(name, zip_of({"x.jpg": picture()}).getvalue())
    sent = {"institution": school.pk, "kind": "admission", "file": file}
    page = client.post(reverse("registry:photo_batches"), sent, follow=True).content.decode()
    assert "张三.zip" in page
    assert sample_number(1) not in page
    path = tmp_path / name
    path.write_bytes(zip_of({"x.jpg": picture()}).getvalue())
    with pytest.raises(CommandError):
        call_command("import_photos", path, institution=school.code, stdout=io.StringIO())
    names = PhotoBatch.objects.values_list("file_name", flat=True)
    assert [sample_number(1) in one for one in names] == [False, False]


@pytest.mark.parametrize(
    "name",
    [
        "１１０１０１２００７０８１５００１ｘ.jpg", "IMG110101200708150011.jpg",
        "1101\u200b0120070815001X.jpg", "John Smith e12345678.jpg", "E12345678(1).jpg",
        "110101\u201320070815\u2013001X.jpg", "110101  20070815 001X.jpg", "E1234\u20135678.jpg",
        "1101 0120 0708 1500 1X.jpg", "1101 0120 0708 1500 29.jpg",
    ],
)  # fmt: skip
def test_no_spelling_of_a_certificate_number_is_kept(
    client: Client, school: Institution, registrar: User, name: str
) -> None:
    """Whether its photograph waits, is taken, or is refused."""
    make_record(name="学生1", number=sample_number(1), student_number="S001")
    make_record(
        name="John Smith", number="E12345678", certificate_type="护照", student_number="S002",
        candidate_number="2",
    )  # fmt: skip
    secret = (
        "7081500", "７０８１５００", "1234567", "20070815", "0708 1500", "1234–5678", "1234-5678"
    )  # fmt: skip
    batch = check(school, registrar, {name: picture()})
    rows = BatchPhoto.objects.values_list("entry", flat=True)
    shown = [*rows, *(entry for entry, _ in refused_of(batch))]
    assert len(shown) == 1
    assert not [part for part in secret if part in shown[0]]
    assert not [part for part in secret if part in page_of(client, batch)]
    batch = check(school, registrar, {name: picture(), f"a/{name}": picture()})
    assert not [part for part in secret if part in page_of(client, batch)]
    batch = check(school, registrar, {name: b"no picture"})
    assert not [part for part in secret if part in page_of(client, batch)]


def test_the_last_page_before_an_import_counts_what_a_later_zip_has_brought(
    client: Client, school: Institution, registrar: User
) -> None:
    first = checked(school, registrar, 3)
    taken(checked(school, registrar, 2, colour="red"), registrar)
    signed_in_just_now(client)
    page = client.get(reverse("registry:take_photos", args=[first.key]))
    shown = page.context["batch"]
    assert (shown.fresh, shown.replacing) == (1, 2)
    assert "原有照片保留 30 天" in page.content.decode()


def test_photos_that_were_the_same_before_another_zip_was_imported_are_told(
    client: Client, school: Institution, registrar: User
) -> None:
    """They are not kept: the other ZIP's photo stays, where a new upload would replace it."""
    taken(checked(school, registrar, 1), registrar)
    waiting = checked(school, registrar, 2)
    address = reverse("registry:take_photos", args=[waiting.key])
    signed_in_just_now(client)
    words = "请作废后重新上传"
    assert waiting.same == 1
    assert words not in client.get(address).content.decode()
    taken(checked(school, registrar, 1, colour="red"), registrar)
    assert words in client.get(address).content.decode()
