"""Whom one can sign in as: a person for every role, and for every face of a student record."""

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from accounts.consent.services import give_consent
from accounts.models import Purpose, RoleGrant, User
from accounts.roles import Role
from devtools.demo.registry import AT
from enrollment.demo.samples import CLASS_SIZE
from enrollment.models import ClassCounselor, Institution, InstitutionRegistrar, SchoolClass

PASSWORD = "demo-portal-2026"  # noqa: S105  printed on purpose; production refuses the demo


@dataclass(frozen=True)
class DemoPerson:
    """A demo account; ``row`` is the index of its student in the registry file.

    ``staff`` is the name and the office of a member of staff.
    """

    email: str
    note: str
    role: Role | None = None
    operator: bool = False
    row: int | None = None
    holds_record: bool = True
    classes: tuple[int, ...] = ()  # of a counselor
    staff: tuple[str, str] = ("", "")

    @property
    def line(self) -> str:
        """The note as it is printed, with the name of a member of staff."""
        return "：".join(filter(None, ("，".join(filter(None, self.staff)), self.note)))

    @property
    def name(self) -> str:
        """The part of the address before the @."""
        return self.email.partition("@")[0]


PEOPLE: tuple[DemoPerson, ...] = (
    DemoPerson("student@demo.test", "学生：注册学籍，待核对", row=0),
    DemoPerson("confirmed@demo.test", "学生：已确认，有回执和验证报告", row=8),
    DemoPerson("asked@demo.test", "学生：姓名有误，学校追问，等他回复", row=9),
    DemoPerson("corrected@demo.test", "学生：学校已更正，请再核对", row=10),
    DemoPerson("holder@demo.test", "学生：有人对这条学籍提出异议，待回应", row=11),
    DemoPerson("leave@demo.test", "学生：休学", row=2),
    DemoPerson("graduate@demo.test", "学生：毕业，有毕业照片", row=3),
    DemoPerson("twice@demo.test", "学生：两条学籍（专科毕业，本科在读）", row=4),
    DemoPerson("fresh@demo.test", "学生：已激活，尚未验证身份", row=1, holds_record=False),
    DemoPerson("unmatched@demo.test", "学生：未匹配到学籍，已反馈", row=5, holds_record=False),
    DemoPerson("claimant@demo.test", "学生：提出了异议", row=11, holds_record=False),
    DemoPerson(
        "counselor@demo.test",
        "辅导员，两个班",
        Role.COUNSELOR,
        classes=(0, 1),
        staff=("林静", "计算机与软件学院"),
    ),
    DemoPerson(
        "mentor@demo.test",
        "辅导员，另外六个班",
        Role.COUNSELOR,
        classes=tuple(range(2, 8)),
        staff=("高原", "学生工作部"),
    ),
    DemoPerson("registrar@demo.test", "学籍管理员", Role.REGISTRAR, staff=("方敏", "教务处")),
    DemoPerson("approver@demo.test", "学籍管理员，复核", Role.REGISTRAR, staff=("沈立", "教务处")),
    DemoPerson(
        "auditor@demo.test", "审计员，有两周的日志可查", Role.AUDITOR, staff=("韩冬", "审计处")
    ),
    DemoPerson(
        "operator@demo.test",
        "系统管理员（超级用户，不能看学籍）",
        operator=True,
        staff=("罗平", "信息中心"),
    ),
)


def make_people(rows: list[list[str]]) -> dict[str, User]:
    """Create the accounts of ``PEOPLE``; by the part of the address before the @."""
    password = make_password(PASSWORD)
    return {person.name: _make_account(person, rows, password) for person in PEOPLE}


def appoint_staff(school: Institution, rows: list[list[str]], accounts: dict[str, User]) -> None:
    """Give the registrars the school, and the counselors their classes."""
    for person in PEOPLE:
        user = accounts[person.name]
        if person.role == Role.REGISTRAR:
            InstitutionRegistrar.objects.create(user=user, institution=school)
        for index in person.classes:
            code = rows[index * CLASS_SIZE][AT["班号"]]
            school_class = SchoolClass.objects.get(institution=school, code=code)
            ClassCounselor.objects.create(user=user, school_class=school_class)


def sign_ins(rows: list[list[str]]) -> list[tuple[str, str, str]]:
    """E-mail, password and note of each demo person, and facts to verify the new student."""
    lines = [(person.email, PASSWORD, person.line) for person in PEOPLE]
    facts = "，".join(f"{title} {rows[1][AT[title]]}" for title in ("姓名", "证件号码", "考生号"))
    lines.append(("fresh@demo.test", "", f"验证身份时填写：{facts}"))
    return lines


def _make_account(person: DemoPerson, rows: list[list[str]], password: str) -> User:
    user = User(
        username=f"{person.name}-demo",
        email=person.email,
        password=password,
        is_staff=person.operator,
        is_superuser=person.operator,
        staff_name=person.staff[0],
        staff_office=person.staff[1],
    )
    if person.row is not None and person.holds_record:
        user.phone = "+86" + rows[person.row][AT["手机号"]]
        user.phone_confirmed_at = timezone.now()
    user.save()
    EmailAddress.objects.create(user=user, email=person.email, primary=True, verified=True)
    for purpose in Purpose:
        give_consent(account=user, purpose=purpose)
    if person.role is not None:
        RoleGrant.objects.create(user=user, role=person.role)
    return user
