"""The demo school: a person for every role and face of a record, in the third week of a check."""

import io
from collections.abc import Iterator
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import override_settings
from django.utils import timezone
from pytest_django import DjangoDbBlocker, Settings

from accounts.models import User
from accounts.roles import Role
from devtools.demo.people import PASSWORD, PEOPLE
from enrollment.models import BatchState, ImportBatch, StudentRecord
from enrollment.progress import Progress
from enrollment.queries import records_held_by, records_visible_to
from enrollment.statuses import Status
from support.board.figures import institution_standings, standings
from support.board.trend import confirmed_by_day
from support.models import Cause, Report, ReportState
from tests.people import enter

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def told(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """What the command prints, called twice; the school stays for the tests of this module."""
    text = io.StringIO()
    location = {"location": str(tmp_path_factory.mktemp("media"))}
    backend = "django.core.files.storage.FileSystemStorage"
    storages = {**django_settings.STORAGES, "default": {"BACKEND": backend, "OPTIONS": location}}
    with django_db_blocker.unblock(), override_settings(STORAGES=storages), transaction.atomic():
        call_command("make_demo", stdout=text)
        call_command("make_demo", stdout=io.StringIO())
        yield text.getvalue()
        transaction.set_rollback(True)


def person(name: str) -> User:
    return User.objects.get(email=f"{name}@demo.test")


def page(name: str, path: str) -> str:
    return enter(person(name)).get(path, follow=True).content.decode()


def test_everybody_is_there_once_and_printed_with_a_password(told: str) -> None:
    assert StudentRecord.objects.count() == 2001
    assert ImportBatch.objects.count() == 3
    assert EmailAddress.objects.filter(verified=True).count() == len(PEOPLE)
    assert set(Role) <= {one.role for one in PEOPLE}
    for one in PEOPLE:
        assert f"{one.email:22} {PASSWORD}" in told
        assert User.objects.get(email=one.email).check_password(PASSWORD)


def test_staff_have_names_and_offices_in_the_list_and_on_pages(told: str) -> None:
    staff = [one for one in PEOPLE if one.role or one.operator]
    assert all(all(one.staff) and "，".join(one.staff) in told for one in staff)
    classes = page("registrar", "/registry/classes/")
    assert "林静 · 计算机与软件学院" in classes
    assert "counselor-demo" not in classes


def test_staff_see_what_their_office_lets_them(told: str) -> None:
    assert records_visible_to(person("registrar")).count() == 2001
    assert records_visible_to(person("counselor")).count() == 80
    assert not records_visible_to(person("operator")).exists()


def test_students_hold_the_records_their_lines_promise(told: str) -> None:
    states = {one.name: [record.status for record in records_held_by(person(one.name))]
              for one in PEOPLE}  # fmt: skip
    assert states["student"] == states["confirmed"] == states["corrected"] == [Status.REGISTERED]
    assert states["leave"] == [Status.SUSPENDED]
    assert states["graduate"] == [Status.GRADUATED]
    assert states["twice"] == [Status.REGISTERED, Status.GRADUATED]
    assert states["fresh"] == states["unmatched"] == states["claimant"] == []


def test_each_face_of_a_record_can_be_seen(told: str) -> None:
    progress = {name: person(name).held_records.get().progress for name in
                ("student", "confirmed", "asked", "corrected", "holder")}  # fmt: skip
    assert progress["student"] == Progress.TO_CHECK
    assert progress["confirmed"] == Progress.CONFIRMED
    assert progress["asked"] == Progress.DISPUTED
    assert progress["corrected"] == Progress.STALE
    assert person("holder").held_records.get().frozen_at
    assert "没有匹配" in page("unmatched", "/status/") or "未匹配" in page("unmatched", "/status/")


def test_classes_stand_between_none_and_all_and_have_moved_for_two_weeks(told: str) -> None:
    school = StudentRecord.objects.earliest("pk").institution
    [(_, total)] = institution_standings([school])
    assert 600 < total.confirmed < 1400
    assert all(total.counts[progress] for progress in Progress)
    shares = {standing.percent for _, standing in standings(school.classes.all())}
    assert {0, 100} <= shares
    assert len(shares) > 20
    days = [day.confirmed for day in confirmed_by_day(list(school.classes.all()), total)]
    assert days == sorted(days)
    assert days[0] < days[7] < days[-1] == total.confirmed


def test_reports_have_every_cause_and_wait_for_everybody(told: str) -> None:
    found = Report.objects.all()
    assert {report.cause for report in found} >= set(Cause) - {Cause.TAKEN}
    assert {report.state for report in found} >= set(ReportState) - {ReportState.WITHDRAWN}
    assert min(report.opened_at for report in found) < timezone.now() - timedelta(days=10)


def test_imports_are_published_undone_and_waiting_with_faults(told: str) -> None:
    first, undone, waiting = ImportBatch.objects.order_by("pk")
    assert [first.state, undone.state] == [BatchState.PUBLISHED, BatchState.UNDONE]
    assert waiting.state == BatchState.REHEARSED
    assert waiting.result["faulty"] == 5
    answer = enter(person("registrar")).get(f"/registry/imports/{waiting.key}/")
    assert answer.status_code == 200


def test_production_has_no_demo(settings: Settings) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError):
        call_command("make_demo")
