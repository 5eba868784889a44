"""The contact sheet of a ZIP: whose photograph each is, before and after the import."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import User
from audit.models import AuditEntry
from enrollment.models import (
    BatchPhoto,
    FieldChange,
    Institution,
    InstitutionRegistrar,
    Photo,
    PhotoBatch,
)
from tests.enrollment.photos.pictures import checked, taken
from tests.enrollment.registrar import signed_in_just_now
from tests.people import make_school, sample_number

pytestmark = pytest.mark.django_db


def sheet(client: Client, batch: PhotoBatch, page: int = 1) -> str:
    address = reverse("registry:photo_sheet", args=[batch.key])
    answer = client.get(address, {"page": page})
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    return answer.content.decode()


def test_each_photo_stands_beside_its_person_and_the_photo_before(
    client: Client, school: Institution, registrar: User
) -> None:
    first = checked(school, registrar, 2)
    text = sheet(client, first)
    assert (text.count("data:image/jpeg"), "原照片" in text) == (2, False)
    assert all(found in text for found in ("学生1", "S001", "学生2", "S002"))
    assert sample_number(1) not in text  # the name in the ZIP is shown without the number
    taken(first, registrar)
    second = checked(school, registrar, 3, colour="red")
    text = sheet(client, second)
    assert text.count("data:image/jpeg") == 5
    assert (Photo.objects.count(), BatchPhoto.objects.count()) == (2, 3)
    taken(second, registrar)
    assert sheet(client, second).count("data:image/jpeg") == 5


def test_twenty_four_stand_on_a_page_and_ask_as_much_as_two(
    client: Client, school: Institution, registrar: User
) -> None:
    few = checked(school, registrar, 2)
    sheet(client, few)
    with CaptureQueriesContext(connection) as for_few:
        sheet(client, few)
    many = checked(school, registrar, 26)
    with CaptureQueriesContext(connection) as for_many:
        assert sheet(client, many).count("data:image/jpeg") == 24
    assert len(for_few) == len(for_many)
    assert sheet(client, many, page=2).count("data:image/jpeg") == 2


def test_every_page_is_a_look_in_the_trail(
    client: Client, school: Institution, registrar: User
) -> None:
    batch = checked(school, registrar, 3)
    sheet(client, batch)
    [entry] = AuditEntry.objects.filter(action="enrollment.view_contact_sheet")
    assert (entry.actor_id, entry.subject_key) == (registrar.pk, str(batch.key))
    assert entry.detail["people"] == 3


def test_others_see_no_sheet_and_undo_nothing(
    client: Client, school: Institution, registrar: User
) -> None:
    batch = taken(checked(school, registrar, 2), registrar)
    InstitutionRegistrar.objects.update(institution=make_school("19997", "别的大学"))
    signed_in_just_now(client)
    for name in ("photo_sheet", "undo_photos"):
        address = reverse(f"registry:{name}", args=[batch.key])
        assert client.get(address).status_code == 404
        assert client.post(address).status_code in (404, 405)
    batch.refresh_from_db()
    assert batch.state == "taken"


def test_a_photo_of_a_record_that_became_another_persons_is_not_taken(
    client: Client,
    school: Institution,
    registrar: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    batch = checked(school, registrar, 2)
    other = school.records.get(student_number="S001")
    FieldChange.objects.create(record=other, field="certificate_number", version=2)
    with django_capture_on_commit_callbacks(execute=True):
        taken(batch, registrar)
    assert (batch.new, batch.refused) == (1, 1)
    assert not other.photos.exists()
    page = client.get(reverse("registry:photo_batch", args=[batch.key])).content.decode()
    assert "该生的姓名或号码有变动" in page
    assert not BatchPhoto.objects.exists()
