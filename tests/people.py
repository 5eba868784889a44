"""Making people and their records for tests; all invented, numbers with valid check digits."""

import uuid
from datetime import date
from functools import cache
from typing import Any

from django.contrib.auth.hashers import make_password
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.consent.services import give_consent
from accounts.models import Purpose, RoleGrant, User
from accounts.roles import Role
from accounts.sign_in.hashers import PortalArgon2Hasher
from enrollment.identity.name import canonical_name
from enrollment.identity.number import check_character
from enrollment.models import Institution, SchoolClass, StudentRecord
from vault.cipher import seal
from vault.lookup import keyed_hash

PASSWORD = "Paper-Lantern-42"
AGREED = {"consent": "on"}  # the ticked box of sign-up and of each privacy notice


def sample_number(serial: int, born: str = "20070815") -> str:
    """A sample identity number (invented): region 110101, the birth date, a serial to 999."""
    first_17 = f"110101{born}{serial:03}"
    return first_17 + check_character(first_17)


def make_school(code: str = "19998", name: str = "明德示范大学", **fields: Any) -> Institution:
    """The institution with this code, made when missing."""
    return Institution.objects.get_or_create(code=code, defaults={"name": name, **fields})[0]


def make_record(
    *, name: str, number: str, phone: str = "", school: Institution | None = None, **fields: Any
) -> StudentRecord:
    """A record as an import would leave it; ``phone`` in E.164 form."""
    school = school or make_school()
    key = uuid.uuid4()
    school_class, _ = SchoolClass.objects.get_or_create(
        institution=school, code="计科2601", defaults={"college": "计算机与软件学院"}
    )
    given = {
        "school_class": school_class,
        "candidate_number": f"261101{number[-8:-1]}",
        "student_number": f"2026{number[-8:-1]}",
        "gender": 2 - int(number[-2]) % 2 if number[-2].isdigit() else 0,
        "birth_date": date(2007, 8, 15),
        "certificate_type": "居民身份证",
        "ethnicity": "汉族",
        "major_code": "080901",
        "major_name": "计算机科学与技术",
        "level": "本科",
        "schooling_years": "4",
        "education_type": "普通高等教育",
        "study_mode": "普通全日制",
        "entry_date": date(2026, 9, 1),
        "college": "计算机与软件学院",
        "department": "计算机系",
        "expected_leaving_date": date(2030, 6, 30),
        "status": "注册学籍",
        **fields,
    }
    return StudentRecord.objects.create(
        key=key,
        institution=school,
        name=name,
        name_canonical=canonical_name(name),
        certificate_hash=keyed_hash("certificate", number),
        certificate_sealed=seal(number.encode(), context=f"record-certificate:{key}"),
        phone_hash=keyed_hash("phone", phone) if phone else None,
        phone_sealed=seal(phone.encode(), context=f"record-phone:{key}") if phone else None,
        **given,
    )


@cache
def _password_hash(memory: int) -> str:
    """The hash of PASSWORD in so much memory, made once: tests make many accounts."""
    return make_password(PASSWORD)


def make_account(email: str, *, phone: str = "", roles: tuple[Role, ...] = ()) -> User:
    """An active account with the confirmed address ``email`` and the password PASSWORD.

    It has agreed to the privacy notices.
    """
    user = User(email=email, phone=phone or None)
    user.phone_confirmed_at = timezone.now() if phone else None
    user.password = _password_hash(PortalArgon2Hasher.memory_cost)
    user.save()
    user.emailaddress_set.create(email=email, primary=True, verified=True)  # type: ignore[attr-defined]
    for purpose in Purpose:
        give_consent(account=user, purpose=purpose)
    RoleGrant.objects.bulk_create(RoleGrant(user=user, role=role) for role in roles)
    return user


def enter(user: User) -> Client:
    """Sign someone in who has just shown again that it is them."""
    client = Client()
    client.force_login(user)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client
