"""Help, reports and boards as migrations 1 to 10 leave them, for a new database."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import database.random_keys
from database.create_models import CreateModels

# 在籍: those whom a board counts; the same as enrollment.statuses.ON_THE_BOOKS.
ON_THE_BOOKS = "('注册学籍', '暂缓注册', '休学', '保留学籍', '保留入学资格')"
APPEND = """
    INSERT INTO support_headcountchange (institution_id, school_class_id, part, people)
    SELECT institution_id, school_class_id, progress, sum(n) FROM ({rows}) moved
    WHERE status IN {books} GROUP BY 1, 2, 3 HAVING sum(n) <> 0;
"""
ARRIVED = "SELECT institution_id, school_class_id, progress, status, 1 AS n FROM arrived"
LEFT = "SELECT institution_id, school_class_id, progress, status, -1 AS n FROM gone"


def trigger(event: str, tables: str, *rows: str) -> str:
    """One statement trigger: however many records a statement moves, it counts them at once."""
    name = f"support_count_{event.lower()}"
    append = APPEND.format(rows=" UNION ALL ".join(rows), books=ON_THE_BOOKS)
    return f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN {append} RETURN NULL; END $$;
        CREATE TRIGGER {name} AFTER {event} ON enrollment_studentrecord
            REFERENCING {tables} FOR EACH STATEMENT EXECUTE FUNCTION {name}();
    """


NEW, OLD = "NEW TABLE AS arrived", "OLD TABLE AS gone"
COUNT = (
    trigger("INSERT", NEW, ARRIVED)
    + trigger("DELETE", OLD, LEFT)
    + trigger("UPDATE", f"{NEW} {OLD}", ARRIVED, LEFT)
)


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("support", "0001_help_articles"),
        ("support", "0002_reports"),
        ("support", "0003_headcounts"),
        ("support", "0004_reminders"),
        ("support", "0005_reports_worked_on"),
        ("support", "0006_staff_articles"),
        ("support", "0007_withdrawn_articles"),
        ("support", "0008_report_desk"),
        ("support", "0009_keys_of_128_bits"),
        ("support", "0010_message_of_reminded"),
    ]

    dependencies = [
        ("enrollment", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateModels(
            models=[
                migrations.CreateModel(
                    name="Article",
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
                        ("slug", models.SlugField()),
                        (
                            "topic",
                            models.CharField(
                                choices=[
                                    ("account", "Account and signing in"),
                                    ("contacts", "Phone and email"),
                                    ("verify", "Verifying my identity"),
                                    ("check", "Checking my record"),
                                    ("problems", "When something is wrong"),
                                    ("staff", "For registrars and counselors"),
                                ],
                                max_length=10,
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField(default=1000)),
                        ("title", models.CharField(max_length=80)),
                        ("title_en", models.CharField(blank=True, max_length=120)),
                        ("body", models.TextField(max_length=20000)),
                        ("body_en", models.TextField(blank=True, max_length=20000)),
                        ("keywords", models.CharField(blank=True, max_length=300)),
                        (
                            "grams",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=40), default=list, size=None
                            ),
                        ),
                        ("version", models.PositiveIntegerField(default=1)),
                        (
                            "revised_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now()
                            ),
                        ),
                        (
                            "institution",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="articles",
                                to="enrollment.institution",
                            ),
                        ),
                        ("withdrawn_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "indexes": [
                            django.contrib.postgres.indexes.GinIndex(
                                fields=["grams"], name="article_grams"
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("slug", "institution"),
                                name="one_article_per_slug",
                                nulls_distinct=False,
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "topic__in",
                                        [
                                            "account",
                                            "contacts",
                                            "verify",
                                            "check",
                                            "problems",
                                            "staff",
                                        ],
                                    )
                                ),
                                name="article_topic_is_known",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ArticleTally",
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
                        ("day", models.DateField()),
                        ("reads", models.PositiveIntegerField(default=0)),
                        ("helped", models.PositiveIntegerField(default=0)),
                        ("not_helped", models.PositiveIntegerField(default=0)),
                        (
                            "article",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="tallies",
                                to="support.article",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("article", "day"), name="one_tally_per_day"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ArticleVersion",
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
                        ("number", models.PositiveIntegerField()),
                        ("title", models.CharField(max_length=80)),
                        ("title_en", models.CharField(blank=True, max_length=120)),
                        ("body", models.TextField()),
                        ("body_en", models.TextField(blank=True)),
                        ("keywords", models.CharField(blank=True, max_length=300)),
                        (
                            "made_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now()
                            ),
                        ),
                        (
                            "article",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="versions",
                                to="support.article",
                            ),
                        ),
                        (
                            "author",
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
                            models.UniqueConstraint(
                                fields=("article", "number"), name="one_version_per_number"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Report",
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
                            "cause",
                            models.CharField(
                                choices=[
                                    ("not_found", "My record is not found"),
                                    ("name", "My name is wrong"),
                                    ("gender", "My gender is wrong"),
                                    ("birth_date", "My date of birth is wrong"),
                                    ("certificate", "My certificate number is wrong"),
                                    ("status", "The state of my record is not right"),
                                    ("photo", "The photo does not show me"),
                                    ("major", "My major is wrong"),
                                    ("study", "College, class, level or dates are wrong"),
                                    ("taken", "Someone is using my certificate number"),
                                    ("other", "Something else"),
                                ],
                                max_length=12,
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("open", "Waiting for the school"),
                                    ("asked", "Waiting for your answer"),
                                    ("with_registrar", "With the registrar"),
                                    ("answered", "Answered by the school"),
                                    ("withdrawn", "Withdrawn by you"),
                                ],
                                default="open",
                                max_length=14,
                            ),
                        ),
                        ("stated_sealed", models.BinaryField()),
                        (
                            "opened_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now()
                            ),
                        ),
                        ("first_answered_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "changed_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now()
                            ),
                        ),
                        (
                            "account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="problem_reports",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="problem_reports",
                                to="enrollment.institution",
                            ),
                        ),
                        (
                            "record",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="problem_reports",
                                to="enrollment.studentrecord",
                            ),
                        ),
                        (
                            "school_class",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="problem_reports",
                                to="enrollment.schoolclass",
                            ),
                        ),
                        (
                            "merged_into",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="merged",
                                to="support.report",
                            ),
                        ),
                        ("settled_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "batch",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="reports",
                                to="support.reportbatch",
                            ),
                        ),
                        ("name_hash", models.BinaryField(null=True)),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(
                                    ("state__in", ("open", "asked", "with_registrar"))
                                ),
                                fields=["institution", "cause", "opened_at"],
                                name="report_institution_queue",
                            ),
                            models.Index(
                                condition=models.Q(
                                    ("state__in", ("open", "asked", "with_registrar"))
                                ),
                                fields=["school_class", "cause", "opened_at"],
                                name="report_class_queue",
                            ),
                            models.Index(
                                fields=["institution", "-changed_at"],
                                name="report_institution_newest",
                            ),
                            models.Index(
                                fields=["school_class", "-changed_at"], name="report_class_newest"
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "state__in",
                                        [
                                            "open",
                                            "asked",
                                            "with_registrar",
                                            "answered",
                                            "withdrawn",
                                        ],
                                    )
                                ),
                                name="report_state_is_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "cause__in",
                                        [
                                            "not_found",
                                            "name",
                                            "gender",
                                            "birth_date",
                                            "certificate",
                                            "status",
                                            "photo",
                                            "major",
                                            "study",
                                            "taken",
                                            "other",
                                        ],
                                    )
                                ),
                                name="report_cause_is_known",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(
                                    ("state__in", ("open", "asked", "with_registrar"))
                                ),
                                fields=("account", "record", "cause"),
                                name="one_live_report_per_cause",
                                nulls_distinct=False,
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ReportEntry",
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
                        ("words_sealed", models.BinaryField(default=bytes)),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now()
                            ),
                        ),
                        (
                            "author",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "report",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="entries",
                                to="support.report",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [models.Index(fields=["report", "id"], name="entry_report")],
                        "constraints": [
                            models.CheckConstraint(
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
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HeadcountChange",
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
                        ("part", models.CharField(max_length=12)),
                        ("people", models.IntegerField()),
                        (
                            "institution",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="enrollment.institution",
                            ),
                        ),
                        (
                            "school_class",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="enrollment.schoolclass",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="DayHeadcount",
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
                            "part",
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
                                max_length=12,
                            ),
                        ),
                        ("day", models.DateField()),
                        ("people", models.IntegerField()),
                        (
                            "school_class",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="enrollment.schoolclass",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("school_class", "part", "day"), name="one_headcount_per_day"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Headcount",
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
                            "part",
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
                                max_length=12,
                            ),
                        ),
                        ("people", models.IntegerField()),
                        (
                            "institution",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="enrollment.institution",
                            ),
                        ),
                        (
                            "school_class",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="enrollment.schoolclass",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                fields=["school_class", "part"],
                                include=("people",),
                                name="headcount_class",
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("institution", "school_class", "part"),
                                include=("people",),
                                name="one_headcount_per_part",
                                nulls_distinct=False,
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Reminder",
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
                        ("part", models.CharField(blank=True, max_length=12)),
                        (
                            "made_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now()
                            ),
                        ),
                        ("in_portal", models.PositiveIntegerField(default=0)),
                        ("by_email", models.PositiveIntegerField(default=0)),
                        ("by_sms", models.PositiveIntegerField(default=0)),
                        ("out_of_reach", models.PositiveIntegerField(default=0)),
                        ("reminded_today", models.PositiveIntegerField(default=0)),
                        (
                            "by",
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
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="reminders",
                                to="enrollment.schoolclass",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="Reminded",
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
                        ("day", models.DateField()),
                        ("out_of_reach", models.BooleanField(default=False)),
                        (
                            "record",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="enrollment.studentrecord",
                            ),
                        ),
                        (
                            "reminder",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="reached",
                                to="support.reminder",
                            ),
                        ),
                        ("message", models.UUIDField(blank=True, null=True)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("record", "day"), name="one_reminder_per_day"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Digest",
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
                            "rhythm",
                            models.CharField(
                                choices=[
                                    ("never", "Never"),
                                    ("daily", "Every working day"),
                                    ("weekly", "Every Monday"),
                                ],
                                default="never",
                                max_length=6,
                            ),
                        ),
                        ("sent_on", models.DateField(blank=True, null=True)),
                        (
                            "account",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("rhythm__in", ["never", "daily", "weekly"])),
                                name="digest_rhythm_is_known",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ReportBatch",
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
                            "handed_on_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now()
                            ),
                        ),
                        (
                            "handed_on_by",
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
                                related_name="report_batches",
                                to="enrollment.institution",
                            ),
                        ),
                        ("settled_at", models.DateTimeField(blank=True, null=True)),
                    ],
                ),
            ],
        ),
        migrations.RunSQL(COUNT, migrations.RunSQL.noop),
    ]
