"""A second factor of staff counts once it was set up with a code that was handed over."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0012_sessions"),
        ("mfa", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="securityevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("signed_in", "Signed in"),
                    ("signed_in_by_code", "Signed in with a code"),
                    ("password_changed", "Password changed"),
                    ("password_reset", "Password recovered by a code"),
                    ("username_chosen", "Username chosen"),
                    ("factor_added", "Second factor added"),
                    ("factor_removed", "Second factor removed"),
                    ("recovery_codes", "New recovery codes created"),
                    ("contact_bound", "Phone or email linked"),
                    ("deletion_asked", "Deletion of the account asked for"),
                    ("deletion_cancelled", "Deletion of the account cancelled"),
                    ("questions_chosen", "Security questions chosen"),
                    ("questions_removed", "Security questions removed"),
                    ("rescue_opened", "Recovered at the school, unless you object"),
                    ("rescue_stopped", "Objected to the recovery"),
                    ("staff_code_issued", "Code created to set up the second step"),
                    ("contact_restored", "Change of phone or e-mail undone"),
                ],
                max_length=20,
            ),
        ),
        migrations.CreateModel(
            name="StaffAdmission",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code_hash", models.BinaryField(null=True)),
                ("code_expires_at", models.DateTimeField(null=True)),
                ("admitted_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="staff_admission",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("code_hash__isnull", True),
                            ("admitted_at__isnull", True),
                            _connector="OR",
                        ),
                        name="admitted_account_has_no_code",
                    )
                ],
            },
        ),
        # Staff who have set one up before this migration keep it.
        migrations.RunSQL(
            """
            INSERT INTO accounts_staffadmission (account_id, admitted_at)
            SELECT u.id, now() FROM accounts_user u
            WHERE EXISTS (SELECT 1 FROM mfa_authenticator a WHERE a.user_id = u.id)
              AND (u.is_superuser OR u.is_staff
                OR EXISTS (SELECT 1 FROM accounts_rolegrant g WHERE g.user_id = u.id))
            """,
            migrations.RunSQL.noop,
        ),
    ]
