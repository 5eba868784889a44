"""The audit trail as auditors read it."""

import html
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import EventKind, SecurityEvent, User
from accounts.roles import Role
from audit.models import AuditEntry
from audit.services import record_action
from audit.tasks import check_trail, extend_chain
from enrollment.models import StudentRecord
from enrollment.records.services import note_record_access
from tests.people import PASSWORD, make_account, make_record, sample_number

pytestmark = pytest.mark.django_db


def test_the_trail_is_read_newest_first_and_page_by_page(client: Client, auditor: User) -> None:
    for number in range(60):
        record_action(action=f"support.act_{number:02}", actor_id=auditor.pk)
    first = client.get(reverse("trail")).content.decode()
    assert "act_59" in first
    assert "act_09" not in first
    last = AuditEntry.objects.order_by("-pk")[49].pk
    second = client.get(reverse("trail"), {"before": last}).content.decode()
    assert "act_09" in second
    assert "act_10" not in second


def test_who_looked_at_a_record_is_found_by_number_or_name_and_the_link_names_no_one(
    client: Client, auditor: User, li_record: StudentRecord, desk_registrar: User
) -> None:
    note_record_access(record=li_record, account=desk_registrar, reason="学生到访")
    page = reverse("trail")
    for words in ("李晓雨", li_record.student_number, sample_number(12)):
        answer = client.post(page, {"student": words})
        link = answer.headers["Location"]
        assert link.endswith(f"?question=record&record={li_record.key}")
        text = client.get(link).content.decode()
        assert "李*雨（计科2601）" in text
        assert "查看了学籍信息" in text
        assert "学生到访" in text
        assert "学籍管理员 desk@example.org" in text
        assert "李晓雨" not in text
        assert sample_number(12) not in text
    assert AuditEntry.objects.filter(action="audit.find_person").count() == 3


def test_an_unknown_person_is_said_to_be_unknown_and_not_to_have_been_left_alone(
    client: Client, auditor: User, li_record: StudentRecord
) -> None:
    for words in ("李晓", "李某某", "110101"):
        text = client.post(
            reverse("trail") + "?question=record", {"student": words}
        ).content.decode()
        assert "没有这个号码或姓名的学籍" in text
        assert "没有记录" not in text


def test_reports_about_a_record_and_lists_of_its_class_are_among_its_entries(
    client: Client, auditor: User, li_record: StudentRecord, desk_registrar: User
) -> None:
    assert li_record.school_class is not None
    for kind, key in (("class", li_record.school_class.pk), ("class", 0)):
        record_action(
            action="support.list_class_part", actor_id=desk_registrar.pk, subject_type=kind,
            subject_key=key,
        )  # fmt: skip
    text = client.get(reverse("trail"), {"record": str(li_record.key)}).content.decode()
    assert text.count("<code>support.list_class_part</code>") == 1


def test_of_two_people_with_one_name_the_auditor_chooses(
    client: Client, auditor: User, li_record: StudentRecord
) -> None:
    other = make_record(name="李晓雨", number=sample_number(14))
    text = client.post(reverse("trail") + "?question=record", {"student": "李晓雨"})
    for record in (li_record, other):
        assert f"record={record.key}" in text.content.decode()


def test_what_a_member_of_staff_did_is_found_by_contact(
    client: Client, auditor: User, desk_registrar: User
) -> None:
    record_action(action="support.one", actor_id=desk_registrar.pk)
    record_action(action="support.two", actor_id=auditor.pk)
    page = reverse("trail")
    link = client.post(page, {"staff": "desk@example.org"}).headers["Location"]
    assert "desk@" not in link
    text = client.get(link).content.decode()
    assert "support.one" in text
    assert "support.two" not in text
    for typed in ("who@example.org", "无名氏", "·"):
        unknown = client.post(page + "?question=person", {"staff": typed})
        assert "没有账号" in unknown.content.decode()


def name_staff(account: User, name: str, office: str = "") -> None:
    User.objects.filter(pk=account.pk).update(staff_name=name, staff_office=office)


def test_staff_are_found_by_name_also_when_they_have_left(
    client: Client, auditor: User, desk_registrar: User
) -> None:
    name_staff(desk_registrar, "方敏", "教务处")
    record_action(action="support.one", actor_id=desk_registrar.pk)
    desk_registrar.role_grants.all().delete()
    for typed in ("方敏", "方"):
        link = client.post(reverse("trail"), {"staff": typed}).headers["Location"]
        assert link.endswith(f"?question=person&by={desk_registrar.key}")
    text = client.get(link).content.decode()
    assert "support.one" in text
    assert "方敏 · 教务处" in text


def test_of_two_staff_with_one_name_the_auditor_chooses(
    client: Client, auditor: User, desk_registrar: User
) -> None:
    other = make_account("other@example.org", roles=(Role.COUNSELOR,))
    name_staff(desk_registrar, "方敏", "教务处")
    name_staff(other, "方敏", "文学院")
    page = reverse("trail") + "?question=person"
    text = client.post(page, {"staff": "方敏"}).content.decode()
    for account, office in ((desk_registrar, "教务处"), (other, "文学院")):
        assert f"by={account.key}" in text
        assert office in text


def test_staff_of_one_name_are_told_apart_by_masked_contacts(
    client: Client, auditor: User, desk_registrar: User
) -> None:
    by_phone = make_account("a@example.org", phone="+8613900001234", roles=(Role.COUNSELOR,))
    User.objects.filter(pk=by_phone.pk).update(email="")
    for account in (desk_registrar, by_phone):
        name_staff(account, "方敏")
    page = reverse("trail") + "?question=person"
    text = client.post(page, {"staff": "方敏"}).content.decode()
    assert "d***@example.org" in text
    assert "desk@example.org" not in text
    assert "139****1234" in text


def test_a_name_that_is_somebodys_username_finds_both(
    client: Client, auditor: User, desk_registrar: User, li: User
) -> None:
    User.objects.filter(pk=li.pk).update(username="anna")
    name_staff(desk_registrar, "Anna Fang")
    page = reverse("trail") + "?question=person"
    text = client.post(page, {"staff": "Anna"}).content.decode()
    for account in (desk_registrar, li):
        assert f"by={account.key}" in text


def test_sign_ins_of_staff_are_found_by_name(
    client: Client, auditor: User, desk_registrar: User
) -> None:
    page = reverse("trail_sign_ins")
    name_staff(desk_registrar, "方敏")
    client.post(page, {"person": "方敏"})
    search = AuditEntry.objects.get(action="audit.read_sign_ins")
    assert search.subject_key == str(desk_registrar.key)
    name_staff(auditor, "方敏")
    assert "不止一人" in client.post(page, {"person": "方敏"}).content.decode()


def test_sign_ins_name_staff_and_lead_back_to_the_questions(
    client: Client, auditor: User, desk_registrar: User
) -> None:
    name_staff(desk_registrar, "方敏")
    SecurityEvent.objects.create(account=desk_registrar, kind=EventKind.SIGNED_IN, person_hash=b"x")
    text = client.get(reverse("trail_sign_ins")).content.decode()
    assert "方敏" in text
    assert f"{reverse('trail')}?question=record" in text


def test_a_period_and_an_act_narrow_the_entries_by_a_link(client: Client, auditor: User) -> None:
    record_action(action="enrollment.export_records", actor_id=auditor.pk)
    record_action(action="enrollment.search_records", actor_id=auditor.pk)
    day, page = timezone.localdate(), reverse("trail")
    today, yesterday = day.isoformat(), (day - timedelta(days=1)).isoformat()
    code = "<code>enrollment.search_records</code>"
    assert code in client.get(page, {"since": today, "until": today}).content.decode()
    assert code not in client.get(page, {"until": yesterday}).content.decode()
    text = client.get(page, {"action": "enrollment.export_records"}).content.decode()
    assert code not in text
    assert "<code>enrollment.export_records</code>" in text


@pytest.mark.parametrize(
    "given",
    [
        {"record": "x"},
        {"by": "x"},
        {"since": "x"},
        {"since": "0001-01-01"},
        {"until": "9999-12-31"},
        {"question": "x"},
        {"action": "x"},
    ],
)
def test_a_broken_link_says_so_and_shows_nothing(
    given: dict[str, str], client: Client, auditor: User
) -> None:
    record_action(action="support.one", actor_id=auditor.pk)
    answer = client.get(reverse("trail"), given)
    assert answer.status_code == 200
    assert "support.one" not in answer.content.decode()


@pytest.mark.parametrize("before", ["x", "-1", "9" * 30, "٣", ""])
def test_a_strange_place_shows_the_first_page(before: str, client: Client, auditor: User) -> None:
    record_action(action="support.one", actor_id=auditor.pk)
    assert "support.one" in client.get(reverse("trail"), {"before": before}).content.decode()


def test_a_page_costs_as_many_queries_for_fifty_entries_as_for_two(
    client: Client, auditor: User, li_record: StudentRecord
) -> None:
    asked: list[int] = []
    for number in (2, 48):
        for serial in range(number):
            account = make_account(f"s{number}-{serial}@example.org", roles=(Role.COUNSELOR,))
            note_record_access(record=li_record, account=account, reason="学生到访")
        client.get(reverse("trail"))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("trail"))
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 12


def test_the_page_says_whether_the_chain_is_whole(client: Client, auditor: User) -> None:
    assert "还未检查过" in client.get(reverse("trail")).content.decode()
    record_action(action="support.one", actor_id=auditor.pk)
    extend_chain()
    check_trail()
    assert "校验通过" in client.get(reverse("trail")).content.decode()
    changed = AuditEntry.objects.earliest("pk")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # no pending checks on the table
        cursor.execute("ALTER TABLE audit_auditentry DISABLE TRIGGER append_only")
        AuditEntry.objects.filter(pk=changed.pk).update(action="forged")
        cursor.execute("ALTER TABLE audit_auditentry ENABLE TRIGGER append_only")
    check_trail()
    assert "被改动" in client.get(reverse("trail")).content.decode()


def test_the_export_is_streamed_safe_and_noted(client: Client, auditor: User) -> None:
    record_action(action="support.one", actor_id=auditor.pk, reason="=1+1")
    answer = client.post(reverse("trail_export"))
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert "support.one" in text
    assert ",=1+1" not in text
    assert AuditEntry.objects.filter(action="audit.export_trail").exists()


def test_identity_is_proved_before_the_export_and_the_entries_are_shown_again(
    auditor: User,
) -> None:
    left_open, asked = Client(), f"{reverse('trail')}?question=acts&since=2026-11-01"
    left_open.force_login(auditor)
    page = left_open.get(asked).content.decode()
    assert reverse("trail_export") not in page
    proof = f"{reverse('trail_prove')}?question=acts&since=2026-11-01"
    assert f'href="{html.escape(proof)}"' in page
    asking = left_open.get(proof)["Location"]
    answer = left_open.post(asking, {"password": PASSWORD}, follow=True)
    assert answer.redirect_chain[-1][0] == asked
    assert f'action="{reverse("trail_export")}"' in answer.content.decode()


@pytest.mark.parametrize("roles", [(), (Role.COUNSELOR,), (Role.REGISTRAR,)])
def test_the_trail_is_not_found_by_other_roles(roles: tuple[Role, ...], client: Client) -> None:
    client.force_login(make_account("x@example.org", roles=roles))
    assert client.get(reverse("trail")).status_code == 404
