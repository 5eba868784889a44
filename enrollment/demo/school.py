"""The demo school: 2,000 invented students, and a person for every role and state.

Uses the services of production: the registry is imported. Creating the demo again
adds what is missing and keeps existing data.
"""

import csv
import hashlib
import io
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone
from PIL import Image, ImageDraw

from accounts.consent.services import give_consent
from accounts.models import Purpose, RoleGrant, User
from accounts.roles import Role
from enrollment.demo.samples import HEADER, INSTITUTION_CODE, INSTITUTION_NAME, sample_rows
from enrollment.files.images import Picture, prepare
from enrollment.files.readers import open_table
from enrollment.imports import services as imports
from enrollment.imports.rehearsal import header_of
from enrollment.models import (
    Campaign,
    ClassCounselor,
    Institution,
    InstitutionRegistrar,
    PhotoKind,
    SchoolClass,
    StudentRecord,
)
from enrollment.photos import storage as photos_storage
from enrollment.statuses import Status

PASSWORD = "demo-portal-2026"  # noqa: S105  printed on purpose; production refuses the demo
STUDENTS = 2000
SEED = 2026

_AT = {title: position for position, title in enumerate(HEADER)}


@dataclass(frozen=True)
class DemoPerson:
    """A demo account; ``row`` is the index of its student in the registry file."""

    email: str
    note: str
    role: Role | None = None
    operator: bool = False
    row: int | None = None
    holds_record: bool = True


PEOPLE: tuple[DemoPerson, ...] = (
    DemoPerson("student@demo.test", "学生：注册学籍，已绑定", row=0),
    DemoPerson("fresh@demo.test", "学生：已激活，尚未验证身份", row=1, holds_record=False),
    DemoPerson("leave@demo.test", "学生：休学", row=2),
    DemoPerson("graduate@demo.test", "学生：毕业", row=3),
    DemoPerson("twice@demo.test", "学生：两条学籍（专科毕业，本科在读）", row=4),
    DemoPerson("unmatched@demo.test", "学生：未匹配到学籍", holds_record=False),
    DemoPerson("counselor@demo.test", "辅导员：两个班", role=Role.COUNSELOR),
    DemoPerson("registrar@demo.test", "教务处学籍管理员", role=Role.REGISTRAR),
    DemoPerson("approver@demo.test", "教务处学籍管理员（复核）", role=Role.REGISTRAR),
    DemoPerson("auditor@demo.test", "审计员", role=Role.AUDITOR),
    DemoPerson("operator@demo.test", "运维（超级用户，不能看学籍）", operator=True),
)
_STATUSES = {0: "注册学籍", 1: "注册学籍", 2: "休学", 3: "毕业", 4: "注册学籍"}


def demo_rows() -> list[list[str]]:
    """The rows of the demo registry; the first people have the states in _STATUSES."""
    rows = list(sample_rows(STUDENTS, seed=SEED))
    for index, status in _STATUSES.items():
        rows[index][_AT["学籍状态"]] = status
    earlier = list(rows[4])
    earlier[_AT["考生号"]], earlier[_AT["学号"]] = "20360100990004", "202000990004"
    earlier[_AT["层次"]], earlier[_AT["学制"]] = "专科(高职)", "3"
    earlier[_AT["入学日期"]], earlier[_AT["预计毕业日期"]] = "20200901", "20230630"
    earlier[_AT["学籍状态"]], earlier[_AT["班号"]] = "毕业", "计科2001"
    return [*rows, earlier]


def make_demo() -> None:
    """Create the parts of the demo school that do not exist yet."""
    school, _ = Institution.objects.get_or_create(
        code=INSTITUTION_CODE,
        defaults={
            "name": INSTITUTION_NAME,
            "national_code": f"41110{INSTITUTION_CODE}",
            "authority": "示范省教育厅",
            "location": "示范市",
            "level": "本科",
        },
    )
    rows = demo_rows()
    if not school.records.exists():
        _import(school, rows)
    with transaction.atomic():
        for person in PEOPLE:
            _make_person(person, school, rows)
        _make_campaign(school)


def _import(school: Institution, rows: list[list[str]]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "demo.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([HEADER, *rows])
        digest = hashlib.sha256(path.read_bytes()).digest()
        table = open_table(path.open("rb"), path.name)
        batch = imports.open_batch(
            institution=school, file_name="demo.csv", sha256=digest, created_by=None
        )
        imports.rehearse_batch(
            batch=batch, table=table, header=header_of(table), report=lambda done: None
        )
        table.close()
        imports.publish_batch(batch=batch, by=None)


def _make_person(person: DemoPerson, school: Institution, rows: list[list[str]]) -> None:
    user = User.objects.filter(email=person.email).first()
    if user is None:
        user = _make_account(person, rows)
    if person.role is not None:
        RoleGrant.objects.get_or_create(user=user, role=person.role)
    if person.role == Role.REGISTRAR:
        InstitutionRegistrar.objects.get_or_create(user=user, institution=school)
    if person.role == Role.COUNSELOR:
        for code in (rows[0][_AT["班号"]], rows[40][_AT["班号"]]):
            school_class = SchoolClass.objects.get(institution=school, code=code)
            ClassCounselor.objects.get_or_create(user=user, school_class=school_class)
    if person.holds_record and person.row is not None:
        first = StudentRecord.objects.get(
            institution=school, student_number=rows[person.row][_AT["学号"]]
        )
        StudentRecord.objects.filter(
            institution=school, certificate_hash=first.certificate_hash, holder=None
        ).update(holder=user, claimed_at=timezone.now())
        _make_photos(first, person.row)


def _make_photos(record: StudentRecord, number: int) -> None:
    """Store a drawn silhouette as admission photo, and for graduates as graduation photo."""
    kinds = [PhotoKind.ADMISSION]
    if record.status == Status.GRADUATED:
        kinds.append(PhotoKind.GRADUATION)
    for kind in kinds:
        if not record.photos.filter(kind=kind).exists():
            photos_storage.keep_photo(record=record, kind=kind, picture=silhouette(number), by=None)


def silhouette(number: int) -> Picture:
    """An invented portrait, in the proportions of an admission photo."""
    hue = (205 + number * 31) % 360
    image = Image.new("RGB", (480, 640), f"hsl({hue}, 32%, 80%)")
    draw = ImageDraw.Draw(image)
    draw.ellipse((20, 440, 460, 860), fill=f"hsl({hue}, 22%, 38%)")
    draw.rounded_rectangle((205, 380, 275, 480), 30, fill="hsl(28, 30%, 68%)")
    draw.ellipse((140, 130, 340, 420), fill="hsl(28, 34%, 74%)")
    draw.pieslice((128, 105, 352, 395), 180, 360, fill="hsl(24, 12%, 22%)")
    out = io.BytesIO()
    image.save(out, "JPEG", quality=90)
    return prepare(out.getvalue())


def _make_account(person: DemoPerson, rows: list[list[str]]) -> User:
    user = User.objects.create_user(
        username=person.email.partition("@")[0] + "-demo",
        email=person.email,
        password=PASSWORD,
        is_staff=person.operator,
        is_superuser=person.operator,
    )
    if person.row is not None and person.holds_record:
        user.phone = "+86" + rows[person.row][_AT["手机号"]]
        user.phone_confirmed_at = timezone.now()
        user.save(update_fields=["phone", "phone_confirmed_at"])
    EmailAddress.objects.create(user=user, email=person.email, primary=True, verified=True)
    for purpose in Purpose:
        give_consent(account=user, purpose=purpose)
    return user


def _make_campaign(school: Institution) -> None:
    today = timezone.localdate()
    Campaign.objects.get_or_create(
        institution=school,
        name="新生学籍核对",
        defaults={
            "starts_on": today,
            "ends_on": date(today.year + 1, 12, 31),
            "confirm_fields": ["name", "gender", "birth_date", "certificate_number"],
            "ignore_fields": ["major_name"],
        },
    )


def sign_ins() -> list[tuple[str, str, str]]:
    """E-mail, password and note of each demo person, and facts to verify the new student."""
    rows = demo_rows()
    lines = [(person.email, PASSWORD, person.note) for person in PEOPLE]
    fresh = rows[1]
    facts = "，".join(f"{title} {fresh[_AT[title]]}" for title in ("姓名", "证件号码", "考生号"))
    lines.append(("fresh@demo.test", "", f"验证身份时填写：{facts}"))
    return lines
