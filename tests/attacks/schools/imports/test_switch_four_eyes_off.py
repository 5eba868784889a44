"""One registrar alone loosens the rules that two must keep."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice, User
from audit.models import AuditEntry
from enrollment.imports import tasks as imports_tasks
from enrollment.models import (
    BatchState,
    ImportBatch,
    Institution,
    InstitutionRegistrar,
    RuleChange,
    StudentRecord,
)
from tests.attacks.schools.imports.acts import LONG_AGO, named
from tests.enrollment.imported_files import AT, sample, write_csv
from tests.enrollment.registrar import make_registrar, page_of, shown_on, signed_in_just_now, upload
from tests.people import enter, make_school

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


@pytest.fixture
def school(db: None) -> Institution:
    """An institution with strict rules."""
    school = make_school()
    Institution.objects.filter(pk=school.pk).update(second_approver=True)
    school.refresh_from_db()
    return school


@pytest.fixture
def attacker(school: Institution) -> User:
    """A registrar who wants to publish alone."""
    return make_registrar("attacker@example.org", school)


@pytest.fixture
def colleague(school: Institution, attacker: User) -> User:
    """Another registrar, there for long."""
    user = make_registrar("colleague@example.org", school)
    InstitutionRegistrar.objects.update(since=LONG_AGO)
    return user


def page(school: Institution) -> str:
    """Where the rules are."""
    return reverse("registry:rules", args=[school.code])


def rules_of(school: Institution) -> tuple[str, bool]:
    """What holds now."""
    school.refresh_from_db()
    return school.third_item, school.second_approver


STRICT = ("candidate_number", True)


def test_off_publish_on_does_not_work(
    attacker: User, colleague: User, school: Institution, tmp_path: Path
) -> None:
    desk = enter(attacker)
    batch = upload(desk, write_csv(tmp_path / "a.csv", sample(3)), school)
    signed_in_just_now(desk)
    desk.post(page(school), {"third_item": "candidate_number"})
    shown = shown_on(desk, batch)
    desk.post(reverse("registry:publish", args=[batch.key]), {"shown": shown})
    batch.refresh_from_db()
    assert batch.state == BatchState.REHEARSED
    assert rules_of(school) == STRICT
    told = Notice.objects.filter(kind="rules_asked").values_list("account__email", flat=True)
    assert set(told) == {"attacker@example.org", "colleague@example.org"}


@pytest.mark.parametrize("weaker", ["none", "student_number"])
def test_a_weaker_third_item_waits(
    attacker: User, colleague: User, school: Institution, weaker: str
) -> None:
    enter(attacker).post(page(school), {"third_item": weaker, "second_approver": "on"})
    assert rules_of(school) == STRICT
    enter(colleague).post(page(school), {"act": "agree"})
    assert rules_of(school) == (weaker, True)
    assert AuditEntry.objects.filter(action="enrollment.agree_to_rules").count() == 1


def test_who_asked_cannot_agree(attacker: User, colleague: User, school: Institution) -> None:
    desk = enter(attacker)
    desk.post(page(school), {"third_item": "none"})
    desk.post(page(school), {"act": "agree"})
    RuleChange.objects.update(asked_at=timezone.now() - timedelta(days=30))
    desk.post(page(school), {"act": "agree"})
    assert rules_of(school) == STRICT
    assert 'value="agree"' not in desk.get(page(school)).content.decode()


def test_a_puppet_made_registrar_for_it_cannot_agree(
    attacker: User, colleague: User, school: Institution
) -> None:
    puppet = make_registrar("puppet@example.org", school)
    enter(attacker).post(page(school), {"third_item": "none"})
    enter(puppet).post(page(school), {"act": "agree"})
    assert rules_of(school) == STRICT


def test_the_only_registrar_waits_a_week(attacker: User, school: Institution) -> None:
    desk = enter(attacker)
    desk.post(page(school), {"third_item": "candidate_number"})
    desk.post(page(school), {"act": "agree"})
    assert rules_of(school) == STRICT
    RuleChange.objects.update(asked_at=timezone.now() - timedelta(days=8))
    desk.post(page(school), {"act": "agree"})
    assert rules_of(school) == ("candidate_number", False)


def test_what_is_stricter_holds_at_once(
    attacker: User, colleague: User, school: Institution
) -> None:
    Institution.objects.update(third_item="none", second_approver=True)
    enter(attacker).post(page(school), {"third_item": "candidate_number"})
    assert rules_of(school) == STRICT, "one rule is stricter now, the looser one waits"
    assert RuleChange.objects.get().second_approver is False


def test_a_colleague_refuses(attacker: User, colleague: User, school: Institution) -> None:
    enter(attacker).post(page(school), {"third_item": "none"})
    other = enter(colleague)
    assert "attacker@example.org" in other.get(page(school)).content.decode()
    other.post(page(school), {"act": "refuse"})
    other.post(page(school), {"act": "agree"})
    assert rules_of(school) == STRICT
    assert Notice.objects.filter(account=attacker, kind="rules_refused").exists()


def test_another_schools_registrar_finds_nothing(
    attacker: User, colleague: User, school: Institution
) -> None:
    enter(attacker).post(page(school), {"third_item": "none"})
    stranger = make_registrar("stranger@example.org", make_school(code="10009", name="别的"))
    assert enter(stranger).post(page(school), {"act": "agree"}).status_code == 404
    assert rules_of(school) == STRICT


def test_agreeing_asks_for_the_password(
    attacker: User, colleague: User, school: Institution
) -> None:
    enter(attacker).post(page(school), {"third_item": "none"})
    client = Client()
    client.force_login(colleague)
    answer = client.post(page(school), {"act": "agree"})
    assert reverse("account_reauthenticate") in answer["Location"]
    assert rules_of(school) == STRICT


def test_a_second_wish_takes_the_place_of_the_first(
    attacker: User, colleague: User, school: Institution
) -> None:
    enter(attacker).post(page(school), {"third_item": "none"})
    enter(attacker).post(page(school), {"third_item": "student_number", "second_approver": "on"})
    assert RuleChange.objects.filter(accepted=None).count() == 1
    enter(colleague).post(page(school), {"act": "agree"})
    assert rules_of(school) == ("student_number", True)


@pytest.mark.parametrize("whose", ["colleague's", "own"])
def test_the_second_person_does_not_say_how_the_file_is_read(
    attacker: User, colleague: User, school: Institution, tmp_path: Path, whose: str
) -> None:
    """What the colleague has seen is published, not what the columns mean by now."""
    path = write_csv(tmp_path / "a.csv", sample(3))
    batch = upload(enter(colleague), path, school)
    desk = enter(attacker)
    if whose == "own":  # the institution remembers what columns mean
        other = upload(desk, path, school)
        named(desk, other, "college", "department")
        ImportBatch.objects.filter(pk=batch.pk).update(state="failed", failure="interrupted")
        assert reverse("registry:check_again", args=[batch.key]) not in page_of(desk, batch)
        desk.post(reverse("registry:check_again", args=[batch.key]))
        imports_tasks.rehearse_upload(batch.pk)
    else:
        assert reverse("registry:columns", args=[batch.key]) not in page_of(desk, batch)
        named(desk, batch, "college", "department")
    signed_in_just_now(desk)
    given = {} if whose == "own" else {"shown": shown_on(desk, batch)}
    desk.post(reverse("registry:publish", args=[batch.key]), given)
    imports_tasks.publish_upload(batch.pk)
    assert not StudentRecord.objects.filter(college=sample(1)[0][AT["系所"]]).exists()


def test_the_second_person_does_not_choose_the_sheet(
    attacker: User, colleague: User, school: Institution, tmp_path: Path
) -> None:
    batch = upload(enter(colleague), write_csv(tmp_path / "a.csv", sample(3)), school)
    ImportBatch.objects.update(state="failed", failure="several_lists", sheet_choices=["甲", "乙"])
    desk, address = enter(attacker), reverse("registry:choose_sheet", args=[batch.key])
    assert address not in page_of(desk, batch)
    answer = desk.post(address, {"sheet": "乙"}, follow=True)
    assert "上传文件的人" in answer.content.decode()
    batch.refresh_from_db()
    assert (batch.state, batch.sheet) == ("failed", "")
    enter(colleague).post(address, {"sheet": "乙"})
    batch.refresh_from_db()
    assert batch.sheet == "乙"
