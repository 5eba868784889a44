"""One registrar lets the second agree to a file, and changes what is read from it meanwhile."""

from datetime import date
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from enrollment.imports import tasks as imports_tasks
from enrollment.models import (
    AbsenceDecision,
    AbsenceKind,
    BatchState,
    ImportBatch,
    Institution,
    InstitutionRegistrar,
    StudentRecord,
)
from tests.attacks.schools.imports.acts import LONG_AGO, named
from tests.enrollment.imported_files import AT, sample, write_csv
from tests.enrollment.registrar import make_registrar, shown_on, signed_in_just_now, upload
from tests.people import enter, make_school

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


@pytest.fixture
def school(db: None) -> Institution:
    """An institution where two must agree."""
    school = make_school()
    Institution.objects.filter(pk=school.pk).update(second_approver=True)
    school.refresh_from_db()
    return school


@pytest.fixture
def attacker(school: Institution) -> User:
    return make_registrar("attacker@example.org", school)


@pytest.fixture
def colleague(school: Institution) -> User:
    user = make_registrar("colleague@example.org", school)
    InstitutionRegistrar.objects.update(since=LONG_AGO)
    return user


def test_columns_swapped_after_the_second_person_has_looked_are_not_published(
    attacker: User, colleague: User, school: Institution, tmp_path: Path
) -> None:
    desk, other = enter(attacker), enter(colleague)
    batch = upload(desk, write_csv(tmp_path / "a.csv", sample(3)), school)
    signed_in_just_now(other)
    shown = shown_on(other, batch)  # the colleague reads the page, and is called away

    named(desk, batch, "college", "department")
    assert batch.state == BatchState.REHEARSED
    answer = other.post(reverse("registry:publish", args=[batch.key]), {"shown": shown})
    assert answer["Location"] == reverse("registry:publish", args=[batch.key])
    imports_tasks.publish_upload(batch.pk)
    batch.refresh_from_db()
    assert batch.state == BatchState.REHEARSED
    assert not StudentRecord.objects.filter(college=sample(1)[0][AT["系所"]]).exists()

    again = {"shown": shown_on(other, batch)}  # who looks again may still agree
    other.post(reverse("registry:publish", args=[batch.key]), again)
    imports_tasks.publish_upload(batch.pk)
    batch.refresh_from_db()
    assert batch.state == BatchState.PUBLISHED


def test_a_decision_added_after_the_second_person_has_looked_is_not_applied(
    attacker: User, colleague: User, school: Institution, tmp_path: Path
) -> None:
    desk, other = enter(attacker), enter(colleague)
    first = upload(desk, write_csv(tmp_path / "a.csv", sample(3)), school)
    release(other, first)
    batch = upload(desk, write_csv(tmp_path / "b.csv", sample(2)), school)
    signed_in_just_now(other)
    shown = shown_on(other, batch)
    AbsenceDecision.objects.create(
        batch=batch,
        kind=AbsenceKind.LEFT,
        status="退学",
        happened_on=date(2026, 9, 1),
        count=1,
        decided_by=attacker,
    )
    other.post(reverse("registry:publish", args=[batch.key]), {"shown": shown})
    imports_tasks.publish_upload(batch.pk)
    batch.refresh_from_db()
    assert batch.state == BatchState.REHEARSED


def test_a_press_without_a_look_publishes_nothing(
    attacker: User, colleague: User, school: Institution, tmp_path: Path
) -> None:
    batch = upload(enter(attacker), write_csv(tmp_path / "a.csv", sample(3)), school)
    other = enter(colleague)
    signed_in_just_now(other)
    other.post(reverse("registry:publish", args=[batch.key]))
    batch.refresh_from_db()
    assert batch.state == BatchState.REHEARSED


def release(client: Client, batch: ImportBatch) -> None:
    """Publish a file that another registrar has uploaded."""
    signed_in_just_now(client)
    address = reverse("registry:publish", args=[batch.key])
    client.post(address, {"shown": shown_on(client, batch)})
    imports_tasks.publish_upload(batch.pk)
