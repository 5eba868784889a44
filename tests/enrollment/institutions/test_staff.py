"""Classes, counselors and appointments: by hand, by file, and over at once."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from rustpy_xlsxwriter import write_worksheet

from accounts.models import User
from accounts.roles import Role
from audit.models import AuditEntry
from enrollment.institutions.staff_forms import AppointmentForm, EndSessionsForm
from enrollment.models import Appointment, ClassCounselor, InstitutionRegistrar, SchoolClass
from tests.people import enter, make_account, make_record, make_school, sample_number

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(desk_registrar: User) -> Client:
    """The registrar's browser."""
    return enter(desk_registrar)


@pytest.fixture
def school_class(db: None) -> SchoolClass:
    """An empty class."""
    return SchoolClass.objects.create(
        institution=make_school(), code="软工2601", college="软件学院"
    )


def accept(theirs: Client) -> None:
    """Follow the link of every appointment that waits, and accept."""
    for waiting in Appointment.objects.filter(answered_at=None):
        theirs.post(reverse("registry:appointment", args=[waiting.key]), {"answer": "yes"})


def assign(desk: Client, school_class: SchoolClass, login: str) -> str:
    """Assign someone; the text of the page that answers."""
    page = reverse("registry:assign_counselor", args=[school_class.pk])
    return desk.post(page, {"login": login}, follow=True).content.decode()


def test_a_class_is_made_renamed_and_removed_while_empty(
    desk: Client, school_class: SchoolClass
) -> None:
    school = school_class.institution
    values = {"institution": school.pk, "code": "软工2602", "college": "软件学院"}
    desk.post(reverse("registry:classes"), values)
    assert "已有同名班级" in desk.post(reverse("registry:classes"), values).content.decode()
    made = SchoolClass.objects.get(code="软工2602")
    page = reverse("registry:class", args=[made.pk])
    taken = desk.post(page, {"code": "软工2601", "college": ""}).content.decode()
    assert "已有同名班级" in taken
    desk.post(page, {"code": "软工2603", "college": "软件学院"})
    desk.post(reverse("registry:remove_class", args=[made.pk]))
    assert not SchoolClass.objects.filter(code__in=["软工2602", "软工2603"]).exists()
    full = make_record(name="甲", number=sample_number(401)).school_class
    assert full is not None
    answer = desk.post(reverse("registry:remove_class", args=[full.pk]), follow=True)
    assert "班级中还有学籍" in answer.content.decode()


def test_a_counselor_sees_the_class_at_once_and_no_more_once_withdrawn(
    desk: Client, school_class: SchoolClass
) -> None:
    teacher = make_account("teacher@example.org")
    assert "已分配" in assign(desk, school_class, "teacher@example.org")
    theirs = enter(teacher)
    accept(theirs)
    page = reverse("support:class_board", args=[school_class.pk])
    assert theirs.get(page).status_code == 200
    desk.post(reverse("registry:withdraw_counselor", args=[school_class.pk, teacher.key]))
    assert theirs.get(page).status_code == 404
    teacher = User.objects.get(pk=teacher.pk)
    assert not teacher.roles
    acts = AuditEntry.objects.filter(subject_key=str(teacher.key)).values_list("action", flat=True)
    assert set(acts) == {"enrollment.withdraw_counselor"}
    assert AuditEntry.objects.filter(actor_id=teacher.pk, action="enrollment.accept_appointment")


@pytest.mark.parametrize("login", ["nobody@example.org", "13800000000", "???", "student@x.org"])
def test_an_unknown_person_is_not_assigned(
    login: str, desk: Client, school_class: SchoolClass
) -> None:
    assign(desk, school_class, login)
    assert not ClassCounselor.objects.exists()


def test_students_and_the_operator_cannot_accept(
    desk: Client, school_class: SchoolClass, wang: User, wang_record: object, operator: User
) -> None:
    for person in (wang, operator):
        assign(desk, school_class, person.email)
        accept(enter(person))
    assert not ClassCounselor.objects.exists()


def book(tmp_path: Path, rows: list[dict[str, str]]) -> SimpleUploadedFile:
    """A workbook of assignments."""
    path = tmp_path / "分配.xlsx"
    write_worksheet(rows, str(path), sheet_name="分配")
    return SimpleUploadedFile(path.name, path.read_bytes())


def send(desk: Client, file: SimpleUploadedFile) -> str:
    """Upload it; the text of the page that answers."""
    values = {"institution": make_school().pk, "file": file}
    return desk.post(reverse("registry:assign_by_file"), values, follow=True).content.decode()


def test_a_file_assigns_all_or_names_what_is_wrong_row_by_row(
    desk: Client, school_class: SchoolClass, tmp_path: Path
) -> None:
    make_account("a@example.org")
    make_account("b@example.org", phone="+8613912345678")
    good = [
        {"班级": "软工2601", "辅导员（邮箱）": "a@example.org"},
        {"班级": "软工2601", "辅导员（邮箱）": "139 1234 5678"},
    ]
    bad = [*good, {"班级": "无此班", "辅导员（邮箱）": "a@example.org"},
           {"班级": "软工2601", "辅导员（邮箱）": "???"}]  # fmt: skip
    text = send(desk, book(tmp_path, bad))
    assert "有 2 行需要修改" in text
    assert "没有这个班级" in text
    assert not ClassCounselor.objects.exists()
    assert "已分配 2 条" in send(desk, book(tmp_path, good))
    assert "已分配 2 条" in send(desk, book(tmp_path, good))
    for email in ("a@example.org", "b@example.org"):
        accept(enter(User.objects.get(email=email)))
    assert ClassCounselor.objects.count() == 2
    assert "已分配 2 条" in send(desk, book(tmp_path, good))
    assert ClassCounselor.objects.count() == 2


@pytest.mark.parametrize("title", ["手机号", "电子邮箱"])
def test_a_column_of_contacts_is_taken_before_one_of_names(
    desk: Client, school_class: SchoolClass, tmp_path: Path, title: str
) -> None:
    make_account("a@example.org", phone="+8613912345678")
    contact = {"手机号": "13912345678", "电子邮箱": "a@example.org"}[title]
    rows = [{"班级": "软工2601", "辅导员": "王老师", "工号": "0012", title: contact}]
    send(desk, book(tmp_path, rows))
    accept(enter(User.objects.get(email="a@example.org")))
    assert ClassCounselor.objects.get().user.email == "a@example.org"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\x01\x02",
        "姓名,电话\n甲,1\n".encode(),
        b"PK\x03\x04junk",
        "班级,辅导员\n".encode(),
    ],
)
def test_a_broken_file_is_refused_calmly(
    content: bytes, desk: Client, school_class: SchoolClass
) -> None:
    text = send(desk, SimpleUploadedFile("x.csv", content))
    assert "已分配" not in text


def test_the_operator_appoints_and_dismisses_and_sees_no_data(operator: User) -> None:
    teacher = make_account("teacher@example.org")
    theirs, console = enter(teacher), enter(operator)
    values = {"role": "registrar", "login": teacher.email, "institution": make_school().code}
    page = reverse("registry:appointments")
    assert console.post(page, values).status_code == 200  # no reason given
    console.post(page, {**values, "reason": "教务处通知〔2026〕3号"})
    accept(theirs)
    assert theirs.get(reverse("registry:imports")).status_code == 200
    assert console.get(reverse("registry:imports")).status_code == 404
    dismissal = reverse("registry:dismiss_registrar", args=[teacher.key, make_school().code])
    assert "打开下一个页面" in console.get(dismissal).content.decode()
    assert console.post(dismissal).status_code == 200  # no reason given
    assert theirs.get(reverse("registry:imports")).status_code == 200
    console.post(dismissal, {"reason": "调离教务处"})
    assert AuditEntry.objects.get(action="enrollment.dismiss").reason == "调离教务处"
    assert theirs.get(reverse("registry:imports")).status_code == 404
    assert not InstitutionRegistrar.objects.exists()


def test_the_institution_of_a_registrar_is_found_by_code_or_name(operator: User) -> None:
    school, other = make_school(), make_school("19990", "别的大学")

    def errors(institution: str) -> list[str]:
        given = {"role": "registrar", "login": "t@example.org", "reason": "通知"}
        form = AppointmentForm({**given, "institution": institution})
        form.is_valid()
        return [str(error) for error in form.errors.get("institution") or ()]

    assert errors(school.code) == errors("别的大学") == []
    assert errors("１９９９０") == errors("别的 大学") == []
    assert errors("") == ["请填写学籍管理员所在的院校。"]
    unknown = errors("没有的大学")
    assert unknown == ["没有找到唯一对应的院校，请核对代码或全称。"]
    type(other).objects.filter(pk=other.pk).update(name=school.name)
    assert errors(school.name) == unknown


def test_the_operator_dismisses_an_auditor_with_a_reason(operator: User, auditor: User) -> None:
    dismissal = reverse("registry:dismiss_auditor", args=[auditor.key])
    theirs, console = enter(auditor), enter(operator)
    console.post(dismissal, {"reason": "离任"})
    assert theirs.get(reverse("trail")).status_code == 404
    assert console.get(dismissal).status_code == 404  # there is nothing left to take


def test_classes_of_others_do_not_exist_for_a_registrar(school_class: SchoolClass) -> None:
    other = make_account("other@example.org", roles=(Role.REGISTRAR,))
    InstitutionRegistrar.objects.create(user=other, institution=make_school("19990", "别的大学"))
    stranger = enter(other)
    for name in ("class", "assign_counselor", "remove_class"):
        page = reverse(f"registry:{name}", args=[school_class.pk])
        assert stranger.post(page, {"login": "x@example.org"}).status_code == 404
    assert "软工2601" not in stranger.get(reverse("registry:classes")).content.decode()


def test_the_list_asks_as_many_questions_for_one_class_as_for_many(
    desk: Client, school_class: SchoolClass, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    page = reverse("registry:classes")
    assign(desk, school_class, make_account("t@example.org").email)
    accept(enter(User.objects.get(email="t@example.org")))
    with django_assert_num_queries(8):
        desk.get(page)
    for number in range(30):
        extra = SchoolClass.objects.create(institution=school_class.institution, code=f"多{number}")
        ClassCounselor.objects.create(
            user=User.objects.get(email="t@example.org"), school_class=extra
        )
    with django_assert_num_queries(8):
        desk.get(page)


def test_one_counselor_is_assigned_to_all_classes_that_are_ticked(
    desk: Client, school_class: SchoolClass
) -> None:
    teacher = make_account("t@example.org")
    ClassCounselor.objects.create(
        user=teacher,
        school_class=SchoolClass.objects.create(institution=make_school(), code="软工2600"),
    )
    more = [
        SchoolClass.objects.create(institution=make_school(), code=f"软工26{number}")
        for number in (10, 11, 12)
    ]
    other = SchoolClass.objects.create(institution=make_school("10009", "别的"), code="别班")
    page = reverse("registry:assign_many")
    given = {"login": "t@example.org", "classes": [one.pk for one in [*more[:2], other]]}
    assert "已分配 2 个班级" in desk.post(page, given, follow=True).content.decode()
    assert set(teacher.counselor_of.values_list("school_class__code", flat=True)) == {
        "软工2600", "软工2610", "软工2611",
    }  # fmt: skip
    for lacking in ({"login": "t@example.org"}, {"login": "?", "classes": [more[2].pk]}):
        assert "data-error-summary" in desk.post(page, lacking).content.decode()
    assert not more[2].counselors.exists()


def test_nobody_is_said_to_accept_that_they_are_signed_out() -> None:
    assert AppointmentForm()["login"].help_text
    assert not EndSessionsForm()["login"].help_text
