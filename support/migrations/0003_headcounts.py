"""How many people of each class stand where, appended by triggers on the records."""

# ruff: noqa: S608  statements composed of literals of this file

import django.db.models.deletion
from django.db import migrations, models

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
    + f"""
        INSERT INTO support_headcount (institution_id, school_class_id, part, people)
        SELECT institution_id, school_class_id, progress, count(*) FROM enrollment_studentrecord
        WHERE status IN {ON_THE_BOOKS} GROUP BY 1, 2, 3;
    """
)
FORGET = "".join(
    f"DROP TRIGGER support_count_{event} ON enrollment_studentrecord;"
    f"DROP FUNCTION support_count_{event}();"
    for event in ("insert", "delete", "update")
)


class Migration(migrations.Migration):
    dependencies = [
        ("enrollment", "0007_record_progress"),
        ("support", "0002_reports"),
    ]

    operations = [
        migrations.CreateModel(
            name="HeadcountChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                        fields=["school_class", "part"], include=("people",), name="headcount_class"
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
        migrations.RunSQL(COUNT, FORGET),
    ]
