"""Every ZIP of photos has a known state."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("enrollment", "0036_undo_of_photos"),
    ]

    operations = [
        ValidateConstraint(model_name="photobatch", name="photo_batch_state_is_known"),
    ]
