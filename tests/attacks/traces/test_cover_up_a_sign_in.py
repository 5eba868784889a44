"""Who has the application's database role wants to hide that they signed in."""

from collections.abc import Iterator
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import Error, connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from accounts.deletion.services import erase_account
from accounts.models import EventKind, SecurityEvent, User
from accounts.security_log import RETENTION, prune_log, pseudonym, record_event
from tests.people import make_account

pytestmark = pytest.mark.django_db
ROLE = "portal_sign_in_log_role"


@pytest.fixture
def intruder(db: None) -> User:
    return make_account("intruder@example.org")


@pytest.fixture
def _as_application(intruder: User) -> Iterator[None]:
    """Every statement runs with the rights of the application's role."""
    record_event(account=intruder, kind=EventKind.SIGNED_IN)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"CREATE ROLE {ROLE}")
        call_command("grant_privileges", ROLE, stdout=StringIO())
        cursor.execute(f"SET LOCAL ROLE {ROLE}")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


@pytest.mark.usefixtures("_as_application")
@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM accounts_securityevent",
        "TRUNCATE accounts_securityevent",
        "UPDATE accounts_securityevent SET kind = 'sign_in_failed'",
        "UPDATE accounts_securityevent SET at = at - interval '184 days'",
        "UPDATE accounts_securityevent SET account_id = NULL, person_hash = 'another'",
        "UPDATE accounts_securityevent SET account_id = NULL, network = '198.51.100.*'",
        "UPDATE accounts_securityevent SET account_id = NULL, source_sealed = 'another'",
        "UPDATE accounts_securityevent SET account_id = account_id",
        "ALTER TABLE accounts_securityevent DISABLE TRIGGER append_only",
        "DROP TRIGGER append_only ON accounts_securityevent",
        "CREATE OR REPLACE FUNCTION accounts_keep_sign_in_line() RETURNS trigger"
        " LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
    ],
)
def test_the_application_role_changes_no_line(statement: str, intruder: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == (ROLE,)
        with pytest.raises(Error), transaction.atomic():
            cursor.execute(statement)
    line = SecurityEvent.objects.get()
    assert (line.account, line.kind) == (intruder, EventKind.SIGNED_IN)


@pytest.mark.usefixtures("_as_application")
def test_what_the_portal_does_with_lines_it_may_still_do(intruder: User) -> None:
    SecurityEvent.objects.create(
        account=intruder, kind=EventKind.SIGNED_IN, at=timezone.now() - RETENTION - timedelta(1)
    )
    prune_log()
    assert SecurityEvent.objects.count() == 1
    User.objects.filter(pk=intruder.pk).update(deletion_due_at=Now())
    assert erase_account(intruder.pk)
    line = SecurityEvent.objects.get()
    assert line.account is None
    assert bytes(line.person_hash) == pseudonym(intruder)
