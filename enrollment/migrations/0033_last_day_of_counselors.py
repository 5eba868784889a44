from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("enrollment", "0032_approval_of_locked_fields"),
    ]

    operations = [
        migrations.AddField(
            model_name="classcounselor",
            name="last_day",
            field=models.DateField(blank=True, null=True),
        ),
    ]
