from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # CREATE INDEX CONCURRENTLY does not run inside a transaction.
    atomic = False
    dependencies = [("accounts", "0024_names_of_staff")]

    operations = [
        AddIndexConcurrently(
            model_name="user",
            index=models.Index(
                fields=["staff_name"], condition=~models.Q(staff_name=""), name="user_staff_name"
            ),
        ),
    ]
