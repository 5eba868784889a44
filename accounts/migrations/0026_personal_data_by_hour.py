from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0025_staff_name_index"),
    ]

    operations = [
        migrations.AddField(
            model_name="personaldatacount",
            name="hours",
            field=models.JSONField(null=True),
        ),
    ]
