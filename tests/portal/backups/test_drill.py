"""The drill: back up, check, restore on another machine's empty database, read what was there."""

import base64
import errno
import io
import json
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings as portal
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from devtools.embedded import programs
from enrollment.models import StudentRecord
from tests.people import make_account, make_record, sample_number
from xuejiportal.backups import services

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def _programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the embedded server, where that is used; Debian's are found by themselves."""
    newest = max(programs.postgresql(None), key=lambda found: found[1])[0]
    monkeypatch.setenv("PATH", f"{newest}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def media(settings: Settings, tmp_path: Path) -> Path:
    """The storage of the test."""
    place = tmp_path / "media"
    default = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(place)},
    }
    settings.STORAGES = settings.STORAGES | {"default": default}
    return place


@pytest.fixture
def backup(db: None, media: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A backup of two files, without the database's dump."""
    monkeypatch.setattr("xuejiportal.backups.database.dump", lambda path: path.write_text("dump"))
    default_storage.save("photos/c6/a", ContentFile(b"sealed a"))
    default_storage.save("reports/b", ContentFile(b"sealed b"))
    target = tmp_path / "backup"
    call_command("backup", target)
    return target


def test_a_backup_names_its_sums_and_keys_and_no_person(backup: Path) -> None:
    manifest = services.check_backup(backup, tell=str)
    assert (manifest["files"], manifest["vault_keys"]) == (3, list(portal.VAULT_KEYS))
    done = subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=backup, check=True)
    assert done.returncode == 0
    assert backup.stat().st_mode & 0o077 == 0
    for key in portal.VAULT_KEYS.values():
        assert encoded(key) not in (backup / "manifest.json").read_text()


def test_a_backup_and_its_check_go_on_where_nothing_reads_what_they_tell(
    backup: Path, tmp_path: Path
) -> None:
    class Closed(io.StringIO):
        def flush(self) -> None:
            raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    call_command("backup", tmp_path / "second", stdout=Closed())
    call_command("backup", tmp_path / "second", check=True, stdout=Closed())
    assert services.check_backup(tmp_path / "second", tell=str)["files"] == 3


@pytest.mark.parametrize("name", ["database.dump", "files/photos/c6/a", "SHA256SUMS"])
@pytest.mark.parametrize("harm", ["changed", "lost"])
def test_a_damaged_backup_is_found_and_not_restored(backup: Path, name: str, harm: str) -> None:
    path = backup / name
    if harm == "changed":
        path.write_bytes(path.read_bytes() + b"x")
    else:
        path.unlink()
    with pytest.raises(CommandError, match=Path(name).name):
        call_command("backup", backup, "--check")
    with pytest.raises(CommandError, match=Path(name).name):
        call_command("restore", backup, "--yes")


def test_a_file_deleted_while_files_are_copied_is_kept_if_the_dump_may_name_it(
    db: None, media: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    early = default_storage.save("early", ContentFile(b"early"))

    def dump(path: Path) -> None:
        default_storage.delete(early)
        default_storage.save("late", ContentFile(b"late"))
        path.write_text("dump")

    monkeypatch.setattr("xuejiportal.backups.database.dump", dump)
    call_command("backup", tmp_path / "backup")
    assert {path.name for path in (tmp_path / "backup/files").iterdir()} == {"early", "late"}


def test_the_operator_is_told_how_far_it_is(
    db: None,
    media: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("xuejiportal.backups.database.dump", lambda path: path.write_text("dump"))
    monkeypatch.setattr("xuejiportal.backups.database.restore", lambda path: None)
    monkeypatch.setattr(services, "STRIDE", 2)
    for number in range(3):
        default_storage.save(f"photos/{number}", ContentFile(b"sealed"))
    call_command("backup", tmp_path / "backup")
    made = capsys.readouterr().out
    assert "2 files copied\n3 files copied. Dumping the database" in made
    assert "Database dumped: 0 MB" in made
    services.restore_backup(tmp_path / "backup", may_replace=True, tell=print)
    restored = capsys.readouterr().out
    assert "2 of 4 files are whole" in restored
    assert "Restoring the database (0 MB)" in restored
    assert "2 files put back" in restored


def test_a_full_disk_is_named_and_half_a_backup_goes(
    db: None, media: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    default_storage.save("photo", ContentFile(b"sealed"))

    def write(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("xuejiportal.backups.services.shutil.copyfileobj", write)
    with pytest.raises(CommandError, match=r"/backup: No space left on device"):
        call_command("backup", tmp_path / "backup")
    assert [path.name for path in tmp_path.iterdir()] == ["media"]


def test_sums_are_read_line_by_line_and_not_kept(backup: Path) -> None:
    line = f"{'0' * 64}  files/{'x' * 100}\n"
    with (backup / "SHA256SUMS").open("a") as sums:
        sums.writelines(line for _ in range(100_000))
    tracemalloc.start()
    with pytest.raises(services.BackupError, match="SHA256SUMS was changed"):
        services.check_backup(backup, tell=str)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**20, "less than the file, which grows with the number of photographs"


def test_an_older_backup_is_never_overwritten(backup: Path) -> None:
    with pytest.raises(CommandError, match="name a new folder"):
        call_command("backup", backup)


def test_nothing_is_restored_over_accounts_without_leave(backup: Path) -> None:
    make_account("lihua@example.org")
    with pytest.raises(CommandError, match="--yes"):
        call_command("restore", backup)


def test_a_missing_key_is_named_before_anything_is_changed(backup: Path) -> None:
    manifest = json.loads((backup / "manifest.json").read_text())
    (backup / "manifest.json").write_text(json.dumps(manifest | {"vault_keys": ["lost-2020"]}))
    with pytest.raises(CommandError, match="lost-2020"):
        call_command("restore", backup, "--yes")


def encoded(key: bytes) -> str:
    return base64.b64encode(key).decode()


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of another machine: an empty database and storage, the same keys."""
    values = connection.settings_dict
    name = f"{values['NAME']}_restored"
    address = psycopg.conninfo.make_conninfo(
        host=values["HOST"], port=values["PORT"], user=values["USER"], password=values["PASSWORD"]
    )
    with psycopg.connect(address, dbname="postgres", autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}"')
        server.execute(f'CREATE DATABASE "{name}"')
    url = f"postgresql://{values['USER']}:{values['PASSWORD']}@{values['HOST']}:{values['PORT']}"
    yield {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": f"{url}/{name}",
        "REDIS_URL": portal.REDIS_URL,
        "VAR_DIR": str(tmp_path / "elsewhere"),
        "VAULT_KEYS": ",".join(f"{name}:{encoded(key)}" for name, key in portal.VAULT_KEYS.items()),
        "LOOKUP_KEY": encoded(portal.LOOKUP_KEY),
        "CODE_KEY": encoded(portal.CODE_KEYS[0]),
        "AUDIT_KEY": encoded(portal.AUDIT_KEY),
    }
    with psycopg.connect(address, dbname="postgres", autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


TELL = """
from enrollment.models import StudentRecord
from django.core.files.storage import default_storage
print(*StudentRecord.objects.values_list("name", flat=True), default_storage.open("photo").read())
"""


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_what_was_backed_up_is_read_on_another_machine(
    media: Path, tmp_path: Path, elsewhere: dict[str, str]
) -> None:
    make_record(name="李晓雨", number=sample_number(12))
    default_storage.save("photo", ContentFile(b"sealed"))
    call_command("backup", tmp_path / "backup")
    StudentRecord.objects.all().delete()

    def manage(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT, env=elsewhere, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "verify_audit" in manage("restore", str(tmp_path / "backup"))
    assert "李晓雨 b'sealed'" in manage("shell", "-c", TELL)
