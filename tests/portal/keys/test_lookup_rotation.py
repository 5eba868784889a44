"""The key by which people are found can be changed: everybody is found, nothing by the old key."""

import ast
import io
from datetime import timedelta
from itertools import islice
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings as project
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.limits import rate_limits
from accounts.limits.rate_limits import subject_of
from accounts.models import Block, SecurityEvent, User
from accounts.security_log import source_hash
from enrollment.institutions.appointments.services import appointments_of
from enrollment.models import Appointment, ImportToken, RecordBefore, StudentRecord
from enrollment.queries import records_visible_to
from tests.accounts.sign_in.authenticator import sign_in
from tests.enrollment.imported_files import AT, run_import, sample, write_csv
from tests.people import PASSWORD, make_account, make_record, make_school, sample_number
from tests.portal.keys.unsealed_columns import IN_THE_CLEAR
from vault.lookup import keyed_hash
from vault.lookup_rotation import purposes_with_values, registered_hashes, rotate
from vault.rotation import registered
from verification.claims import services as claims
from verification.facts import Facts
from verification.models import Claim, Dispute, VerificationAttempt

OLD, NEW = bytes(range(32)), bytes(range(32, 64))
# Hashes with a value of their own beside them, or of what anybody may know.
NO_LOOKUP = {
    "accounts.Code.nonce",
    "audit.AuditSeal.digest",
    "audit.AuditAnchor.digest",
    "enrollment.ImportBatch.file_sha256",
    "enrollment.StatusReport.file_sha256",
    "enrollment.SigningKey.certificate",
}
# Purposes of hashes that end or are forgotten with the old key, or live in no table.
ENDED = {
    "assist-code", "bounce", "import-token", "photo", "rescue-code", "row", "session-key",
    "staff-code",
}  # fmt: skip


def test_every_column_that_may_hold_a_look_up_hash_is_in_the_register() -> None:
    columns, acts = registered_hashes()
    covered = [column.name for column in columns] + [name for act in acts for name in act.columns]
    assert len(covered) == len(set(covered))
    sealed = {column for rotation in registered() for column in rotation.columns}
    must = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields
        if isinstance(field, models.BinaryField)
    }
    assert must - sealed - set(covered) == NO_LOOKUP
    assert NO_LOOKUP < IN_THE_CLEAR


def test_every_purpose_of_a_look_up_hash_is_in_the_register() -> None:
    used = {
        call.args[0].value
        for app in ("accounts", "delivery", "enrollment", "support", "verification", "xuejiportal")
        for path in (Path(project.BASE_DIR) / app).rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and getattr(call.func, "id", "") in {"keyed_hash", "purpose_key"}
        and isinstance(call.args[0], ast.Constant)
    }
    moved = {column.purpose for column in registered_hashes()[0]}
    assert used <= moved | ENDED
    assert moved <= purposes_with_values()


@pytest.fixture
def two_keys(settings: Settings) -> None:
    settings.LOOKUP_KEY, settings.EARLIER_LOOKUP_KEYS = OLD, []


def change_key(settings: Settings) -> None:
    settings.LOOKUP_KEY, settings.EARLIER_LOOKUP_KEYS = NEW, [OLD]


def rotated() -> str:
    told = io.StringIO()
    call_command("rotate_lookup", stdout=told)
    return told.getvalue()


@pytest.fixture
def planted(
    two_keys: None,
    media: Path,
    tmp_path: Path,
    dispute: Dispute,
    unmatched_attempt: None,
    opened_rescue: None,
    import_token: ImportToken,
    appointment: Appointment,
    phone_owner: User,
    wang: User,
) -> None:
    rows = sample(5)
    run_import(write_csv(tmp_path / "a.csv", rows))
    rows[0][AT["学籍状态"]] = "休学"
    run_import(write_csv(tmp_path / "b.csv", rows))
    make_record(name="周舟", number=sample_number(40), phone="+8613800138000")
    sign_in(wang)
    Block.objects.create(
        subject=subject_of("+8613800138000"),
        asker_hash=subject_of(f"account:{wang.pk}"),
        masked="138****8000",
        until=timezone.now() + timedelta(days=1),
    )


def kept_hashes() -> set[bytes]:
    """The content of the registered columns of hashes."""
    columns, acts = registered_hashes()
    found: set[bytes] = set()
    for name in [*(c.name for c in columns), *(name for act in acts for name in act.columns)]:
        label, _, column = name.rpartition(".")
        values = apps.get_model(label).objects.values_list(column, flat=True)
        found |= {
            value.encode() if isinstance(value, str) else bytes(value)
            for value in values
            if value and not isinstance(value, dict)
        }
    return found


@pytest.mark.django_db
@pytest.mark.usefixtures("planted")
def test_nothing_is_left_that_was_hashed_with_the_old_key(settings: Settings) -> None:
    before = kept_hashes()
    row = RecordBefore.objects.earliest("pk").row
    change_key(settings)
    rotated()
    assert len(before) > 30
    assert kept_hashes() & before == set()
    after = RecordBefore.objects.earliest("pk").row
    assert after["certificate_hash"] != row["certificate_hash"]
    # Run twice it changes nothing, since every person it does not know by then is new.
    assert "take the old one away" in rotated()


@pytest.mark.django_db
@pytest.mark.usefixtures("planted")
def test_everybody_is_found_by_the_new_key(
    settings: Settings, li: User, wang: User, dispute: Dispute, desk_registrar: User
) -> None:
    change_key(settings)
    rotated()
    settings.EARLIER_LOOKUP_KEYS = []

    for record in StudentRecord.objects.filter(name__in=["王明", "周舟"]):
        number = sample_number(31 if record.name == "王明" else 40)
        found = StudentRecord.objects.filter(certificate_hash=keyed_hash("certificate", number))
        assert found.get() == record
    assert StudentRecord.objects.get(phone_hash=keyed_hash("phone", "+8613800138000"))
    [claim] = Claim.objects.filter(account=wang, ended_at=None)
    assert bytes(claim.certificate_hash) == keyed_hash("certificate", sample_number(31))
    assert bytes(claim.item_hash) != b""
    dispute.refresh_from_db()
    assert bytes(dispute.certificate_hash) == dispute.facts.certificate_hash
    attempt = VerificationAttempt.objects.get(account=li)
    assert (bytes(attempt.certificate_hash), bytes(attempt.name_hash)) == (
        attempt.facts.certificate_hash,
        attempt.facts.name_hash,
    )
    assert rate_limits.is_blocked("+8613800138000", f"account:{wang.pk}")
    assert not rate_limits.is_blocked("+8613800138000", f"account:{li.pk}")
    assert appointments_of(li).exists()
    assert SecurityEvent.objects.filter(source_hash=source_hash("127.0.0.1")).exists()
    assert not ImportToken.objects.filter(revoked_at=None).exists()
    assert records_visible_to(desk_registrar).filter(name="王明").exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("planted")
def test_after_a_change_of_the_key_records_are_claimed_and_held_ones_are_not(
    settings: Settings, wang: User
) -> None:
    change_key(settings)
    rotated()
    stranger, zhou = make_account("stranger@example.org"), make_account("zhou@example.org")
    free = StudentRecord.objects.get(name="周舟")
    held = StudentRecord.objects.get(name="王明")
    for account, record, serial in ((stranger, held, 31), (zhou, free, 40)):
        number = sample_number(serial)
        facts = Facts(record.name, "居民身份证", number, record.candidate_number)
        claims.start_attempt(account=account, facts=facts)
        claims.submit_attempt(account=account)
        record.refresh_from_db()
    assert (held.holder, free.holder) == (wang, zhou)


@pytest.mark.django_db
@pytest.mark.usefixtures("planted")
def test_after_a_change_of_the_key_one_signs_in_by_phone_and_password(settings: Settings) -> None:
    signed_in = Client()
    signed_in.force_login(User.objects.get(phone="+8613800138000"))
    change_key(settings)
    rotated()
    assert "_auth_user_id" not in signed_in.session, "sessions end with the key"
    client = Client()
    client.post(reverse("account_login"), {"login": "13800138000", "password": PASSWORD})
    assert "_auth_user_id" in client.session


@pytest.mark.django_db
@pytest.mark.usefixtures("planted")
@pytest.mark.parametrize("steps", [1, 9, 15, 25, 35])
def test_stopped_in_the_middle_it_goes_on(settings: Settings, steps: int, wang: User) -> None:
    before = kept_hashes()
    change_key(settings)
    done = list(islice(rotate([OLD]), steps))  # as far as the database can tell, killed here
    assert len(done) == steps
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS lookup_moved")
    assert "take the old one away" not in rotated()
    assert kept_hashes() & before == set()
    assert Claim.objects.filter(account=wang, ended_at=None).exists()
    assert rate_limits.is_blocked("+8613800138000", f"account:{wang.pk}")


@pytest.mark.django_db
def test_without_the_old_key_it_does_nothing(two_keys: None) -> None:
    record = make_record(name="李晓雨", number=sample_number(12), school=make_school())
    with pytest.raises(CommandError, match="LOOKUP_KEY=new,old"):
        call_command("rotate_lookup")
    record.refresh_from_db()
    assert bytes(record.certificate_hash) == keyed_hash("certificate", sample_number(12))
