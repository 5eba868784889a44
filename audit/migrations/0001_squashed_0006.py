"""The trail as migrations 1 to 6 leave it, for a new database."""

import django.db.models.deletion
from django.db import migrations, models

from database.create_models import CreateModels

# As in 0002 and 0004: the trail refuses to be changed.
TABLES = ("audit_auditentry", "audit_auditseal", "audit_auditanchor", "audit_auditcheck")
REFUSE = """
CREATE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit trail is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
"""
GUARD = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
"""


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("audit", "0001_initial"),
        ("audit", "0002_append_only"),
        ("audit", "0003_checks"),
        ("audit", "0004_keyed_chain_and_anchors"),
        ("audit", "0005_trail_questions"),
        ("audit", "0006_institution_index"),
    ]

    dependencies = []

    operations = [
        CreateModels(
            models=[
                migrations.CreateModel(
                    name="AuditEntry",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("at", models.DateTimeField(auto_now_add=True)),
                        ("actor_id", models.BigIntegerField(null=True)),
                        ("action", models.CharField(max_length=60)),
                        ("subject_type", models.CharField(blank=True, max_length=40)),
                        ("subject_key", models.CharField(blank=True, max_length=64)),
                        ("institution_code", models.CharField(blank=True, max_length=5)),
                        ("reason", models.CharField(blank=True, max_length=500)),
                        ("detail", models.JSONField(default=dict)),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                fields=["subject_type", "subject_key", "-id"], name="audit_subject"
                            ),
                            models.Index(fields=["actor_id", "-id"], name="audit_actor"),
                            models.Index(fields=["action", "-id"], name="audit_action"),
                            models.Index(fields=["at"], name="audit_at"),
                            models.Index(
                                fields=["institution_code", "-id"], name="audit_institution"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AuditSeal",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("digest", models.BinaryField()),
                        (
                            "entry",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="seal",
                                to="audit.auditentry",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="AuditCheck",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("at", models.DateTimeField(auto_now_add=True)),
                        ("entries", models.PositiveBigIntegerField()),
                        ("broken", models.BigIntegerField(null=True)),
                    ],
                ),
                migrations.CreateModel(
                    name="AuditAnchor",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("at", models.DateTimeField(auto_now_add=True)),
                        ("entries", models.PositiveBigIntegerField()),
                        ("last_entry", models.BigIntegerField()),
                        ("digest", models.BinaryField()),
                    ],
                ),
            ],
        ),
        migrations.RunSQL(REFUSE, migrations.RunSQL.noop),
        *(migrations.RunSQL(GUARD.format(table=table), migrations.RunSQL.noop) for table in TABLES),
    ]
