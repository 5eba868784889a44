"""How far each student has come, kept true by triggers whoever writes the facts."""

from django.conf import settings
from django.db import migrations, models

# The newest answer of the present holder counts; it is out of date once a field
# that was asked about has changed in a later version.
REFRESH = """
CREATE FUNCTION enrollment_refresh_progress(records bigint[]) RETURNS void
LANGUAGE sql AS $$
    UPDATE enrollment_studentrecord r
    SET progress = s.progress, progress_since = s.since
    FROM (
        SELECT r.id,
            CASE WHEN r.holder_id IS NULL AND r.progress IN ('unverified', 'unmatched')
                     THEN r.progress
                 WHEN r.holder_id IS NULL THEN 'unregistered'
                 WHEN c.id IS NULL THEN 'to_check'
                 WHEN f.changed_at IS NOT NULL THEN 'stale'
                 WHEN c.answer = 'wrong' THEN 'disputed'
                 ELSE 'confirmed' END AS progress,
            CASE WHEN r.holder_id IS NULL THEN r.progress_since
                 ELSE coalesce(f.changed_at, c.made_at, r.claimed_at) END AS since
        FROM enrollment_studentrecord r
        LEFT JOIN LATERAL (
            SELECT * FROM enrollment_confirmation
            WHERE record_id = r.id AND account_id = r.holder_id
            ORDER BY id DESC LIMIT 1) c ON true
        LEFT JOIN LATERAL (
            SELECT max(changed_at) AS changed_at FROM enrollment_fieldchange
            WHERE record_id = r.id AND version > c.version AND c.fields ? field) f ON true
        WHERE r.id = ANY(records)
    ) s
    WHERE r.id = s.id AND (r.progress, r.progress_since) IS DISTINCT FROM (s.progress, s.since)
$$;

CREATE FUNCTION enrollment_progress_of_holder() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM enrollment_refresh_progress(ARRAY[NEW.id]); RETURN NULL; END $$;
CREATE TRIGGER progress_of_new_record AFTER INSERT ON enrollment_studentrecord
    FOR EACH ROW WHEN (NEW.holder_id IS NOT NULL)
    EXECUTE FUNCTION enrollment_progress_of_holder();
CREATE TRIGGER progress_of_holder AFTER UPDATE OF holder_id ON enrollment_studentrecord
    FOR EACH ROW WHEN (OLD.holder_id IS DISTINCT FROM NEW.holder_id)
    EXECUTE FUNCTION enrollment_progress_of_holder();

CREATE FUNCTION enrollment_progress_of_answer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM enrollment_refresh_progress(ARRAY(SELECT DISTINCT record_id FROM fresh));
    RETURN NULL;
END $$;
CREATE TRIGGER progress_of_answer AFTER INSERT ON enrollment_confirmation
    REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION enrollment_progress_of_answer();

CREATE FUNCTION enrollment_progress_of_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM enrollment_refresh_progress(ARRAY(
        SELECT DISTINCT r.id FROM fresh JOIN enrollment_studentrecord r ON r.id = fresh.record_id
        WHERE r.progress IN ('confirmed', 'disputed')));
    RETURN NULL;
END $$;
CREATE TRIGGER progress_of_change AFTER INSERT ON enrollment_fieldchange
    REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION enrollment_progress_of_change();

SELECT enrollment_refresh_progress(
    ARRAY(SELECT id FROM enrollment_studentrecord WHERE holder_id IS NOT NULL));
"""
FORGET = """
DROP TRIGGER progress_of_change ON enrollment_fieldchange;
DROP TRIGGER progress_of_answer ON enrollment_confirmation;
DROP TRIGGER progress_of_holder ON enrollment_studentrecord;
DROP TRIGGER progress_of_new_record ON enrollment_studentrecord;
DROP FUNCTION enrollment_progress_of_change();
DROP FUNCTION enrollment_progress_of_answer();
DROP FUNCTION enrollment_progress_of_holder();
DROP FUNCTION enrollment_refresh_progress(bigint[]);
"""
PROGRESS = [
    ("unregistered", "Not registered"),
    ("unverified", "Registered, not verified"),
    ("unmatched", "Not matched"),
    ("to_check", "To be checked"),
    ("confirmed", "Confirmed"),
    ("disputed", "Something is wrong"),
    ("stale", "Confirmation out of date"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("enrollment", "0006_batch_failure_detail"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="studentrecord",
            name="progress",
            field=models.CharField(
                choices=PROGRESS, db_default="unregistered", default="unregistered", max_length=12
            ),
        ),
        migrations.AddField(
            model_name="studentrecord",
            name="progress_since",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="studentrecord",
            index=models.Index(
                condition=models.Q(("holder__isnull", True), ("phone_hash__isnull", False)),
                fields=["phone_hash"],
                name="record_phone_seeking",
            ),
        ),
        migrations.AddConstraint(
            model_name="studentrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(("progress__in", [value for value, _ in PROGRESS])),
                name="record_progress_is_known",
            ),
        ),
        migrations.RunSQL(REFRESH, FORGET),
    ]
