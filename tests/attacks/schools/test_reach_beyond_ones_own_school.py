"""A registrar wants accounts, blocks and posts that are none of their school's business."""

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.limits.rate_limits import is_blocked, subject_of
from accounts.models import Block, RoleGrant, User
from accounts.roles import Role
from enrollment.models import (
    Appointment,
    ClassCounselor,
    InstitutionRegistrar,
    SchoolClass,
    StudentRecord,
)
from tests.outbox import Outbox
from tests.people import enter, make_account, make_school

pytestmark = pytest.mark.django_db
LIST, PHONE = reverse("accounts:blocks"), "+8613912345678"
ASKER = "network:198.51.100.0/24"


@pytest.fixture
def block(wang: User, wang_record: StudentRecord) -> Block:
    """王明 has asked for codes too often."""
    return Block.objects.create(
        subject=subject_of(PHONE), asker_hash=subject_of(ASKER), masked="139****5678",
        account=wang,
        until=timezone.now() + timedelta(days=1),
    )  # fmt: skip


@pytest.fixture
def stranger(db: None) -> Client:
    """The registrar of another school."""
    user = make_account("q@example.org", roles=(Role.REGISTRAR,))
    InstitutionRegistrar.objects.create(user=user, institution=make_school("10009", "丁校"))
    return enter(user)


def test_another_schools_block_is_neither_read_nor_lifted(block: Block, stranger: Client) -> None:
    page = reverse("accounts:lift_block", args=[block.key])
    assert "139****5678" not in stranger.get(LIST).content.decode()
    assert stranger.get(page).status_code == 404
    assert stranger.post(page, {"reason": "x"}).status_code == 404
    assert is_blocked(PHONE, ASKER)


def test_no_block_is_found_by_counting(block: Block, stranger: Client) -> None:
    with pytest.raises(NoReverseMatch):
        reverse("accounts:lift_block", args=[block.pk])
    for number in range(1, 9):
        assert stranger.get(f"{LIST}{number}/").status_code == 404


def test_ones_own_schools_block_is_lifted_and_so_is_one_that_can_be_named(
    block: Block, desk_registrar: User, stranger: Client
) -> None:
    page = reverse("accounts:lift_block", args=[block.key])
    assert "139****5678" in enter(desk_registrar).get(LIST).content.decode()
    stranger.post(LIST, {"contact": "13912345678"})
    assert stranger.get(page).status_code == 200
    enter(desk_registrar).post(page, {"reason": "本人到场"})
    assert not is_blocked(PHONE, ASKER)


@pytest.fixture
def school_class(db: None) -> SchoolClass:
    return SchoolClass.objects.create(institution=make_school(), code="软工2601")


def assign(desk: Client, school_class: SchoolClass, login: str) -> str:
    page = reverse("registry:assign_counselor", args=[school_class.pk])
    return desk.post(page, {"login": login}, follow=True).content.decode()


def test_an_appointment_gives_no_role_before_it_is_accepted(
    desk_registrar: User, school_class: SchoolClass, wang: User, wang_record: StudentRecord
) -> None:
    victim = make_account("victim@example.org")
    for person in (victim, wang):
        assign(enter(desk_registrar), school_class, person.email)
    assert not RoleGrant.objects.filter(role=Role.COUNSELOR).exists()
    assert User.objects.get(pk=victim.pk).is_student
    assert "王明" in enter(wang).get(reverse("enrollment:status")).content.decode()


def test_an_appointment_is_the_persons_own_to_answer(
    desk_registrar: User, school_class: SchoolClass
) -> None:
    person, other = make_account("p@example.org"), make_account("o@example.org")
    assign(enter(desk_registrar), school_class, person.email)
    page = reverse("registry:appointment", args=[Appointment.objects.get().key])
    assert enter(other).post(page, {"answer": "yes"}).status_code == 404
    assert enter(desk_registrar).post(page, {"answer": "yes"}).status_code == 404
    theirs = enter(person)
    assert theirs.get(page).status_code == 200
    assert not ClassCounselor.objects.exists()
    theirs.post(page, {"answer": "yes"})
    assert ClassCounselor.objects.get().user == person
    assert theirs.post(page, {"answer": "yes"}).status_code == 404


@pytest.mark.parametrize("had_before", [True, False])
def test_a_username_that_changed_hands_brings_no_post(
    desk_registrar: User, school_class: SchoolClass, had_before: bool
) -> None:
    """A name proves nothing: the account that had it when it was named is meant, or none."""
    person, taker = make_account("p@example.org"), make_account("t@example.org")
    named = User.objects.filter(pk=person.pk)
    if had_before:
        named.update(username="Paper.Lantern")
    assign(enter(desk_registrar), school_class, "paper.lantern")
    page = reverse("registry:appointment", args=[Appointment.objects.get().key])
    assert enter(person).get(page).status_code == (200 if had_before else 404)
    named.update(username=None)
    User.objects.filter(pk=taker.pk).update(username="paper.lantern")
    assert enter(taker).post(page, {"answer": "yes"}).status_code == 404
    assert not RoleGrant.objects.filter(role=Role.COUNSELOR).exists()


@pytest.mark.parametrize("how", ["refused", "withdrawn", "too old", "contact changed"])
def test_what_was_refused_withdrawn_or_forgotten_gives_no_role(
    how: str, desk_registrar: User, school_class: SchoolClass
) -> None:
    person = make_account("p@example.org")
    desk = enter(desk_registrar)
    assign(desk, school_class, person.email)
    appointment = Appointment.objects.get()
    page = reverse("registry:appointment", args=[appointment.key])
    if how == "refused":
        enter(person).post(page, {"answer": "no"})
    elif how == "withdrawn":
        desk.post(reverse("registry:withdraw_appointment", args=[appointment.key]))
    elif how == "too old":
        Appointment.objects.update(made_at=timezone.now() - timedelta(days=15))
    else:
        person.emailaddress_set.update(email="new@example.org")  # type: ignore[attr-defined]
    assert enter(person).post(page, {"answer": "yes"}).status_code == 404
    assert not ClassCounselor.objects.exists()


def test_the_holder_of_a_record_cannot_accept_and_keeps_reading_it(
    desk_registrar: User, school_class: SchoolClass, wang: User, wang_record: StudentRecord
) -> None:
    assign(enter(desk_registrar), school_class, wang.email)
    theirs = enter(wang)
    page = reverse("registry:appointment", args=[Appointment.objects.get().key])
    assert "新账号" in theirs.post(page, {"answer": "yes"}, follow=True).content.decode()
    assert not ClassCounselor.objects.exists()
    assert "王明" in theirs.get(reverse("enrollment:status")).content.decode()


def file_of(*contacts: str) -> SimpleUploadedFile:
    lines = ["班级,辅导员", *(f"软工2601,{contact}" for contact in contacts)]
    return SimpleUploadedFile("a.csv", io.BytesIO("\n".join(lines).encode()).read())


def send(desk: Client, *contacts: str) -> str:
    values = {"institution": make_school().pk, "file": file_of(*contacts)}
    page = reverse("registry:assign_by_file")
    return desk.post(page, values, follow=True).content.decode()


def test_neither_form_nor_file_reveals_which_contacts_have_an_account(
    desk_registrar: User, school_class: SchoolClass, wang: User, wang_record: StudentRecord,
    outbox: Outbox,
) -> None:  # fmt: skip
    known, unknown = "known@example.org", "nobody@example.org"
    make_account(known)
    desk = enter(desk_registrar)
    assert len({assign(desk, school_class, who).count("已分配") for who in (known, unknown)}) == 1
    Appointment.objects.all().delete()
    for contact in (known, unknown, wang.email, "13800000001", "no.such.name"):
        assert "已分配 1 条" in send(desk, contact), contact
    told = {letter.to: letter.text for letter in outbox.emails()}
    assert {known, unknown, wang.email} <= set(told)
    texts = {text.split("http")[0] for to, text in told.items() if to in (known, unknown)}
    assert len(texts) == 1


def test_contacts_are_not_tried_out_by_the_thousand(
    desk_registrar: User, school_class: SchoolClass, settings: Settings, outbox: Outbox
) -> None:
    settings.APPOINTMENTS_PER_DAY = 5
    desk = enter(desk_registrar)
    assert "2,000" in send(desk, *(f"x{n}@example.org" for n in range(2001)))
    send(desk, *(f"x{n}@example.org" for n in range(6)))
    assert not Appointment.objects.exists()
    send(desk, *(f"x{n}@example.org" for n in range(4)))
    send(desk, *(f"y{n}@example.org" for n in range(4)))
    assert Appointment.objects.count() == 4
    assert len(outbox.emails()) == 4


def test_a_contact_is_not_written_to_without_end_by_changing_the_last_day(
    desk_registrar: User, school_class: SchoolClass, settings: Settings, outbox: Outbox
) -> None:
    settings.APPOINTMENTS_PER_DAY = 3
    desk = enter(desk_registrar)
    page = reverse("registry:assign_counselor", args=[school_class.pk])
    for year in range(2090, 2096):
        desk.post(page, {"login": "victim@example.org", "last_day": f"{year}-01-31"})
    assert len(outbox.emails()) == 3
    assert str(Appointment.objects.get().last_day) == "2092-01-31"
