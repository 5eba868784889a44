"""The trail refuses to be changed by anyone who does not own its tables."""

from django.db import migrations

TABLES = ["audit_auditentry", "audit_auditseal"]

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
UNGUARD = "DROP TRIGGER append_only ON {table}; DROP TRIGGER no_truncate ON {table};"


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [
        migrations.RunSQL(REFUSE, "DROP FUNCTION audit_refuse_change();"),
        *(
            migrations.RunSQL(GUARD.format(table=table), UNGUARD.format(table=table))
            for table in TABLES
        ),
    ]
