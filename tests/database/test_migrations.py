"""Migrations since the last release can be applied while the released code answers requests."""

import subprocess

from django.contrib.postgres.operations import (
    AddConstraintNotValid,
    AddIndexConcurrently,
    RemoveIndexConcurrently,
)
from django.db.migrations import Migration, operations
from django.db.migrations.loader import MigrationLoader
from django.db.models import NOT_PROVIDED

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


def _is_weak(operation: operations.base.Operation) -> bool:
    if isinstance(operation, operations.AddField):
        field = operation.field
        return not (field.null or field.many_to_many or field.db_default is not NOT_PROVIDED)
    return isinstance(operation, _LOCKING + _BREAKING)


def test_new_migrations_bear_the_code_of_the_last_release() -> None:
    found = [weakness for migration in new_migrations() for weakness in weaknesses(migration)]
    assert not found, "CONTRIBUTING.md, “a migration”, says how:\n" + "\n".join(found)
