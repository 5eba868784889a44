"""The pages of the board, from the institution down to the person behind a figure."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import Notice, User
from accounts.roles import Role
from audit.models import AuditEntry
from enrollment.models import ClassCounselor, InstitutionRegistrar, SchoolClass, StudentRecord
from enrollment.progress import Progress
from tests.people import make_account, make_record, make_school, sample_number

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("part", Progress.values)
def test_the_person_behind_each_figure_is_named_without_a_certificate_number(
    part: str, client: Client, counselor: User, school_class: SchoolClass
) -> None:
    page = reverse("support:class_part", args=[school_class.pk, part])
    text = client.get(page).content.decode()
    assert [f"甲{p}<" in text for p in Progress.values] == [p == part for p in Progress.values]
    assert all(sample_number(serial) not in text for serial in range(201, 208))
    assert "1****************" not in text
    assert AuditEntry.objects.filter(actor_id=counselor.pk, action="support.list_class_part")


def test_the_class_is_listed_whole_with_those_who_need_help_first(
    client: Client, counselor: User, school_class: SchoolClass
) -> None:
    text = client.get(reverse("support:class_part", args=[school_class.pk, "people"])).content
    order = re.findall(r"甲(\w+)<", text.decode())
    assert order == [
        "unmatched", "disputed", "stale", "unverified", "unregistered", "to_check", "confirmed",
    ]  # fmt: skip


def test_the_class_board_is_not_found_by_others(
    client: Client, counselor: User, school_class: SchoolClass
) -> None:
    part = reverse("support:class_part", args=[school_class.pk, "unregistered"])
    pages = [part] + [
        reverse(f"support:{name}", args=[school_class.pk])
        for name in ("class_board", "class_poster", "class_export", "class_remind")
    ]
    assert client.get(part.replace("unregistered", "burnt")).status_code == 404
    for roles in ((), (Role.COUNSELOR,), (Role.REGISTRAR,), (Role.AUDITOR,)):
        stranger = Client()
        stranger.force_login(make_account(f"x{roles}@example.org", roles=roles))
        for page in pages:
            ask = stranger.post if "export" in page or "remind" in page else stranger.get
            assert ask(page).status_code == 404
    ClassCounselor.objects.all().delete()
    assert client.get(part).status_code == 404
    assert "甲" not in client.get("/support/board/").content.decode()
    assert not Notice.objects.exists()


def test_a_registrar_reads_from_the_institution_down_to_the_class(
    client: Client, school_class: SchoolClass
) -> None:
    school = school_class.institution
    registrar = make_account("registrar.b@example.org", roles=(Role.REGISTRAR,))
    InstitutionRegistrar.objects.create(user=registrar, institution=school)
    client.force_login(registrar)
    assert "已确认 1 / 7 人" in client.get(reverse("support:board")).content.decode()
    colleges = client.get(reverse("support:school_board", args=[school.code])).content.decode()
    assert "计算机与软件学院" in colleges
    classes = client.get(
        reverse("support:college_board", args=[school.code]), {"college": "计算机与软件学院"}
    )
    assert school_class.code in classes.content.decode()
    assert client.get(reverse("support:class_board", args=[school_class.pk])).status_code == 200
    other = make_school(code="19997", name="别的大学")
    assert client.get(reverse("support:school_board", args=[other.code])).status_code == 404


def test_the_board_counts_all_classes_in_few_queries(
    client: Client, counselor: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.get("/support/board/")
    with django_assert_num_queries(10):
        assert "已确认 1 / 7 人" in client.get("/support/board/").content.decode()
    school = make_school()
    for number in range(20):
        extra = SchoolClass.objects.create(institution=school, code=f"多{number}")
        ClassCounselor.objects.create(user=counselor, school_class=extra)
    with django_assert_num_queries(10):
        client.get("/support/board/")


def test_boards_of_registrars_list_the_fewest_confirmations_first(
    client: Client, counselor: User, school_class: SchoolClass
) -> None:
    school = school_class.institution
    registrar = make_account("registrar.d@example.org", roles=(Role.REGISTRAR,))
    InstitutionRegistrar.objects.create(user=registrar, institution=school)
    worse = SchoolClass.objects.create(
        institution=school, code="计科2699", college=school_class.college
    )
    for serial in range(5):
        record = make_record(name=f"乙{serial}", number=sample_number(340 + serial))
        StudentRecord.objects.filter(pk=record.pk).update(school_class=worse)
    client.force_login(registrar)
    page, asked = (
        reverse("support:college_board", args=[school.code]),
        {"college": school_class.college},
    )
    text = client.get(page, asked).content.decode()
    assert text.index("计科2699") < text.index(f">{school_class.code}</a>")
    by_name = client.get(page, asked | {"sort": "name"}).content.decode()
    assert by_name.index(f">{school_class.code}</a>") < by_name.index("计科2699")
    assert "无人" in text
