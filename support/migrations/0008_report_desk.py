"""What the desk of reports asks. Each statement commits alone: it waits for one table's lock."""

from django.conf import settings
from django.contrib.postgres.operations import (
    AddConstraintNotValid,
    AddIndexConcurrently,
    ValidateConstraint,
)
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("enrollment", "0027_rule_changes"),
        ("support", "0007_withdrawn_articles"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="reportentry",
            name="entry_kind_is_known",
        ),
        migrations.AddField(
            model_name="report",
            name="name_hash",
            field=models.BinaryField(null=True),
        ),
        migrations.AddField(
            model_name="reportbatch",
            name="settled_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="reportentry",
            name="kind",
            field=models.CharField(
                choices=[
                    ("opened", "Reported"),
                    ("replied", "Your answer"),
                    ("added", "Added by you"),
                    ("asked", "The school asks"),
                    ("handed_on", "Passed to the registrar"),
                    ("answered", "Answer of the school"),
                    ("corrected", "The record was corrected"),
                    ("submitted", "The correction was submitted to the province"),
                    ("refused", "The province refused the correction"),
                    ("withdrawn", "Withdrawn"),
                    ("reopened", "Opened again"),
                ],
                max_length=10,
            ),
        ),
        AddIndexConcurrently(
            model_name="report",
            index=models.Index(
                fields=["institution", "-changed_at"], name="report_institution_newest"
            ),
        ),
        AddIndexConcurrently(
            model_name="report",
            index=models.Index(fields=["school_class", "-changed_at"], name="report_class_newest"),
        ),
        AddConstraintNotValid(
            model_name="reportentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "opened",
                            "replied",
                            "added",
                            "asked",
                            "handed_on",
                            "answered",
                            "corrected",
                            "submitted",
                            "refused",
                            "withdrawn",
                            "reopened",
                        ],
                    )
                ),
                name="entry_kind_is_known",
            ),
        ),
        ValidateConstraint(model_name="reportentry", name="entry_kind_is_known"),
    ]
