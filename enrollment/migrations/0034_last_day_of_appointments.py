from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("enrollment", "0033_last_day_of_counselors"),
    ]

    operations = [
        migrations.AddField(
            model_name="appointment",
            name="last_day",
            field=models.DateField(blank=True, null=True),
        ),
    ]
