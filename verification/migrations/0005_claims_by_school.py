"""A claim is proved to one institution: each school whose records it opened has a row of its own."""

import uuid

import django.db.models.deletion
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models.functions import Now

METHODS = ["number", "self", "phone", "assisted", "decided"]


def divide(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Give each claim the school of the records its account holds, and a row to every further one.

    Where the school asks for nothing more today, nothing more is known to be proved.
    """
    records = apps.get_model("enrollment", "StudentRecord").objects
    claims = apps.get_model("verification", "Claim").objects
    for claim in list(claims.filter(ended_at=None)):
        held = records.filter(holder=claim.account_id, certificate_hash=claim.certificate_hash)
        schools = held.order_by("institution_id").distinct("institution_id")
        first, given = claim.pk, claim.method
        for code, asked in schools.values_list("institution__code", "institution__third_item"):
            claim.institution_code = code
            claim.method = "number" if (given, asked) == ("self", "none") else given
            claim.pk, first = first, None
            claim.save(force_insert=claim.pk is None)
    editor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # an index follows


class Migration(migrations.Migration):
    dependencies = [
        ("enrollment", "0017_events_of_leaving"),
        ("verification", "0004_claims_by_series"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="claim",
            name="institution_code",
            field=models.CharField(blank=True, db_default="", max_length=5),
        ),
        migrations.AddField(
            model_name="claim", name="item_hash", field=models.BinaryField(default=bytes)
        ),
        migrations.AlterField(
            model_name="claim",
            name="method",
            field=models.CharField(
                choices=[
                    ("number", "By name and certificate alone"),
                    ("self", "By name, certificate and third item"),
                    ("phone", "By name, certificate and the phone the school knows"),
                    ("assisted", "Face to face with the school"),
                    ("decided", "By the school's decision in a dispute"),
                ],
                max_length=10,
            ),
        ),
        migrations.RemoveConstraint(model_name="claim", name="one_account_per_certificate"),
        migrations.RemoveConstraint(model_name="claim", name="one_certificate_per_account"),
        migrations.RemoveConstraint(model_name="claim", name="claim_method_is_known"),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.CheckConstraint(
                condition=models.Q(("method__in", METHODS)), name="claim_method_is_known"
            ),
        ),
        migrations.RunPython(divide, migrations.RunPython.noop, elidable=True),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("certificate_hash", "series", "institution_code"),
                name="one_account_per_certificate",
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("account", "institution_code"),
                name="one_certificate_per_account",
            ),
        ),
        migrations.CreateModel(
            name="ClaimAlert",
            fields=[
                ("id", models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("institution_code", models.CharField(max_length=5)),
                ("made_at", models.DateTimeField(db_default=Now())),
                ("objected_at", models.DateTimeField(blank=True, null=True)),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                ("taken_back", models.BooleanField(null=True)),
                ("account", models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="+", to=settings.AUTH_USER_MODEL)),
                ("record", models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="+", to="enrollment.studentrecord")),
                ("settled_by", models.ForeignKey(
                    null=True, on_delete=django.db.models.deletion.SET_NULL,
                    related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("objected_at__isnull", False)),
                        fields=["institution_code", "objected_at"],
                        name="claim_objections",
                    )
                ]
            },
        ),
    ]  # fmt: skip
