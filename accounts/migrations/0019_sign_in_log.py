"""The log of sign-ins keeps the whole source, sealed, and outlives its account."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0018_browser_codes"),
    ]

    operations = [
        migrations.AddField(
            model_name="securityevent",
            name="key",
            field=models.UUIDField(default=uuid.uuid4, editable=False),
        ),
        migrations.AddField(
            model_name="securityevent",
            name="page",
            field=models.CharField(blank=True, max_length=80),
        ),
        migrations.AddField(
            model_name="securityevent",
            name="person_hash",
            field=models.BinaryField(default=bytes),
        ),
        migrations.AddField(
            model_name="securityevent",
            name="source_hash",
            field=models.BinaryField(default=bytes),
        ),
        migrations.AddField(
            model_name="securityevent",
            name="source_sealed",
            field=models.BinaryField(default=bytes),
        ),
        migrations.AlterField(
            model_name="securityevent",
            name="account",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="security_events",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="securityevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("signed_in", "Signed in"),
                    ("signed_in_by_code", "Signed in with a code"),
                    ("sign_in_failed", "Sign-in failed"),
                    ("factor_failed", "Wrong code of the second step"),
                    ("access_refused", "Page refused"),
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
                    ("sessions_ended", "Signed out everywhere by the operator"),
                    ("rescue_opened", "Recovered at the school, unless you object"),
                    ("rescue_stopped", "Objected to the recovery"),
                    ("staff_code_issued", "Code created to set up the second step"),
                    ("contact_restored", "Account taken back: recent changes undone"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddIndex(
            model_name="securityevent",
            index=models.Index(fields=["person_hash", "-id"], name="security_log_person"),
        ),
        migrations.AddIndex(
            model_name="securityevent",
            index=models.Index(fields=["source_hash", "-id"], name="security_log_source"),
        ),
    ]
