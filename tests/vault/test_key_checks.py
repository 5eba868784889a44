"""Keys that do not fit the database are refused: at the start, after a restore, at rotations."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from pytest_django import Settings

from accounts.models import User
from audit.models import AuditEntry
from enrollment.models import StudentRecord
from vault.models import KeyCheck
from xuejiportal.startup import preflight

pytestmark = pytest.mark.django_db
A, B, C, D = (bytes([number]) * 32 for number in (1, 2, 3, 4))


@pytest.fixture(autouse=True)
def production(settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A production whose other checks are content."""
    settings.PRODUCTION, settings.VAR_DIR = True, tmp_path
    monkeypatch.setattr(preflight, "run_checks", list)
    use(settings)


def use(settings: Settings, **keys: Any) -> None:
    """Set the keys of the portal: those of always, but for ``keys``."""
    given = {"VAULT_KEYS": {"a": A}, "LOOKUP_KEY": B, "CODE_KEYS": [C], "AUDIT_KEY": D, **keys}
    for name, value in given.items():
        setattr(settings, name, value)


def start() -> None:
    """What web and workers do first."""
    preflight.refuse_unfit_production()


def run(command: str) -> str:
    said = io.StringIO()
    call_command(command, stdout=said)
    return said.getvalue()


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"LOOKUP_KEY": A}, "rotate_lookup"),
        ({"VAULT_KEYS": {"a": B}}, "another key under the id 'a'"),
        ({"VAULT_KEYS": {"b": B}}, "lacks the key 'a'"),
        ({"CODE_KEYS": [A]}, "CODE_KEY=new,old"),
        ({"AUDIT_KEY": A}, "AUDIT_KEY is not the key of this audit trail"),
    ],
)
def test_a_wrong_key_keeps_web_and_workers_from_starting(
    keys: dict[str, Any], said: str, settings: Settings
) -> None:
    start()
    use(settings, **keys)
    with pytest.raises(ImproperlyConfigured) as refused:
        start()
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
    use(settings)
    start()


def test_every_wrong_key_is_named_at_once(settings: Settings) -> None:
    start()
    use(settings, VAULT_KEYS={"a": C}, LOOKUP_KEY=A, CODE_KEYS=[B])
    with pytest.raises(ImproperlyConfigured) as refused:
        start()
    assert len(str(refused.value).splitlines()) == 3


def test_the_marks_tell_no_key(settings: Settings) -> None:
    start()
    kept = str(list(KeyCheck.objects.values()))
    assert KeyCheck.objects.count() == 4
    assert not any(key.hex() in kept for key in (A, B, C, D))


def test_the_first_start_refuses_keys_that_do_not_find_the_records(
    wang_record: StudentRecord, settings: Settings
) -> None:
    for name, other in {"VAULT_KEYS": {"b": B}, "LOOKUP_KEY": A}.items():
        use(settings, **{name: other})
        with pytest.raises(ImproperlyConfigured, match=name):
            start()
        assert not KeyCheck.objects.exists()
    use(settings)
    start()
    assert KeyCheck.objects.exists()


def test_a_new_code_key_is_taken_with_the_old_one_behind_it(settings: Settings) -> None:
    start()
    use(settings, CODE_KEYS=[A, C])
    start()
    use(settings, CODE_KEYS=[A])
    start()


def test_the_old_vault_key_goes_once_nothing_is_sealed_with_it(
    wang: User, settings: Settings
) -> None:
    start()
    use(settings, VAULT_KEYS={"b": B, "a": A})
    with pytest.raises(CommandError, match="restart web"):
        run("rotate_vault")
    start()
    run("rotate_vault")
    run("rotate_vault")
    use(settings, VAULT_KEYS={"b": B})
    start()
    use(settings, VAULT_KEYS={"a": A})
    with pytest.raises(ImproperlyConfigured, match="lacks the key 'b'"):
        start()


@pytest.mark.parametrize("command", ["rotate_vault", "after_restore"])
def test_nothing_is_done_with_a_wrong_key(command: str, wang: User, settings: Settings) -> None:
    start()
    use(settings, LOOKUP_KEY=A)
    with pytest.raises(CommandError, match="LOOKUP_KEY"):
        run(command)
    assert not AuditEntry.objects.filter(action="accounts.after_restore").exists()


def test_a_rotation_refuses_a_database_of_neither_key(settings: Settings) -> None:
    start()
    use(settings, LOOKUP_KEY=A, EARLIER_LOOKUP_KEYS=[C])
    with pytest.raises(CommandError, match="LOOKUP_KEY"):
        run("rotate_lookup")
    use(settings, LOOKUP_KEY=A, EARLIER_LOOKUP_KEYS=[B])
    run("rotate_lookup")
    use(settings, LOOKUP_KEY=A, EARLIER_LOOKUP_KEYS=[])
    start()


def test_a_backup_older_than_the_code_key_can_be_restored(settings: Settings) -> None:
    start()
    use(settings, CODE_KEYS=[A])
    assert "The keys fit the backup" in run("after_restore")
    start()
