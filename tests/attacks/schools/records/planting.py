"""Rows that an attacker enters at a school of their own, and help that they get there."""

from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from enrollment.models import ClassCounselor, Institution, InstitutionRegistrar, StudentRecord
from tests.attacks.schools.records.proving import NUMBER
from tests.people import enter, make_account, make_record
from verification.assisted import services as assisted

REGISTRY_PHONE = "+8613700137000"


def plant(school: Institution, **fields: object) -> StudentRecord:
    """The row that the attacker's registrar enters at their own school."""
    return make_record(name="李晓雨", number=NUMBER, school=school, **fields)  # type: ignore[arg-type]


def help_at(school: Institution, record: StudentRecord, account: User, role: Role) -> User:
    """A member of staff of ``school`` opens ``record`` for ``account``, face to face."""
    staff = make_account("helper@example.org", roles=(role,))
    if role == Role.REGISTRAR:
        InstitutionRegistrar.objects.create(user=staff, institution=school)
    else:
        assert record.school_class is not None
        ClassCounselor.objects.create(user=staff, school_class=record.school_class)
    code = assisted.new_code(account=account)
    page = reverse("verification:assist", args=[record.key])
    enter(staff).post(page, {"code": code, "reason": "x", "seen": "on"})
    return staff
