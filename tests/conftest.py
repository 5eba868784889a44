"""Fixtures every test may use: the persons, their messages, clean stores."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.db import connection
from django.utils import timezone, translation
from pytest_django import DjangoDbBlocker, Settings

from accounts.deletion.services import ask_for_deletion
from accounts.limits.rate_limits import subject_of
from accounts.models import Block, Purpose, Question, SecurityAnswer, User
from accounts.roles import Role
from accounts.sign_in.hashers import PortalArgon2Hasher
from audit.models import APPEND_ONLY
from enrollment.models import (
    InstitutionRegistrar,
    StudentRecord,
)
from tests.outbox import Outbox
from tests.people import make_account, make_record, make_school, sample_number
from verification.claims import services as claims
from verification.facts import Facts


@pytest.fixture(autouse=True)
def _empty_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """What another test left in the cache is not this one's, nor its Redis that was away."""
    monkeypatch.setattr("xuejiportal.cache._silent_until", 0.0)
    cache.clear()


@pytest.fixture(autouse=True)
def _default_language() -> None:
    """The language of a page that another test read is not this one's."""
    translation.deactivate()


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are hashed by the same algorithm, but not slowly."""
    monkeypatch.setattr(PortalArgon2Hasher, "time_cost", 1)
    monkeypatch.setattr(PortalArgon2Hasher, "memory_cost", 8)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Let transactional tests empty the audit trail; nothing else may (see audit 0002)."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for table in APPEND_ONLY:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER no_truncate")


@pytest.fixture
def outbox(settings: Settings, tmp_path: Path) -> Outbox:
    """The messages the portal sends, in a directory of the test's own."""
    settings.OUTBOX_DIR = tmp_path / "outbox"
    settings.EMAIL_BACKEND = "delivery.backend.OutboxEmailBackend"  # not the test runner's
    settings.SMS_PROVIDERS, settings.EMAIL_TRANSPORT = ["file"], "file"
    return Outbox(settings.OUTBOX_DIR)


@pytest.fixture
def cheap_proofs(settings: Settings) -> None:
    """A proof of work is found after a try or two."""
    settings.CAPTCHA_COST = 2


@pytest.fixture
def li(db: None) -> User:
    """李晓雨, a freshman with an account and nothing proved yet."""
    return make_account("li.xiaoyu@example.org")


@pytest.fixture
def newcomer(db: None) -> User:
    """A person whose account is older than the privacy notices."""
    account = make_account("new.comer@example.org")
    account.consents.all().delete()
    User.objects.filter(pk=account.pk).update(account_notice=0, identity_notice=0)
    return account


@pytest.fixture
def activated(db: None) -> User:
    """Somebody who has just signed up, and is not asked about the certificate number yet."""
    account = make_account("just.activated@example.org")
    account.consents.filter(purpose=Purpose.IDENTITY).delete()
    User.objects.filter(pk=account.pk).update(identity_notice=0)
    return account


@pytest.fixture
def li_record(db: None) -> StudentRecord:
    """李晓雨's record, which no one holds."""
    return make_record(name="李晓雨", number=sample_number(12))


@pytest.fixture
def phone_owner(db: None) -> User:
    """An account whose confirmed phone no school knows."""
    return make_account("phone.owner@example.org", phone="+8613800138000")


@pytest.fixture
def asked(db: None) -> User:
    """An account that has set security questions."""
    account = make_account("asked@example.org")
    for question in list(Question)[:3]:
        SecurityAnswer.objects.create(
            account=account, question=question, answer_hash=make_password("答案")
        )
    return account


@pytest.fixture
def registrar(db: None) -> User:
    """A registrar of no institution yet."""
    return make_account("registrar@example.org", roles=(Role.REGISTRAR,))


@pytest.fixture
def auditor(db: None) -> User:
    """An auditor."""
    return make_account("auditor@example.org", roles=(Role.AUDITOR,))


@pytest.fixture
def operator(db: None) -> User:
    """Who runs the portal; a superuser holds no right to data."""
    user = make_account("operator@example.org")
    user.is_superuser = True
    user.save()
    return user


@pytest.fixture
def desk_registrar(db: None) -> User:
    """A registrar of the invented school."""
    user = make_account("desk@example.org", roles=(Role.REGISTRAR,))
    InstitutionRegistrar.objects.create(user=user, institution=make_school())
    return user


@pytest.fixture
def wang(db: None) -> User:
    """王明, another student."""
    return make_account("wang.ming@example.org")


@pytest.fixture
def wang_record(wang: User) -> StudentRecord:
    """王明's record, which his account holds."""
    record = make_record(name="王明", number=sample_number(31))
    claims.start_attempt(
        account=wang,
        facts=Facts("王明", "居民身份证", sample_number(31), record.candidate_number),
    )
    claims.submit_attempt(account=wang)
    record.refresh_from_db()
    return record


@pytest.fixture
def leaving(db: None) -> User:
    """A student who has asked to have the account deleted."""
    account = make_account("leaving@example.org")
    ask_for_deletion(account=account)
    return account


@pytest.fixture
def media(settings: Settings, tmp_path: Path) -> Path:
    """Storage of the test's own."""
    folder = tmp_path / "media"
    storage = "django.core.files.storage.FileSystemStorage"
    default = {"BACKEND": storage, "OPTIONS": {"location": str(folder)}}
    settings.STORAGES = {**settings.STORAGES, "default": default}
    return folder


@pytest.fixture
def true_wang(db: None) -> User:
    """A person who says that 王明's record is theirs."""
    return make_account("true.wang@example.org")


@pytest.fixture
def blocked_number(db: None) -> Block:
    """A number to which someone may have nothing sent for a day."""
    return Block.objects.create(
        subject=subject_of("+8613912345678"),
        asker_hash=subject_of("network:198.51.100.7"),
        masked="139****5678",
        until=timezone.now() + timedelta(days=1),
    )
