"""Nothing is told of groups so small that a figure would tell of a person."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.roles import Role
from enrollment.models import InstitutionRegistrar, SchoolClass
from support.board.figures import institution_standings
from tests.people import make_account, make_record, sample_number
from tests.support.board.exported_figures import figures_in, fill

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("sizes", "shown"),
    [
        ({"计科2602": 2, "计科2603": 9, "计科2604": 6}, [7, 9]),
        ({"计科2602": 2, "计科2603": 2, "计科2604": 9, "计科2605": 6}, [7, 9]),
        ({"计科2602": 4, "计科2603": 4, "计科2604": 6}, [7, 6]),
        ({"计科2602": 6}, [7, 6]),
    ],
)
def test_a_small_class_cannot_be_computed_from_the_others(
    sizes: dict[str, int], shown: list[int], desk: Client, school_class: SchoolClass
) -> None:
    school = school_class.institution
    for code, people in sizes.items():
        fill(code, people)
    rows = figures_in(desk, school, "classes")
    assert [row[2] for row in rows if row[10] is not None] == shown
    ((_, whole),) = institution_standings([school])
    assert whole.total - sum(shown) not in range(1, 5)
    by_day = figures_in(desk, school, "days")
    assert by_day[-1][2] == round(100 / sum(shown))
    page = reverse("support:college_board", args=[school.code])
    text = desk.get(page, {"college": school_class.college}).content.decode()
    assert text.count("bar--row") == len(shown)


def test_a_small_college_cannot_be_computed_from_the_others(
    desk: Client, school_class: SchoolClass
) -> None:
    school = school_class.institution
    fill("音乐2601", 3, college="音乐学院")
    fill("美术2601", 8, college="美术学院")
    fill("美术2602", 6, college="美术学院")
    fill("体育2601", 30, college="体育学院")
    rows = figures_in(desk, school, "classes")
    assert {row[1] for row in rows if row[10] is None} == {"音乐2601", school_class.code}
    text = desk.get(reverse("support:school_board", args=[school.code])).content.decode()
    assert text.count("bar--row") == 2


def test_a_small_group_is_not_taken_apart(client: Client) -> None:
    record = make_record(name="甲独", number=sample_number(301))
    registrar = make_account("registrar.c@example.org", roles=(Role.REGISTRAR,))
    InstitutionRegistrar.objects.create(user=registrar, institution=record.institution)
    client.force_login(registrar)
    text = client.get(reverse("support:board")).content.decode()
    assert "不足 5 人" in text
    assert "未注册" not in text
