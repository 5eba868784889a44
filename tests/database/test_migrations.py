"""Migrations since the last release can be applied while the released code answers requests."""

import subprocess

from django.contrib.postgres.operations import (
    AddConstraintNotValid,
    AddIndexConcurrently,
    RemoveIndexConcurrently,
)
from django.db.migrations import Migration, operations
from django.db.migrations.loader import MigrationLoader
from django.db.models import NOT_PROVIDED, ForeignKey

from tests.deploy.upgrade.released import last_release
from tests.faults.site import ROOT

# They hold off every write to the table while they read it, or wait for its lock.
_LOCKING = (operations.AddIndex, operations.RemoveIndex, operations.AddConstraint)
# What the released code reads or writes is gone or has another name.
_BREAKING = (
    operations.RemoveField,
    operations.RenameField,
    operations.DeleteModel,
    operations.RenameModel,
    operations.AlterModelTable,
)
_CONCURRENT = (AddIndexConcurrently, AddConstraintNotValid, RemoveIndexConcurrently)


def new_migrations() -> list[Migration]:
    """Migrations of the project that the last release did not have."""
    command = ["git", "-C", str(ROOT), "ls-tree", "-r", "--name-only", last_release()]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    loader = MigrationLoader(None)
    return [
        migration
        for (app, name), migration in loader.disk_migrations.items()
        if (ROOT / app / "migrations" / f"{name}.py").exists()
        and f"{app}/migrations/{name}.py" not in listed
    ]


def weaknesses(migration: Migration) -> list[str]:
    """Operations of a migration under which the released code would fail or wait."""
    made = {
        operation.name_lower
        for operation in migration.operations
        if isinstance(operation, operations.CreateModel)
    }
    return [
        f"{migration}: {operation.describe()}"
        for operation in migration.operations
        if getattr(operation, "model_name_lower", "") not in made
        and _is_weak(operation)
        and not isinstance(operation, _CONCURRENT)
    ]


def tables_named(migration: Migration) -> set[str]:
    """Existing models whose tables foreign keys of new tables name: each holds off writes."""
    created = [one for one in migration.operations if isinstance(one, operations.CreateModel)]
    named = {
        str(field.remote_field.model).lower()
        for operation in created
        for _, field in operation.fields
        if isinstance(field, ForeignKey) and field.db_constraint  # type: ignore[attr-defined]
    }
    return named - {f"{migration.app_label}.{operation.name_lower}" for operation in created}


def _is_weak(operation: operations.base.Operation) -> bool:
    if isinstance(operation, operations.AddField):
        field = operation.field
        return not (field.null or field.many_to_many or field.db_default is not NOT_PROVIDED)
    return isinstance(operation, _LOCKING + _BREAKING)


def test_new_migrations_bear_the_code_of_the_last_release() -> None:
    found = [weakness for migration in new_migrations() for weakness in weaknesses(migration)]
    assert not found, "CONTRIBUTING.md, “a migration”, says how:\n" + "\n".join(found)


def test_foreign_keys_of_a_new_table_hold_off_writes_to_one_table_at_a_time() -> None:
    found = {
        str(migration): sorted(tables_named(migration))
        for migration in new_migrations()
        if migration.atomic and not migration.replaces and len(tables_named(migration)) > 1
    }
    assert not found, "CONTRIBUTING.md, “a migration”: atomic = False"
