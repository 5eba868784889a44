"""A class with one person in each part of the board, and its counselor."""

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from enrollment.confirmations.services import answer_record
from enrollment.fields.checklist import CHECKLIST
from enrollment.models import (
    ClassCounselor,
    FieldChange,
    InstitutionRegistrar,
    SchoolClass,
    StudentRecord,
)
from enrollment.progress import Progress
from enrollment.records.unclaimed_progress import note_registered, note_searched
from tests.people import make_account, make_record, sample_number

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


@pytest.fixture
def desk(client: Client, school_class: SchoolClass) -> Client:
    """The registrar of the school, signed in."""
    registrar = make_account("registrar.e@example.org", roles=(Role.REGISTRAR,))
    InstitutionRegistrar.objects.create(user=registrar, institution=school_class.institution)
    client.force_login(registrar)
    return client
