"""The registry as migrations 1 to 34 leave it, for a new database."""

import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models

import database.random_keys
import enrollment.models.confirmation
from database.create_models import CreateModels

# As in 0007: how far each student has come.
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
"""
# As in 0025: a record that changes hands takes its reports back.
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


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("enrollment", "0001_initial"),
        ("enrollment", "0002_imports_photos_campaigns"),
        ("enrollment", "0003_confirmations"),
        ("enrollment", "0004_batch_states"),
        ("enrollment", "0005_status_reports"),
        ("enrollment", "0006_batch_failure_detail"),
        ("enrollment", "0007_record_progress"),
        ("enrollment", "0008_mended_batches"),
        ("enrollment", "0009_evidence"),
        ("enrollment", "0010_absences"),
        ("enrollment", "0011_corrections"),
        ("enrollment", "0012_no_lookup_of_batches"),
        ("enrollment", "0013_import_tokens"),
        ("enrollment", "0014_photo_answers"),
        ("enrollment", "0015_reports_in_background"),
        ("enrollment", "0016_photo_batches"),
        ("enrollment", "0017_events_of_leaving"),
        ("enrollment", "0018_names_folded_by_one_rule"),
        ("enrollment", "0019_batch_attempts"),
        ("enrollment", "0020_sheets_of_a_batch"),
        ("enrollment", "0021_column_names_of_a_batch"),
        ("enrollment", "0022_withheld_records"),
        ("enrollment", "0023_appointments"),
        ("enrollment", "0024_report_missing_glyphs"),
        ("enrollment", "0025_another_person"),
        ("enrollment", "0026_tries_of_a_pin_belong_to_who_asks"),
        ("enrollment", "0027_rule_changes"),
        ("enrollment", "0028_name_in_pinyin"),
        ("enrollment", "0029_uploads_by_the_databases_clock"),
        ("enrollment", "0030_staff_reviews"),
        ("enrollment", "0031_keys_of_128_bits"),
        ("enrollment", "0032_approval_of_locked_fields"),
        ("enrollment", "0033_last_day_of_counselors"),
        ("enrollment", "0034_last_day_of_appointments"),
    ]

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        TrigramExtension(),
        CreateModels(
            models=[
                migrations.CreateModel(
                    name="Institution",
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
                        (
                            "code",
                            models.CharField(
                                max_length=5,
                                unique=True,
                                validators=[
                                    django.core.validators.RegexValidator("\\A[0-9]{5}\\Z")
                                ],
                            ),
                        ),
                        ("name", models.CharField(max_length=100)),
                        ("national_code", models.CharField(blank=True, max_length=10)),
                        ("authority", models.CharField(blank=True, max_length=100)),
                        ("location", models.CharField(blank=True, max_length=50)),
                        ("level", models.CharField(blank=True, max_length=20)),
                        ("remark", models.CharField(blank=True, max_length=50)),
                        (
                            "third_item",
                            models.CharField(
                                choices=[
                                    ("candidate_number", "Candidate number"),
                                    ("student_number", "Student number"),
                                    ("none", "Nothing more"),
                                ],
                                default="candidate_number",
                                max_length=20,
                            ),
                        ),
                        ("column_titles", models.JSONField(blank=True, default=dict)),
                        ("second_approver", models.BooleanField(default=False)),
                    ],
                ),
                migrations.CreateModel(
                    name="SchoolClass",
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
                        ("code", models.CharField(max_length=50)),
                        ("college", models.CharField(blank=True, max_length=100)),
                        ("department", models.CharField(blank=True, max_length=100)),
                        (
                            "institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="classes",
                                to="enrollment.institution",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("institution", "code"), name="one_class_per_code"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ClassCounselor",
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
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="counselor_of",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "school_class",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="counselors",
                                to="enrollment.schoolclass",
                            ),
                        ),
                        ("last_day", models.DateField(blank=True, null=True)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("user", "school_class"), name="one_counselor_per_class"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="StudentRecord",
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
                        (
                            "key",
                            models.UUIDField(
                                default=database.random_keys.random_key, editable=False, unique=True
                            ),
                        ),
                        ("candidate_number", models.CharField(blank=True, max_length=18)),
                        ("student_number", models.CharField(blank=True, max_length=20)),
                        ("name", models.CharField(max_length=50)),
                        ("name_canonical", models.CharField(max_length=50)),
                        (
                            "gender",
                            models.PositiveSmallIntegerField(
                                choices=[
                                    (0, "Unknown"),
                                    (1, "Male"),
                                    (2, "Female"),
                                    (9, "Not stated"),
                                ],
                                default=0,
                            ),
                        ),
                        ("birth_date", models.DateField(blank=True, null=True)),
                        ("certificate_type", models.CharField(max_length=20)),
                        ("certificate_sealed", models.BinaryField()),
                        ("certificate_hash", models.BinaryField()),
                        ("phone_sealed", models.BinaryField(blank=True, null=True)),
                        ("phone_hash", models.BinaryField(blank=True, null=True)),
                        ("ethnicity", models.CharField(blank=True, max_length=20)),
                        ("political_status", models.CharField(blank=True, max_length=30)),
                        ("major_code", models.CharField(blank=True, max_length=20)),
                        ("major_name", models.CharField(blank=True, max_length=100)),
                        ("level", models.CharField(blank=True, max_length=20)),
                        (
                            "schooling_years",
                            models.DecimalField(
                                blank=True, decimal_places=1, max_digits=3, null=True
                            ),
                        ),
                        ("education_type", models.CharField(blank=True, max_length=20)),
                        ("study_mode", models.CharField(blank=True, max_length=20)),
                        ("entry_date", models.DateField(blank=True, null=True)),
                        ("college", models.CharField(blank=True, max_length=100)),
                        ("department", models.CharField(blank=True, max_length=100)),
                        ("expected_leaving_date", models.DateField(blank=True, null=True)),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("注册学籍", "Registered"),
                                    ("暂缓注册", "Registration deferred"),
                                    ("休学", "On leave of absence"),
                                    ("保留学籍", "Student status retained"),
                                    ("保留入学资格", "Admission retained"),
                                    ("毕业", "Graduated"),
                                    ("结业", "Completed without graduation"),
                                    ("肄业", "Left with partial study"),
                                    ("退学", "Withdrawn"),
                                    ("取消学籍", "Student status cancelled"),
                                    ("开除学籍", "Expelled"),
                                    ("取消入学资格", "Admission cancelled"),
                                    ("放弃入学资格", "Admission declined"),
                                    ("转出", "Transferred out"),
                                    ("死亡", "Deceased"),
                                ],
                                max_length=10,
                            ),
                        ),
                        ("claimed_at", models.DateTimeField(blank=True, null=True)),
                        ("frozen_at", models.DateTimeField(blank=True, null=True)),
                        ("version", models.PositiveIntegerField(default=1)),
                        ("fingerprint", models.BinaryField(default=bytes)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        (
                            "holder",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="held_records",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="records",
                                to="enrollment.institution",
                            ),
                        ),
                        (
                            "school_class",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="records",
                                to="enrollment.schoolclass",
                            ),
                        ),
                        (
                            "created_in",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="enrollment.importbatch",
                            ),
                        ),
                        (
                            "progress",
                            models.CharField(
                                choices=[
                                    ("unregistered", "Not registered"),
                                    ("unverified", "Registered, not verified"),
                                    ("unmatched", "Not matched"),
                                    ("to_check", "To be checked"),
                                    ("confirmed", "Confirmed"),
                                    ("disputed", "Something is wrong"),
                                    ("stale", "Confirmation out of date"),
                                ],
                                db_default="unregistered",
                                default="unregistered",
                                max_length=12,
                            ),
                        ),
                        ("progress_since", models.DateTimeField(blank=True, null=True)),
                        ("withheld_until", models.DateTimeField(blank=True, null=True)),
                        ("person_since", models.DateTimeField(blank=True, null=True)),
                        ("name_pinyin", models.CharField(blank=True, db_default="", max_length=90)),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["certificate_hash"], name="record_certificate"),
                            models.Index(fields=["school_class", "status"], name="record_class"),
                            django.contrib.postgres.indexes.GinIndex(
                                fields=["name_canonical"],
                                name="record_name_trgm",
                                opclasses=["gin_trgm_ops"],
                            ),
                            models.Index(
                                condition=models.Q(
                                    ("holder__isnull", True), ("phone_hash__isnull", False)
                                ),
                                fields=["phone_hash"],
                                name="record_phone_seeking",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("student_number", ""), _negated=True),
                                fields=("institution", "student_number"),
                                name="one_record_per_student_number",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "status__in",
                                        [
                                            "注册学籍",
                                            "暂缓注册",
                                            "休学",
                                            "保留学籍",
                                            "保留入学资格",
                                            "毕业",
                                            "结业",
                                            "肄业",
                                            "退学",
                                            "取消学籍",
                                            "开除学籍",
                                            "取消入学资格",
                                            "放弃入学资格",
                                            "转出",
                                            "死亡",
                                        ],
                                    )
                                ),
                                name="record_status_is_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("gender__in", [0, 1, 2, 9])),
                                name="record_gender_is_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("holder__isnull", True),
                                    ("claimed_at__isnull", False),
                                    _connector="OR",
                                ),
                                name="held_record_was_claimed",
                            ),
                            models.UniqueConstraint(
                                models.F("institution"),
                                models.F("candidate_number"),
                                django.db.models.functions.datetime.ExtractYear("entry_date"),
                                condition=models.Q(("candidate_number", ""), _negated=True),
                                name="one_record_per_candidate_number",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "progress__in",
                                        [
                                            "unregistered",
                                            "unverified",
                                            "unmatched",
                                            "to_check",
                                            "confirmed",
                                            "disputed",
                                            "stale",
                                        ],
                                    )
                                ),
                                name="record_progress_is_known",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="FieldChange",
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
                        ("field", models.CharField(max_length=30)),
                        ("old", models.CharField(blank=True, max_length=100)),
                        ("new", models.CharField(blank=True, max_length=100)),
                        ("version", models.PositiveIntegerField()),
                        ("changed_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "changed_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "record",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="changes",
                                to="enrollment.studentrecord",
                            ),
                        ),
                        (
                            "batch",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="enrollment.importbatch",
                            ),
                        ),
                        (
                            "correction",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="enrollment.correction",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["record", "version"], name="change_record")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="InstitutionRegistrar",
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
                        (
                            "institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="registrars",
                                to="enrollment.institution",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="registrar_of",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "since",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now()
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("user", "institution"), name="one_registrar_per_institution"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Campaign",
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
                        (
                            "key",
                            models.UUIDField(
                                default=database.random_keys.random_key, editable=False, unique=True
                            ),
                        ),
                        ("name", models.CharField(max_length=60)),
                        ("entry_year", models.PositiveSmallIntegerField(blank=True, null=True)),
                        ("starts_on", models.DateField()),
                        ("ends_on", models.DateField()),
                        ("confirm_fields", models.JSONField(default=list)),
                        ("ignore_fields", models.JSONField(blank=True, default=list)),
                        (
                            "institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="campaigns",
                                to="enrollment.institution",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("starts_on__lte", models.F("ends_on"))),
                                name="campaign_ends_after_start",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ImportBatch",
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
                        (
                            "key",
                            models.UUIDField(
                                default=database.random_keys.random_key, editable=False, unique=True
                            ),
                        ),
                        (
                            "created_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), editable=False
                            ),
                        ),
                        ("file_name", models.CharField(max_length=200)),
                        ("file_sha256", models.BinaryField()),
                        ("upload", models.CharField(blank=True, max_length=200)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("uploaded", "Uploaded"),
                                    ("rehearsing", "Being checked"),
                                    ("rehearsed", "Checked"),
                                    ("mended", "Continued with fixed rows"),
                                    ("publishing", "Being published"),
                                    ("published", "Published"),
                                    ("undone", "Undone"),
                                    ("failed", "Failed"),
                                    ("discarded", "Discarded"),
                                ],
                                default="uploaded",
                                max_length=20,
                            ),
                        ),
                        ("failure", models.CharField(blank=True, max_length=40)),
                        ("mapping", models.JSONField(default=dict)),
                        ("result", models.JSONField(default=dict)),
                        ("rows_done", models.PositiveIntegerField(default=0)),
                        ("rows_expected", models.PositiveIntegerField(default=0)),
                        ("started_at", models.DateTimeField(blank=True, null=True)),
                        ("published_at", models.DateTimeField(blank=True, null=True)),
                        ("undone_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "created_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="batches",
                                to="enrollment.institution",
                            ),
                        ),
                        (
                            "published_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "undone_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("failure_detail", models.CharField(blank=True, max_length=200)),
                        (
                            "mends",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="mended_by",
                                to="enrollment.importbatch",
                            ),
                        ),
                        ("publish_if_faultless", models.BooleanField(default=False)),
                        (
                            "token",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="batches",
                                to="enrollment.importtoken",
                            ),
                        ),
                        ("attempts", models.PositiveSmallIntegerField(db_default=0, default=0)),
                        ("sheet", models.CharField(blank=True, max_length=255)),
                        ("sheet_choices", models.JSONField(blank=True, default=list)),
                        ("column_names", models.JSONField(blank=True, default=dict)),
                        ("accepted_people", models.PositiveIntegerField(db_default=0, default=0)),
                        (
                            "approval_document",
                            models.CharField(blank=True, db_default="", default="", max_length=100),
                        ),
                        ("approved_on", models.DateField(blank=True, null=True)),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["institution", "-id"], name="batch_newest")
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "state__in",
                                        [
                                            "uploaded",
                                            "rehearsing",
                                            "rehearsed",
                                            "mended",
                                            "publishing",
                                            "published",
                                            "undone",
                                            "failed",
                                            "discarded",
                                        ],
                                    )
                                ),
                                name="batch_state_is_known",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Photo",
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
                        (
                            "key",
                            models.UUIDField(
                                default=database.random_keys.random_key, editable=False, unique=True
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("admission", "Admission photo"),
                                    ("graduation", "Graduation photo"),
                                ],
                                max_length=12,
                            ),
                        ),
                        ("stored_as", models.CharField(max_length=100)),
                        ("thumbnail_stored_as", models.CharField(max_length=100)),
                        ("width", models.PositiveSmallIntegerField()),
                        ("height", models.PositiveSmallIntegerField()),
                        ("added_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "added_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "record",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="photos",
                                to="enrollment.studentrecord",
                            ),
                        ),
                        ("source_mark", models.BinaryField(null=True)),
                        (
                            "taken_in",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="photos",
                                to="enrollment.photobatch",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("record", "kind"), name="one_photo_per_kind"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("kind__in", ["admission", "graduation"])),
                                name="photo_kind_is_known",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RecordBefore",
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
                        ("row", models.JSONField()),
                        (
                            "batch",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="before",
                                to="enrollment.importbatch",
                            ),
                        ),
                        (
                            "record",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="enrollment.studentrecord",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="RecordEvent",
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
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("休学", "Leave of absence"),
                                    ("复学", "Return from leave"),
                                    ("保留学籍", "Student status kept"),
                                    ("转专业", "Change of major"),
                                    ("转入", "Transfer in"),
                                    ("转出", "Transfer out"),
                                    ("留级", "Repeated year"),
                                    ("降级", "Moved down a year"),
                                    ("跳级", "Skipped a year"),
                                    ("退学", "Withdrawal"),
                                    ("毕业", "Graduation"),
                                    ("结业", "Completion without graduation"),
                                    ("肄业", "Leaving with partial study"),
                                    ("其他异动", "Other event"),
                                ],
                                max_length=10,
                            ),
                        ),
                        ("happened_on", models.DateField()),
                        (
                            "status_after",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("注册学籍", "Registered"),
                                    ("暂缓注册", "Registration deferred"),
                                    ("休学", "On leave of absence"),
                                    ("保留学籍", "Student status retained"),
                                    ("保留入学资格", "Admission retained"),
                                    ("毕业", "Graduated"),
                                    ("结业", "Completed without graduation"),
                                    ("肄业", "Left with partial study"),
                                    ("退学", "Withdrawn"),
                                    ("取消学籍", "Student status cancelled"),
                                    ("开除学籍", "Expelled"),
                                    ("取消入学资格", "Admission cancelled"),
                                    ("放弃入学资格", "Admission declined"),
                                    ("转出", "Transferred out"),
                                    ("死亡", "Deceased"),
                                ],
                                max_length=10,
                            ),
                        ),
                        ("note", models.CharField(blank=True, max_length=200)),
                        ("entered_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "entered_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "record",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="events",
                                to="enrollment.studentrecord",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["record", "-happened_on"], name="event_newest")
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "kind__in",
                                        [
                                            "休学",
                                            "复学",
                                            "保留学籍",
                                            "转专业",
                                            "转入",
                                            "转出",
                                            "留级",
                                            "降级",
                                            "跳级",
                                            "退学",
                                            "毕业",
                                            "结业",
                                            "肄业",
                                            "其他异动",
                                        ],
                                    )
                                ),
                                name="event_kind_is_known",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Confirmation",
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
                        (
                            "key",
                            models.UUIDField(
                                default=database.random_keys.random_key, editable=False, unique=True
                            ),
                        ),
                        ("version", models.PositiveIntegerField()),
                        (
                            "answer",
                            models.CharField(
                                choices=[("right", "All correct"), ("wrong", "Something is wrong")],
                                max_length=5,
                            ),
                        ),
                        ("fields", models.JSONField()),
                        ("wrong_fields", models.JSONField(default=list)),
                        (
                            "code",
                            models.CharField(
                                default=enrollment.models.confirmation.new_code,
                                max_length=16,
                                unique=True,
                            ),
                        ),
                        (
                            "made_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now()
                            ),
                        ),
                        (
                            "account",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "record",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="confirmations",
                                to="enrollment.studentrecord",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["record", "-id"], name="confirmation_newest")
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("answer__in", ["right", "wrong"])),
                                name="answer_is_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("answer", "right"), ("wrong_fields", [])),
                                    models.Q(
                                        ("answer", "wrong"),
                                        models.Q(("wrong_fields", []), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="wrong_answer_names_fields",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SigningKey",
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
                        (
                            "key",
                            models.UUIDField(
                                default=database.random_keys.random_key, editable=False, unique=True
                            ),
                        ),
                        ("private_sealed", models.BinaryField()),
                        ("certificate", models.BinaryField()),
                        (
                            "created_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now()
                            ),
                        ),
                        ("retired_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="signing_keys",
                                to="enrollment.institution",
                            ),
                        ),
                        ("chain", models.TextField(blank=True)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("retired_at__isnull", True)),
                                fields=("institution",),
                                name="one_signing_key_per_institution",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="StatusReport",
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
                        (
                            "key",
                            models.UUIDField(
                                default=database.random_keys.random_key, editable=False, unique=True
                            ),
                        ),
                        (
                            "code",
                            models.CharField(
                                default=enrollment.models.confirmation.new_code,
                                max_length=16,
                                unique=True,
                            ),
                        ),
                        ("purpose", models.CharField(max_length=60)),
                        (
                            "language",
                            models.CharField(
                                choices=[
                                    ("zh", "Chinese"),
                                    ("en", "English"),
                                    ("both", "Chinese and English"),
                                ],
                                max_length=4,
                            ),
                        ),
                        ("version", models.PositiveIntegerField()),
                        ("facts_sealed", models.BinaryField()),
                        ("stored_as", models.CharField(blank=True, max_length=100)),
                        ("file_sha256", models.BinaryField(blank=True)),
                        ("pin_hash", models.CharField(blank=True, max_length=128)),
                        ("issued_at", models.DateTimeField()),
                        ("valid_until", models.DateTimeField()),
                        ("revoked_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "account",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "record",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="reports",
                                to="enrollment.studentrecord",
                            ),
                        ),
                        ("attempts", models.PositiveSmallIntegerField(db_default=0, default=0)),
                        (
                            "missing_glyphs",
                            models.CharField(blank=True, db_default="", max_length=100),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["record", "-id"], name="report_newest"),
                            models.Index(fields=["file_sha256"], name="report_file"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("valid_until__gt", models.F("issued_at"))),
                                name="report_valid_after_issue",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="EvidenceFile",
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
                        (
                            "key",
                            models.UUIDField(
                                default=database.random_keys.random_key, editable=False, unique=True
                            ),
                        ),
                        (
                            "purpose",
                            models.CharField(
                                choices=[
                                    ("report", "Problem report"),
                                    ("dispute", "Identity dispute"),
                                ],
                                max_length=8,
                            ),
                        ),
                        ("subject", models.UUIDField()),
                        ("media_type", models.CharField(max_length=20)),
                        ("size", models.PositiveIntegerField()),
                        ("stored_as", models.CharField(max_length=100)),
                        (
                            "given_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now()
                            ),
                        ),
                        (
                            "given_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["purpose", "subject"], name="evidence_subject")
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("purpose__in", ["report", "dispute"])),
                                name="evidence_purpose_is_known",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AbsenceDecision",
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
                        (
                            "key",
                            models.UUIDField(
                                default=database.random_keys.random_key, editable=False, unique=True
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("left", "They have left"),
                                    ("other_file", "They come in another file"),
                                    ("mistake", "The file is wrong"),
                                ],
                                max_length=10,
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("注册学籍", "Registered"),
                                    ("暂缓注册", "Registration deferred"),
                                    ("休学", "On leave of absence"),
                                    ("保留学籍", "Student status retained"),
                                    ("保留入学资格", "Admission retained"),
                                    ("毕业", "Graduated"),
                                    ("结业", "Completed without graduation"),
                                    ("肄业", "Left with partial study"),
                                    ("退学", "Withdrawn"),
                                    ("取消学籍", "Student status cancelled"),
                                    ("开除学籍", "Expelled"),
                                    ("取消入学资格", "Admission cancelled"),
                                    ("放弃入学资格", "Admission declined"),
                                    ("转出", "Transferred out"),
                                    ("死亡", "Deceased"),
                                ],
                                max_length=10,
                            ),
                        ),
                        ("happened_on", models.DateField(blank=True, null=True)),
                        ("reason", models.CharField(max_length=200)),
                        ("count", models.PositiveIntegerField()),
                        ("decided_at", models.DateTimeField(auto_now_add=True)),
                        ("applied_at", models.DateTimeField(blank=True, null=True)),
                        ("undone_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "applied_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "batch",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="absences",
                                to="enrollment.importbatch",
                            ),
                        ),
                        (
                            "decided_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "undone_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("happened_on__isnull", False),
                                        ("kind", "left"),
                                        (
                                            "status__in",
                                            (
                                                "毕业",
                                                "结业",
                                                "肄业",
                                                "退学",
                                                "取消学籍",
                                                "开除学籍",
                                                "取消入学资格",
                                                "放弃入学资格",
                                                "转出",
                                                "死亡",
                                            ),
                                        ),
                                    ),
                                    models.Q(
                                        ("happened_on__isnull", True),
                                        ("kind__in", ["other_file", "mistake"]),
                                        ("status", ""),
                                    ),
                                    _connector="OR",
                                ),
                                name="only_leaving_changes_a_record",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AbsentRecord",
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
                        ("version", models.PositiveIntegerField()),
                        (
                            "status_before",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("注册学籍", "Registered"),
                                    ("暂缓注册", "Registration deferred"),
                                    ("休学", "On leave of absence"),
                                    ("保留学籍", "Student status retained"),
                                    ("保留入学资格", "Admission retained"),
                                    ("毕业", "Graduated"),
                                    ("结业", "Completed without graduation"),
                                    ("肄业", "Left with partial study"),
                                    ("退学", "Withdrawn"),
                                    ("取消学籍", "Student status cancelled"),
                                    ("开除学籍", "Expelled"),
                                    ("取消入学资格", "Admission cancelled"),
                                    ("放弃入学资格", "Admission declined"),
                                    ("转出", "Transferred out"),
                                    ("死亡", "Deceased"),
                                ],
                                max_length=10,
                            ),
                        ),
                        (
                            "batch",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="absent",
                                to="enrollment.importbatch",
                            ),
                        ),
                        (
                            "decision",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="records",
                                to="enrollment.absencedecision",
                            ),
                        ),
                        (
                            "event",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="enrollment.recordevent",
                            ),
                        ),
                        (
                            "record",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="enrollment.studentrecord",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("batch", "record"), name="absent_once_in_a_batch"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Correction",
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
                        (
                            "key",
                            models.UUIDField(
                                default=database.random_keys.random_key, editable=False, unique=True
                            ),
                        ),
                        ("field", models.CharField(max_length=30)),
                        ("new_sealed", models.BinaryField(default=bytes)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("submitted", "Submitted to the province"),
                                    ("applied", "Applied"),
                                    ("refused", "Refused by the province"),
                                ],
                                max_length=9,
                            ),
                        ),
                        ("document", models.CharField(blank=True, max_length=100)),
                        ("report", models.UUIDField(blank=True, null=True)),
                        (
                            "made_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now()
                            ),
                        ),
                        ("submitted_on", models.DateField(blank=True, null=True)),
                        ("result_on", models.DateField(blank=True, null=True)),
                        (
                            "made_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "record",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="corrections",
                                to="enrollment.studentrecord",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("state__in", ["submitted", "applied", "refused"])
                                ),
                                name="correction_state_is_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "submitted"), _negated=True),
                                    ("submitted_on__isnull", False),
                                    _connector="OR",
                                ),
                                name="submission_has_a_date",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("state", "submitted")),
                                fields=("record", "field"),
                                name="one_submission_per_field",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ImportToken",
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
                        (
                            "key",
                            models.UUIDField(
                                default=database.random_keys.random_key, editable=False, unique=True
                            ),
                        ),
                        ("name", models.CharField(max_length=60)),
                        ("secret_hash", models.BinaryField(unique=True)),
                        (
                            "right",
                            models.CharField(
                                choices=[
                                    ("check", "Check only"),
                                    ("publish", "Check, and publish files without problems"),
                                ],
                                max_length=10,
                            ),
                        ),
                        (
                            "created_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now()
                            ),
                        ),
                        ("expires_at", models.DateTimeField()),
                        ("revoked_at", models.DateTimeField(blank=True, null=True)),
                        ("last_used_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "created_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="tokens",
                                to="enrollment.institution",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("right__in", ["check", "publish"])),
                                name="token_right_is_known",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PhotoAnswer",
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
                        ("photo_key", models.UUIDField(unique=True)),
                        (
                            "answer",
                            models.CharField(
                                choices=[("right", "All correct"), ("wrong", "Something is wrong")],
                                max_length=5,
                            ),
                        ),
                        ("made_at", models.DateTimeField(auto_now=True)),
                        (
                            "account",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "record",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="photo_answers",
                                to="enrollment.studentrecord",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("answer__in", ["right", "wrong"])),
                                name="photo_answer_is_known",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PhotoBatch",
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
                        (
                            "key",
                            models.UUIDField(
                                default=database.random_keys.random_key, editable=False, unique=True
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("admission", "Admission photo"),
                                    ("graduation", "Graduation photo"),
                                ],
                                max_length=12,
                            ),
                        ),
                        (
                            "created_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), editable=False
                            ),
                        ),
                        ("file_name", models.CharField(max_length=200)),
                        ("upload", models.CharField(blank=True, max_length=200)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("uploaded", "Uploaded"),
                                    ("checked", "Checked"),
                                    ("taking", "Being imported"),
                                    ("taken", "Imported"),
                                    ("failed", "Failed"),
                                    ("discarded", "Discarded"),
                                ],
                                default="uploaded",
                                max_length=20,
                            ),
                        ),
                        ("failure", models.CharField(blank=True, max_length=40)),
                        ("fresh", models.PositiveIntegerField(default=0)),
                        ("replacing", models.PositiveIntegerField(default=0)),
                        ("new", models.PositiveIntegerField(default=0)),
                        ("replaced", models.PositiveIntegerField(default=0)),
                        ("same", models.PositiveIntegerField(default=0)),
                        ("refused", models.PositiveIntegerField(default=0)),
                        ("done", models.PositiveIntegerField(default=0)),
                        ("attempts", models.PositiveSmallIntegerField(default=0)),
                        ("started_at", models.DateTimeField(blank=True, null=True)),
                        ("ended_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "created_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="photo_batches",
                                to="enrollment.institution",
                            ),
                        ),
                        (
                            "taken_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["institution", "-id"], name="photo_batch_newest")
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "state__in",
                                        [
                                            "uploaded",
                                            "checked",
                                            "taking",
                                            "taken",
                                            "failed",
                                            "discarded",
                                        ],
                                    )
                                ),
                                name="photo_batch_state_is_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("kind__in", ["admission", "graduation"])),
                                name="photo_batch_kind_is_known",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Appointment",
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
                        (
                            "key",
                            models.UUIDField(
                                default=database.random_keys.random_key, editable=False, unique=True
                            ),
                        ),
                        ("contact_hash", models.BinaryField()),
                        ("shown", models.CharField(max_length=80)),
                        (
                            "role",
                            models.CharField(
                                choices=[
                                    ("counselor", "Counselor"),
                                    ("registrar", "Registrar"),
                                    ("auditor", "Auditor"),
                                ],
                                max_length=16,
                            ),
                        ),
                        ("reason", models.CharField(blank=True, max_length=200)),
                        (
                            "made_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now()
                            ),
                        ),
                        ("answered_at", models.DateTimeField(blank=True, null=True)),
                        ("accepted", models.BooleanField(null=True)),
                        (
                            "institution",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="enrollment.institution",
                            ),
                        ),
                        (
                            "made_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "school_class",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="appointments",
                                to="enrollment.schoolclass",
                            ),
                        ),
                        ("last_day", models.DateField(blank=True, null=True)),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["made_by", "-made_at"], name="appointment_made_by")
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("answered_at__isnull", True)),
                                fields=("contact_hash", "role", "institution", "school_class"),
                                name="one_open_appointment",
                                nulls_distinct=False,
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RuleChange",
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
                        (
                            "key",
                            models.UUIDField(
                                default=database.random_keys.random_key, editable=False, unique=True
                            ),
                        ),
                        (
                            "third_item",
                            models.CharField(
                                choices=[
                                    ("candidate_number", "Candidate number"),
                                    ("student_number", "Student number"),
                                    ("none", "Nothing more"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("second_approver", models.BooleanField()),
                        (
                            "asked_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now()
                            ),
                        ),
                        ("accepted", models.BooleanField(null=True)),
                        ("decided_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "asked_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "decided_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="rule_changes",
                                to="enrollment.institution",
                            ),
                        ),
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
                migrations.CreateModel(
                    name="StaffReview",
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
                        (
                            "key",
                            models.UUIDField(
                                default=database.random_keys.random_key, editable=False, unique=True
                            ),
                        ),
                        ("since", models.DateTimeField()),
                        (
                            "opened_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now()
                            ),
                        ),
                        ("closed_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "closed_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "institution",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="enrollment.institution",
                            ),
                        ),
                    ],
                ),
            ],
        ),
        migrations.RunSQL(REFRESH, migrations.RunSQL.noop),
        migrations.RunSQL(REVOKE, migrations.RunSQL.noop),
    ]
