"""The record page is printed from plates: word for word what the templates say, for everyone."""

import re
import uuid
from datetime import date

import pytest
from django.contrib.messages import constants as messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.test import Client
from django.utils import timezone

from accounts.models import Notice, User
from accounts.sessions.messages import MessageStorage
from enrollment.confirmations.services import answer_record
from enrollment.models import (
    Answer,
    Campaign,
    EventKind,
    FieldChange,
    Photo,
    PhotoAnswer,
    PhotoKind,
    RecordEvent,
    StudentRecord,
)
from enrollment.status_page import precompiled
from enrollment.status_page import views as status_page
from enrollment.status_page.cards import Card
from enrollment.status_page.page import page_data
from enrollment.statuses import Status

pytestmark = pytest.mark.django_db
VARYING = re.compile(r'name="csrfmiddlewaretoken" value="\w+"|[0-9]{1,2}:[0-9]{2}( [ap]\.m\.)?')
ODD = "<b>&\"'\ue0007\ue001"


def by_templates(request: HttpRequest, card: Card, *, revealed: str = "") -> HttpResponse:
    """The record page as the template engine renders it."""
    page = {"sheet": page_data(card, revealed=revealed)}
    return render(request, status_page.RECORD_PAGE, page)


def told(client: Client, address: str, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """The page as it is printed, and as the template engine renders it."""
    printed = client.get(address)
    with monkeypatch.context() as patch:
        patch.setattr(status_page, "_record_page", by_templates)
        rendered = client.get(address)
    assert printed.status_code == rendered.status_code == 200
    for name in rendered.headers:
        assert printed.headers[name] == rendered.headers[name] or name == "Content-Length"
    pages = [VARYING.sub("", answer.content.decode()) for answer in (printed, rendered)]
    return pages[0], pages[1]


def fill(record: StudentRecord, account: User) -> None:
    """Give ``record`` everything a page can show."""
    answer_record(record=record, account=account, asked=["name", "gender"], wrong=["name"])
    FieldChange.objects.create(record=record, field="name", old=ODD, new="王明", version=2)
    FieldChange.objects.create(record=record, field="gender", old="1", new="2", version=3)
    for kind in PhotoKind:
        photo = Photo.objects.create(
            key=uuid.uuid4(), record=record, kind=kind, stored_as="x", thumbnail_stored_as="x",
            width=480, height=640,
        )  # fmt: skip
        PhotoAnswer.objects.create(record=record, photo_key=photo.key, answer=Answer.WRONG)
    for event, after in [(EventKind.SUSPENSION, "休学"), (EventKind.OTHER, "")]:
        RecordEvent.objects.create(
            record=record, kind=event, happened_on=date(2026, 10, 1), status_after=after, note=ODD
        )
    Campaign.objects.create(
        institution=record.institution, name=ODD, starts_on=date(2026, 1, 1),
        ends_on=date(2126, 1, 1), confirm_fields=["name", "gender"], ignore_fields=["major_name"],
    )  # fmt: skip
    Notice.objects.create(account=account, kind="reminder", path="/status/")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_printed_pages_read_as_the_templates_say(
    language: str,
    client: Client,
    wang: User,
    wang_record: StudentRecord,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client.force_login(wang)
    client.post("/language/", {"language": language})
    addresses = ["/status/", f"/status/{wang_record.key}/"]
    for state in Status:
        StudentRecord.objects.filter(pk=wang_record.pk).update(status=state)
        printed, rendered = told(client, addresses[0], monkeypatch)
        assert printed == rendered
    fill(wang_record, wang)
    session = client.session
    session["contacts_due"] = True
    session.save()
    StudentRecord.objects.filter(pk=wang_record.pk).update(
        name=ODD, college="", school_class=None, schooling_years=None, entry_date=None
    )
    for address, frozen in [(one, at) for one in addresses for at in (None, timezone.now())]:
        StudentRecord.objects.filter(pk=wang_record.pk).update(frozen_at=frozen)
        printed, rendered = told(client, address, monkeypatch)
        assert printed == rendered
        assert "&lt;b&gt;&amp;&quot;&#x27;" in printed
        assert "<b>&" not in printed


@pytest.mark.parametrize("level", messages.DEFAULT_TAGS)
def test_a_printed_message_reads_as_the_templates_say(
    level: int,
    client: Client,
    wang: User,
    wang_record: StudentRecord,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client.force_login(wang)

    def say() -> None:
        request, answer = HttpRequest(), HttpResponse()
        request.session = client.session
        waiting = MessageStorage(request)
        waiting.level = level
        for text in (ODD, "Done."):
            waiting.add(level, text)
        waiting.update(answer)
        client.cookies["messages"] = answer.cookies["messages"].value

    say()
    printed = client.get("/status/").content.decode()
    say()
    with monkeypatch.context() as patch:
        patch.setattr(status_page, "_record_page", by_templates)
        rendered = client.get("/status/").content.decode()
    assert VARYING.sub("", printed) == VARYING.sub("", rendered)
    assert "&lt;b&gt;&amp;&quot;&#x27;" in printed
    assert "Done." not in client.get("/status/").content.decode(), "told twice"


def test_a_plate_holds_nothing_of_a_person(
    client: Client, wang: User, wang_record: StudentRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is kept between requests was set from blanks alone."""
    fill(wang_record, wang)
    kept: list[str] = []
    setter = precompiled._compile.__wrapped__

    def keep(*args: object) -> object:
        plate = setter(*args)
        kept.append(f"{args} {plate}")
        return plate

    monkeypatch.setattr(precompiled, "_compile", keep)
    client.force_login(wang)
    assert "王明" in client.get("/status/").content.decode()
    assert len(kept) == 1
    for own in ["王明", wang.email, str(wang_record.key), wang_record.student_number]:
        assert own not in kept[0]


def test_what_is_neither_text_nor_structure_is_refused() -> None:
    with pytest.raises(TypeError, match="int is neither"):
        precompiled.fill_page("enrollment/status_page/record.html", {"number": 7})
