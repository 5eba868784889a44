"""The class board: true figures, the people behind them, for those who look after them."""

import io
import re
from datetime import date, timedelta

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Notice, User
from accounts.roles import Role
from audit.models import AuditEntry
from enrollment.confirmations.services import answer_record
from enrollment.fields.checklist import CHECKLIST
from enrollment.models import (
    Campaign,
    ClassCounselor,
    Institution,
    InstitutionRegistrar,
    SchoolClass,
    StudentRecord,
)
from enrollment.progress import Progress
from enrollment.records.unclaimed_progress import note_searched
from enrollment.statuses import ON_THE_BOOKS
from support.board.figures import institution_standings, standings
from support.board.rollup import fold_headcounts
from support.board.trend import confirmed_by_day
from support.models import DayHeadcount, HeadcountChange
from tests.people import make_account, make_record, make_school, sample_number

pytestmark = pytest.mark.django_db
WHAT = ("classes", "days")  # kinds of figures to take away


def counts(school_class: SchoolClass) -> dict[str, int]:
    """The figures of the class as the board shows them now."""
    return standings([school_class])[0][1].counts


def counted_again(school_class: SchoolClass) -> dict[str, int]:
    """The same figures, counted person by person."""
    found = dict.fromkeys(Progress.values, 0)
    for record in StudentRecord.objects.filter(school_class=school_class):
        found[record.progress] += record.status in ON_THE_BOOKS
    return found


def test_each_person_counts_in_one_part_and_leavers_in_none(school_class: SchoolClass) -> None:
    assert counts(school_class) == dict.fromkeys(Progress.values, 1)
    fold_headcounts()
    assert not HeadcountChange.objects.exists()
    assert counts(school_class) == dict.fromkeys(Progress.values, 1)


def test_figures_stay_true_whatever_happens_to_the_records(
    school_class: SchoolClass, one_in_each_part: dict[str, StudentRecord]
) -> None:
    one_in_each_part["unregistered"].delete()
    assert counts(school_class) == counted_again(school_class)
    StudentRecord.objects.filter(progress="confirmed").update(status="毕业")
    fold_headcounts()
    assert counts(school_class) == counted_again(school_class)
    StudentRecord.objects.filter(progress="stale").update(holder=None)
    one_in_each_part["disputed"].refresh_from_db()
    stale = one_in_each_part["disputed"]
    assert stale.holder is not None
    answer_record(record=stale, account=stale.holder, asked=CHECKLIST, wrong=[])
    StudentRecord.objects.filter(progress="unmatched").update(school_class=None)
    assert counts(school_class) == counted_again(school_class)
    assert counts(school_class) | {"unregistered": 1, "confirmed": 1} == counts(school_class)
    ((_, whole),) = institution_standings([school_class.institution])
    assert whole.total == sum(counts(school_class).values()) + 1


def test_who_gave_the_record_up_has_not_confirmed_for_the_next(
    one_in_each_part: dict[str, StudentRecord],
) -> None:
    record = one_in_each_part["confirmed"]
    next_one = make_account("next@example.org")
    StudentRecord.objects.filter(pk=record.pk).update(holder=next_one)
    record.refresh_from_db()
    assert record.progress == Progress.TO_CHECK


def test_a_step_back_is_never_taken(one_in_each_part: dict[str, StudentRecord]) -> None:
    record = one_in_each_part["unmatched"]
    note_searched(certificate_hash=bytes(record.certificate_hash), not_found=False)
    held = one_in_each_part["confirmed"]
    note_searched(certificate_hash=bytes(held.certificate_hash), not_found=True)
    record.refresh_from_db()
    held.refresh_from_db()
    assert (record.progress, held.progress) == (Progress.UNMATCHED, Progress.CONFIRMED)


def test_each_day_keeps_how_it_ended(school_class: SchoolClass) -> None:
    fold_headcounts()
    StudentRecord.objects.filter(progress="confirmed").update(holder=None)
    fold_headcounts()
    today = DayHeadcount.objects.filter(school_class=school_class, day=timezone.localdate())
    assert dict(today.values_list("part", "people"))["confirmed"] == 0
    assert dict(today.values_list("part", "people"))["unregistered"] == 2


def test_the_course_starts_from_the_last_figure_before_it(school_class: SchoolClass) -> None:
    fold_headcounts()
    today = timezone.localdate()
    for days_ago, people in ((90, 4), (40, 2), (3, 5)):
        DayHeadcount.objects.create(
            school_class=school_class,
            part=Progress.CONFIRMED,
            day=today - timedelta(days=days_ago),
            people=people,
        )
    now = standings([school_class])[0][1]
    by_day = [day.confirmed for day in confirmed_by_day([school_class], now)]
    assert by_day == [2] * 10 + [5] * 3 + [1]
    longer = confirmed_by_day([school_class], now, today - timedelta(days=50))
    assert [longer[0].confirmed, longer[10].confirmed, len(longer)] == [4, 2, 51]


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


def figures_in(client: Client, school: Institution, what: str) -> list[tuple[object, ...]]:
    """The rows of an export of figures, without the titles."""
    answer = client.get(reverse("support:figures_export", args=[school.code, what]))
    sheet = openpyxl.load_workbook(io.BytesIO(answer.getvalue())).active
    assert sheet is not None
    return list(sheet.iter_rows(min_row=2, values_only=True))


def fill(
    code: str, people: int, *, college: str = "计算机与软件学院", year: int = 2026
) -> SchoolClass:
    """A class of the school with so many people who have not registered."""
    school_class = SchoolClass.objects.create(institution=make_school(), code=code, college=college)
    for _ in range(people):
        number = sample_number(400 + StudentRecord.objects.count())
        make_record(
            name="乙", number=number, school_class=school_class, entry_date=date(year, 9, 1)
        )
    return school_class


@pytest.fixture
def desk(client: Client, school_class: SchoolClass) -> Client:
    """The registrar of the school, signed in."""
    registrar = make_account("registrar.e@example.org", roles=(Role.REGISTRAR,))
    InstitutionRegistrar.objects.create(user=registrar, institution=school_class.institution)
    client.force_login(registrar)
    return client


def queries_of(desk: Client, school: Institution) -> list[int]:
    """How many queries each page and file of figures of the institution takes."""
    pages = [
        *(reverse("support:figures_export", args=[school.code, what]) for what in WHAT),
        reverse("support:school_board", args=[school.code]),
        reverse("support:college_board", args=[school.code]) + "?college=" + school.name,
    ]
    counted = []
    for page in pages:
        with CaptureQueriesContext(connection) as found:
            assert desk.get(page).status_code == 200
        counted.append(len(found))
    return counted


def test_a_registrar_exports_figures_by_class_and_by_day_of_the_check(
    desk: Client, school_class: SchoolClass
) -> None:
    school, today = school_class.institution, timezone.localdate()
    Campaign.objects.create(
        institution=school, name="核对", starts_on=today - timedelta(days=20), ends_on=today
    )
    fill("计科2699", 0)
    assert figures_in(desk, school, "classes") == [
        (school_class.college, school_class.code, 7, *[1] * 7, 14),
        (school_class.college, "计科2699", *[0] * 9),
    ]
    by_day = figures_in(desk, school, "days")
    assert len(by_day) == 21
    assert by_day[-1] == (today.isoformat(), 1, 14)
    page = reverse("support:figures_export", args=[school.code, "names"])
    assert desk.get(page).status_code == 404


def test_figures_take_as_many_queries_for_many_classes_as_for_few(
    desk: Client, school_class: SchoolClass
) -> None:
    school = school_class.institution
    fill("计科2602", 5)
    queries_of(desk, school)
    few = queries_of(desk, school)
    for number in range(12):
        fill(f"软件{number}", 5, college=f"学院{number % 4}")
    assert queries_of(desk, school) == few


def test_people_without_a_class_are_a_row_of_the_export(
    desk: Client, school_class: SchoolClass
) -> None:
    school = school_class.institution
    StudentRecord.objects.filter(school_class=fill("计科2602", 6)).update(school_class=None)
    rows = figures_in(desk, school, "classes")
    assert rows[0] == (None, "未分班", 6, 6, *[0] * 7)
    ((_, whole),) = institution_standings([school])
    assert [row[2] for row in rows[1:]] == [whole.total - 6, 0]
    of_none = reverse("support:college_board", args=[school.code])
    assert "未分班" in desk.get(of_none).content.decode()


def test_nothing_is_told_by_day_where_nobody_has_a_class(
    desk: Client, school_class: SchoolClass
) -> None:
    school = school_class.institution
    StudentRecord.objects.update(school_class=None)
    assert figures_in(desk, school, "days") == []
    text = desk.get(reverse("support:school_board", args=[school.code])).content.decode()
    assert "没有可以按日显示的班级" in text
    assert "trend__plot" not in text


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
    assert by_day[-1][2] == 100 // sum(shown)
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


def test_the_line_counts_the_people_and_the_time_of_the_round(
    desk: Client, school_class: SchoolClass
) -> None:
    school, today = school_class.institution, timezone.localdate()
    StudentRecord.objects.update(entry_date=date(2026, 9, 1))
    older = fill("计科2501", 8, year=2025)
    for year, ends_in, begun in ((2025, 30, 40), (2026, 5, 10)):
        Campaign.objects.create(
            institution=school, name=f"{year}级核对", entry_year=year,
            starts_on=today - timedelta(days=begun), ends_on=today + timedelta(days=ends_in),
        )  # fmt: skip
    by_day = figures_in(desk, school, "days")
    assert (len(by_day), by_day[-1]) == (11, (today.isoformat(), 1, 14))
    for one, name in ((older, "2025级核对"), (school_class, "2026级核对")):
        board = desk.get(reverse("support:class_board", args=[one.pk])).content.decode()
        assert name in board


def test_a_small_group_is_not_taken_apart(client: Client) -> None:
    record = make_record(name="甲独", number=sample_number(301))
    registrar = make_account("registrar.c@example.org", roles=(Role.REGISTRAR,))
    InstitutionRegistrar.objects.create(user=registrar, institution=record.institution)
    client.force_login(registrar)
    text = client.get(reverse("support:board")).content.decode()
    assert "不足 5 人" in text
    assert "未注册" not in text


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


def test_triggers_count_the_same_statuses_as_the_portal() -> None:
    for serial, status in ((341, "注册学籍"), (342, "毕业")):
        make_record(name="乙", number=sample_number(serial), status=status)
    changes = HeadcountChange.objects.values_list("people", flat=True)
    assert sum(changes) == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'support_count_insert'")
        source = cursor.fetchone()[0]
    assert all(f"'{status.value}'" in source for status in ON_THE_BOOKS)
    assert source.count("'") == 2 * len(ON_THE_BOOKS)


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
