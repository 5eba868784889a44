"""Photos of the record: where they come from, whether they are right, and to whom they open."""

import uuid
from datetime import date

import pytest
from django.core.files.storage import default_storage
from django.test import Client

from audit.models import AuditEntry
from enrollment.models import Campaign, Photo, PhotoAnswer, PhotoKind, StudentRecord

pytestmark = pytest.mark.django_db


def test_both_photos_have_their_place_and_their_source(holder: Client, photo: Photo) -> None:
    text = holder.get("/status/").content.decode()
    assert f'src="/status/photos/{photo.key}/"' in text
    for shown in ["录取照片", "来自高考报名", "无需核对", "学历照片", "尚未采集"]:
        assert shown in text


def test_a_photo_that_is_asked_about_is_right_or_wrong(
    holder: Client, photo: Photo, wang_record: StudentRecord
) -> None:
    Photo.objects.update(kind=PhotoKind.GRADUATION)
    ask = f'action="/status/photos/{photo.key}/answer/"'
    assert ask in holder.get("/status/").content.decode()
    answer = holder.post(f"/status/photos/{photo.key}/answer/", {"answer": "right"}, follow=True)
    assert "你已确认：是你本人" in answer.content.decode()
    assert PhotoAnswer.objects.get().answer == "right"
    answer = holder.post(f"/status/photos/{photo.key}/answer/", {"answer": "wrong"}, follow=True)
    explained = answer.content.decode()
    assert "由学校统一采集" in explained
    assert "照片上的人不是你" in explained
    assert "你已反馈：不是你本人" in holder.get("/status/").content.decode()
    assert AuditEntry.objects.filter(action="enrollment.answer_photo").count() == 2
    # A new picture is a new question.
    Photo.objects.filter(pk=photo.pk).update(key=uuid.uuid4())
    assert "你已反馈：不是你本人" not in holder.get("/status/").content.decode()


def test_a_campaign_may_ask_for_the_admission_photo_or_leave_both(
    holder: Client, photo: Photo, wang_record: StudentRecord
) -> None:
    asked = f"/status/photos/{photo.key}/answer/"
    assert asked not in holder.get("/status/").content.decode()
    campaign = Campaign.objects.create(
        institution=wang_record.institution, name="新生核对", starts_on=date(2026, 1, 1),
        ends_on=date(2126, 1, 1), confirm_fields=["name", "admission_photo"],
    )  # fmt: skip
    text = holder.get("/status/").content.decode()
    assert asked in text
    assert "新生核对" in text
    Photo.objects.update(kind=PhotoKind.GRADUATION)
    campaign.confirm_fields, campaign.ignore_fields = ["name"], ["graduation_photo"]
    campaign.save()
    text = holder.get("/status/").content.decode()
    assert asked not in text
    assert "暂时无需核对：学历照片" in text


def test_the_photo_opens_for_its_owner(holder: Client, photo: Photo) -> None:
    answer = holder.get(f"/status/photos/{photo.key}/")
    assert answer.content == b"\xff\xd8 a portrait"
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_photo_missing_from_storage_is_not_found(holder: Client, photo: Photo) -> None:
    default_storage.delete(photo.stored_as)
    assert holder.get(f"/status/photos/{photo.key}/").status_code == 404
