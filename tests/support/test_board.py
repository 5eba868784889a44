"""The class board: true figures, the people behind them, for those who look after them."""

import io
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from urllib.parse import unquote

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Notice, User
from accounts.notices.services import text_of
from accounts.roles import Role
from audit.models import AuditEntry
from delivery.models import OutboxMessage
from enrollment.confirmations.services import answer_record
from enrollment.fields.checklist import CHECKLIST
from enrollment.models import (
    Campaign,
    ClassCounselor,
    FieldChange,
    InstitutionRegistrar,
    SchoolClass,
    StudentRecord,
)
from enrollment.progress import Progress
from enrollment.records.unclaimed_progress import note_registered, note_searched
from enrollment.statuses import ON_THE_BOOKS
from support.board.figures import REMINDED, institution_standings, standings
from support.board.reminders import remind
from support.board.rollup import fold_headcounts
from support.models import DayHeadcount, HeadcountChange, Reminded, Reminder
from tests.people import PASSWORD, make_account, make_record, make_school, sample_number

pytestmark = pytest.mark.django_db
HELD = (Progress.TO_CHECK, Progress.CONFIRMED, Progress.DISPUTED, Progress.STALE)


@pytest.fixture
def one_in_each_part(db: None) -> dict[str, StudentRecord]:
    """A class with one person in each part, and one who has left."""
    found = {}
    for serial, part in enumerate(Progress.values, start=201):
        phone = "+8613800138021" if part == Progress.UNVERIFIED else ""
        record = make_record(name=f"甲{part}", number=sample_number(serial), phone=phone)
        found[part] = record
        if part not in HELD:
            continue
        account = make_account(f"{part}@example.org")
        StudentRecord.objects.filter(pk=record.pk).update(holder=account, claimed_at=timezone.now())
        record.refresh_from_db()
        if part != Progress.TO_CHECK:
            wrong = ["name"] if part == Progress.DISPUTED else []
            answer_record(record=record, account=account, asked=CHECKLIST, wrong=wrong)
    note_registered(phone="+8613800138021")
    note_searched(certificate_hash=bytes(found["unmatched"].certificate_hash), not_found=True)
    for part, field in ((Progress.STALE, "name"), (Progress.CONFIRMED, "college")):
        FieldChange.objects.create(record=found[part], field=field, version=2)
    make_record(name="甲已退学", number=sample_number(299), status="退学")
    return found


@pytest.fixture
def school_class(one_in_each_part: dict[str, StudentRecord]) -> SchoolClass:
    """Their class."""
    found = one_in_each_part["to_check"].school_class
    assert found is not None
    return found


@pytest.fixture
def counselor(client: Client, school_class: SchoolClass) -> User:
    """The counselor of the class, signed in."""
    user = make_account("counselor@example.org", roles=(Role.COUNSELOR,))
    ClassCounselor.objects.create(user=user, school_class=school_class)
    client.force_login(user)
    return user


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


def test_one_click_reminds_who_can_act_and_says_who_was_reached(
    client: Client, counselor: User, school_class: SchoolClass
) -> None:
    answer = client.post(reverse("support:class_remind", args=[school_class.pk]), follow=True)
    text = answer.content.decode()
    holders = set(Notice.objects.values_list("account__email", flat=True))
    assert holders == {"to_check@example.org", "stale@example.org"}
    sent = OutboxMessage.objects.values_list("channel", "masked_recipient")
    assert sorted(channel for channel, _ in sent) == ["email", "email", "sms"]
    assert "甲unregistered" in text
    assert "甲unmatched" in text
    assert "甲confirmed" not in text
    again = client.post(reverse("support:class_remind", args=[school_class.pk]), follow=True)
    assert "5 人今天已经提醒过" in again.content.decode()
    assert OutboxMessage.objects.count() == 3


def test_a_reminder_names_school_class_and_last_day_and_is_read_before_it_leaves(
    client: Client, counselor: User, school_class: SchoolClass
) -> None:
    school = school_class.institution.name
    page = client.get(reverse("support:class_board", args=[school_class.pk])).content.decode()
    assert f"{school}提醒{school_class.code}的你核对学籍" in page
    Campaign.objects.create(
        institution=school_class.institution, name="核对", starts_on=date(2020, 1, 1),
        ends_on=date(2126, 12, 31), confirm_fields=["name"],
    )  # fmt: skip
    told = f"{school}提醒{school_class.code}的你在 2126-12-31 前核对学籍"
    page = client.get(reverse("support:class_board", args=[school_class.pk])).content.decode()
    assert told in page
    client.post(reverse("support:class_remind", args=[school_class.pk]))
    notice = Notice.objects.filter(account__email="to_check@example.org").get()
    title, text = text_of(notice)
    assert title == "请在 2126-12-31 前核对学籍"
    assert school in text
    assert school_class.code in text


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_remind_everyone_once(
    counselor: User, school_class: SchoolClass
) -> None:
    def click(_: int) -> None:
        remind(school_class=school_class, parts=REMINDED, by=counselor)
        connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(click, range(8)))
    assert OutboxMessage.objects.count() == 3


def test_the_list_of_a_class_is_masked_and_holds_no_formula(
    client: Client, counselor: User, school_class: SchoolClass
) -> None:
    make_record(name="=甲1+1", number=sample_number(333))
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.post(reverse("registry:reason"), {"words": "班级名单", "for_all": "on"})
    answer = client.get(reverse("support:class_export", args=[school_class.pk]))
    sheet = openpyxl.load_workbook(io.BytesIO(answer.getvalue())).active
    assert sheet is not None
    rows = list(sheet.iter_rows(values_only=True))
    assert len(rows) == 1 + 8
    assert {"手机号", "上次提醒"} <= set(rows[0])
    assert sheet.freeze_panes == "A2"
    name = unquote(answer.headers["Content-Disposition"])
    assert f"{school_class.code}-核对进度-{timezone.localdate()}.xlsx" in name
    assert any("甲1+1" in str(row[0]) for row in rows)
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert all(sample_number(serial) not in str(rows) for serial in range(201, 208))


def test_the_paper_for_the_noticeboard_names_no_one(
    client: Client, counselor: User, school_class: SchoolClass
) -> None:
    text = client.get(reverse("support:class_poster", args=[school_class.pk])).content.decode()
    assert "甲" not in text
    assert "<svg" in text
    assert "已确认 1 / 7 人" in text


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


def test_ticked_people_alone_are_reminded(
    client: Client, counselor: User, school_class: SchoolClass
) -> None:
    page = reverse("support:class_part", args=[school_class.pk, "people"])
    keys = re.findall(r'name="people" value="([0-9a-f-]+)"', client.get(page).content.decode())
    assert len(keys) == 5
    ask = reverse("support:class_remind", args=[school_class.pk])
    given = {"ticked": "yes", "part": "", "people": [keys[0], "1"]}
    assert client.post(ask, given).status_code == 302
    assert [str(row.record.key) for row in Reminded.objects.all()] == [keys[0]]
    assert client.get(page).content.decode().count('name="people"') == 4
    nobody = client.post(ask, {"ticked": "yes", "part": ""}, follow=True).content.decode()
    assert "请至少勾选一人" in nobody
    assert Reminded.objects.count() == 1


def test_the_list_says_whether_the_reminder_arrived(
    client: Client, counselor: User, school_class: SchoolClass
) -> None:
    client.post(reverse("support:class_remind", args=[school_class.pk]))
    page = reverse("support:class_part", args=[school_class.pk, "people"])
    text = client.get(page).content.decode()
    assert text.count("邮件：等待发送") == 2
    assert "没有手机号" in text
    assert "短信：等待发送" in text
    OutboxMessage.objects.update(status="failed", sealed=b"")
    text = client.get(page).content.decode()
    assert text.count("邮件：发送失败") == 2
    assert "短信：发送失败" in text


def test_the_list_has_masked_phones_of_the_school_or_of_the_holder(
    client: Client, counselor: User, school_class: SchoolClass
) -> None:
    holder = User.objects.get(email="to_check@example.org")
    holder.phone, holder.phone_confirmed_at = "+8613900139021", timezone.now()
    holder.save()
    page = reverse("support:class_part", args=[school_class.pk, "people"])
    text = client.get(page).content.decode()
    assert "138****8021" in text
    assert "139****9021" in text
    assert "13800138021" not in text
    assert "13900139021" not in text


def test_a_holder_by_text_message_sees_one_and_the_list_says_what_became_of_it(
    client: Client, counselor: User, school_class: SchoolClass
) -> None:
    holder = User.objects.get(email="to_check@example.org")
    holder.email, holder.phone, holder.phone_confirmed_at = "", "+8613900139021", timezone.now()
    holder.save()
    second = make_record(name="甲二", number=sample_number(222))
    StudentRecord.objects.filter(pk=second.pk).update(holder=holder, claimed_at=timezone.now())
    client.post(reverse("support:class_remind", args=[school_class.pk]))
    assert Notice.objects.filter(account=holder).count() == 1
    assert OutboxMessage.objects.filter(account=holder).count() == 1
    OutboxMessage.objects.filter(account=holder).update(status="delivered", sealed=b"")
    page = reverse("support:class_part", args=[school_class.pk, "people"])
    assert client.get(page).content.decode().count("短信：已送达") == 2


def test_the_class_says_when_it_was_reminded_and_asks_no_second_time(
    client: Client, counselor: User, school_class: SchoolClass
) -> None:
    client.post(reverse("support:class_remind", args=[school_class.pk]))
    text = client.get(reverse("support:class_board", args=[school_class.pk])).content.decode()
    assert "今天" in text
    assert (
        reverse("support:class_reminded", args=[school_class.pk, Reminder.objects.get().key])
        in text
    )
    assert f'action="{reverse("support:class_remind", args=[school_class.pk])}"' not in text


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
