from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # CREATE INDEX CONCURRENTLY does not run inside a transaction.
    atomic = False
    dependencies = [("audit", "0005_trail_questions")]

    operations = [
        AddIndexConcurrently(
            model_name="auditentry",
            index=models.Index(fields=["institution_code", "-id"], name="audit_institution"),
        ),
    ]
