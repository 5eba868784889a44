from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("enrollment", "0020_sheets_of_a_batch")]

    operations = [
        migrations.AddField(
            model_name="importbatch",
            name="column_names",
            field=models.JSONField(blank=True, default=dict),
        ),
    ]
