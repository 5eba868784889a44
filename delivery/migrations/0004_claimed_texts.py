"""Texts are counted in a table of their own, no longer by an index over all messages.

A sender of the version before, which counts by the index, is slower until it is restarted.
"""

import django.db.models.functions.datetime
from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("delivery", "0003_texts_taken"),
    ]

    operations = [
        migrations.CreateModel(
            name="ClaimedTexts",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("number", models.PositiveSmallIntegerField()),
            ],
        ),
        RemoveIndexConcurrently(
            model_name="outboxmessage",
            name="outbox_texts_taken",
        ),
        migrations.AddIndex(
            model_name="claimedtexts",
            index=models.Index(fields=["at"], name="claimed_texts_at"),
        ),
    ]
