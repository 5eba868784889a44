"""A photo that is put back keeps the time at which it was added."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("enrollment", "0037_known_states_of_photos"),
    ]

    operations = [
        migrations.AlterField(
            model_name="photo",
            name="added_at",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
        ),
        migrations.AlterField(
            model_name="photo",
            name="taken_in",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="%(class)ss",
                to="enrollment.photobatch",
            ),
        ),
    ]
