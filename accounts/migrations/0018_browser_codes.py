"""Codes that open an account belong to the browser that asked; blocks to the asker."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0017_block_keys"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="code",
            name="one_open_code_per_address",
        ),
        migrations.AddField(
            model_name="block",
            name="asker_hash",
            field=models.BinaryField(default=bytes),
        ),
    ]
