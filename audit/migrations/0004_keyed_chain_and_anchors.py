"""Anchors, and a chain keyed with AUDIT_KEY: existing links are computed again with the key.

Entries that did not fit the old chain stay visible: the check says where it broke.
"""

import hashlib

from django.db import migrations, models

GUARD = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
"""
UNGUARD = "DROP TRIGGER append_only ON {table}; DROP TRIGGER no_truncate ON {table};"
BATCH = 1000


def key_the_chain(apps, schema_editor):
    from audit.chain import GENESIS, canonical, digest

    AuditSeal = apps.get_model("audit", "AuditSeal")
    seals = AuditSeal.objects.select_related("entry").order_by("pk")
    if not seals.exists():
        return
    old = new = GENESIS
    broken, count = None, 0
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_auditseal DISABLE TRIGGER append_only")
        last = 0
        while batch := list(seals.filter(pk__gt=last)[:BATCH]):
            rows = []
            for seal in batch:
                old = hashlib.sha256(old + canonical(seal.entry)).digest()
                if old != bytes(seal.digest) and broken is None:
                    broken = seal.entry_id
                new = digest(new, seal.entry)
                rows.append((new, seal.pk))
            cursor.executemany("UPDATE audit_auditseal SET digest = %s WHERE id = %s", rows)
            last, count = batch[-1].pk, count + len(batch)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE audit_auditseal ENABLE TRIGGER append_only")
    apps.get_model("audit", "AuditCheck").objects.create(entries=count, broken=broken)


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_checks")]

    operations = [
        migrations.CreateModel(
            name="AuditAnchor",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("entries", models.PositiveBigIntegerField()),
                ("last_entry", models.BigIntegerField()),
                ("digest", models.BinaryField()),
            ],
        ),
        migrations.RunPython(key_the_chain, migrations.RunPython.noop),
        *(
            migrations.RunSQL(GUARD.format(table=table), UNGUARD.format(table=table))
            for table in ("audit_auditanchor", "audit_auditcheck")
        ),
    ]
