from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("enrollment", "0038_photos_put_back"),
    ]

    operations = [
        migrations.AddField(
            model_name="fieldchange",
            name="of_another_person",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
