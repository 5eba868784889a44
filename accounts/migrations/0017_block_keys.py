"""Entries of the block list get an address that nobody can count up to."""

import uuid

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def fill(apps: Apps, _: BaseDatabaseSchemaEditor) -> None:
    """A key of its own for each entry."""
    blocks = apps.get_model("accounts", "Block").objects
    for pk in blocks.values_list("pk", flat=True):
        blocks.filter(pk=pk).update(key=uuid.uuid4())


class Migration(migrations.Migration):
    dependencies = [("accounts", "0016_bind_factor_secrets")]

    operations = [
        migrations.AddField(
            model_name="block",
            name="key",
            field=models.UUIDField(default=uuid.uuid4, editable=False, null=True),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
        migrations.AlterField(
            model_name="block",
            name="key",
            field=models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
        ),
    ]
