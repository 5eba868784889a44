"""The undo of an import of photos."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("enrollment", "0035_photos_that_wait"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="photobatch", name="photo_batch_state_is_known"),
        AddConstraintNotValid(
            model_name="photobatch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "uploaded",
                            "checked",
                            "taking",
                            "taken",
                            "undoing",
                            "undone",
                            "failed",
                            "discarded",
                        ],
                    )
                ),
                name="photo_batch_state_is_known",
            ),
        ),
        migrations.AddField(
            model_name="photobatch",
            name="keeps_replaced",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="photobatch",
            name="undone",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="photobatch",
            name="undone_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="photobatch",
            name="undone_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="photobatch",
            name="state",
            field=models.CharField(
                choices=[
                    ("uploaded", "Uploaded"),
                    ("checked", "Checked"),
                    ("taking", "Being imported"),
                    ("taken", "Imported"),
                    ("undoing", "Being undone"),
                    ("undone", "Undone"),
                    ("failed", "Failed"),
                    ("discarded", "Discarded"),
                ],
                default="uploaded",
                max_length=20,
            ),
        ),
    ]
