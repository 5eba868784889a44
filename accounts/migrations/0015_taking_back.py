"""Changes of the username are kept beside those of contacts, and can be undone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0014_personal_data_counts")]

    operations = [
        migrations.RenameField("contactchange", "channel", "kind"),
        migrations.AlterField(
            "contactchange",
            "kind",
            models.CharField(
                choices=[("sms", "Sms"), ("email", "Email"), ("username", "Username")],
                max_length=8,
            ),
        ),
        migrations.AddField("contactchange", "reauthenticated", models.BooleanField(default=True)),
        migrations.AddConstraint(
            "contactchange",
            models.CheckConstraint(
                condition=models.Q(kind__in=["sms", "email", "username"]),
                name="change_kind_is_known",
            ),
        ),
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
                    ("contact_restored", "Account taken back: recent changes undone"),
                ],
                max_length=20,
            ),
        ),
    ]
