"""A person who can write to the database puts their own authenticator app into another account."""

from importlib import import_module

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    generate_totp_secret,
)
from allauth.mfa.utils import encrypt
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test import Client

from accounts.models import User
from tests.attacks.accounts.factors.stolen_factors import current_code
from tests.people import PASSWORD, make_account
from vault.cipher import UnsealError

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(db: None) -> tuple[User, User]:
    """The owner and the taker."""
    return make_account("victim@example.org"), make_account("taker@example.org")


def copy_data(source: Authenticator, target: Authenticator) -> None:
    """As with SQL: behind the back of every model."""
    raw = Authenticator.objects.filter(pk=source.pk).values_list("data", flat=True).get()
    Authenticator.objects.filter(pk=target.pk).update(data=raw)


def test_an_app_signs_in_to_the_account_it_was_set_up_for(people: tuple[User, User]) -> None:
    secret = generate_totp_secret()
    TOTP.activate(people[0], secret)
    client = Client()
    client.post("/account/login/", {"login": people[0].email, "password": PASSWORD})
    client.post("/account/2fa/authenticate/", {"code": current_code(secret)})
    assert client.get("/account/security/").status_code == 200


def test_an_app_copied_into_another_account_opens_nothing(people: tuple[User, User]) -> None:
    owner, taker = people
    theirs = TOTP.activate(owner, generate_totp_secret()).instance
    secret = generate_totp_secret()
    own = TOTP.activate(taker, secret).instance
    copy_data(own, theirs)
    copied = Authenticator.objects.get(pk=theirs.pk)
    with pytest.raises(UnsealError):
        copied.wrap().validate_code(current_code(secret))


def test_recovery_codes_copied_into_another_account_open_nothing(
    people: tuple[User, User],
) -> None:
    owner, taker = people
    theirs, own = RecoveryCodes.activate(owner), RecoveryCodes.activate(taker)
    codes = own.get_unused_codes()
    copy_data(own.instance, theirs.instance)
    copied = Authenticator.objects.get(pk=theirs.instance.pk)
    with pytest.raises(UnsealError):
        copied.wrap().validate_code(codes[0])


def test_a_used_recovery_code_leaves_the_others_to_be_used(people: tuple[User, User]) -> None:
    codes = RecoveryCodes.activate(people[0])
    first, second, *_ = codes.get_unused_codes()
    assert codes.validate_code(first)
    assert not codes.validate_code(first)
    again = Authenticator.objects.get(user=people[0]).wrap()
    assert again.validate_code(second)


def test_secrets_sealed_before_are_bound_by_the_migration(people: tuple[User, User]) -> None:
    secret = generate_totp_secret()
    factor = TOTP.activate(people[0], secret).instance
    Authenticator.objects.filter(pk=factor.pk).update(data={"secret": encrypt(secret)})
    migration = import_module("accounts.migrations.0016_bind_factor_secrets")
    before = MigrationExecutor(connection).loader.project_state([("accounts", "0015_taking_back")])
    with connection.schema_editor() as editor:
        migration.bind(before.apps, editor)
    assert Authenticator.objects.get(pk=factor.pk).wrap().validate_code(current_code(secret))
