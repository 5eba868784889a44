import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

# Registrars who are there when this is installed have been there long enough to agree.
SETTLED = "UPDATE enrollment_institutionregistrar SET since = '2000-01-01T00:00:00Z'"
THIRD_ITEMS = [
    ("candidate_number", "Candidate number"),
    ("student_number", "Student number"),
    ("none", "Nothing more"),
]
NOW = django.db.models.functions.datetime.Now()


def to_account(**options):
    return models.ForeignKey(
        null=True,
        on_delete=django.db.models.deletion.SET_NULL,
        related_name="+",
        to=settings.AUTH_USER_MODEL,
        **options,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("enrollment", "0026_tries_of_a_pin_belong_to_who_asks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="institutionregistrar",
            name="since",
            field=models.DateTimeField(db_default=NOW),
        ),
        migrations.RunSQL(SETTLED, migrations.RunSQL.noop),
        migrations.CreateModel(
            name="RuleChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False,
                                           verbose_name="ID")),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("third_item", models.CharField(choices=THIRD_ITEMS, max_length=20)),
                ("second_approver", models.BooleanField()),
                ("asked_at", models.DateTimeField(db_default=NOW)),
                ("accepted", models.BooleanField(null=True)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("asked_by", to_account()),
                ("decided_by", to_account()),
                ("institution", models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE, related_name="rule_changes",
                    to="enrollment.institution")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("accepted__isnull", True)),
                        fields=("institution",),
                        name="one_waiting_rule_change",
                    )
                ],
            },
        ),
    ]  # fmt: skip
