"""A record that goes to another person, and the reports that end with a holder."""

from django.db import migrations, models

# Whoever changes the holder, the name or the certificate: a report stated the old ones.
REVOKE = """
CREATE FUNCTION enrollment_revoke_reports() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE enrollment_statusreport SET revoked_at = now()
    WHERE record_id = NEW.id AND revoked_at IS NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER reports_of_holder
    AFTER UPDATE OF holder_id, name, certificate_hash, certificate_type
    ON enrollment_studentrecord FOR EACH ROW
    WHEN (OLD.holder_id IS NOT NULL AND (
        OLD.holder_id IS DISTINCT FROM NEW.holder_id OR OLD.name <> NEW.name
        OR OLD.certificate_hash <> NEW.certificate_hash
        OR OLD.certificate_type <> NEW.certificate_type))
    EXECUTE FUNCTION enrollment_revoke_reports();
"""
FORGET = """
DROP TRIGGER reports_of_holder ON enrollment_studentrecord;
DROP FUNCTION enrollment_revoke_reports();
"""


class Migration(migrations.Migration):
    dependencies = [("enrollment", "0024_report_missing_glyphs")]

    operations = [
        migrations.AddField(
            model_name="studentrecord",
            name="person_since",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="importbatch",
            name="accepted_people",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.RunSQL(REVOKE, FORGET),
    ]
