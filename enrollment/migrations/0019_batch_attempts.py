from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("enrollment", "0018_names_folded_by_one_rule")]

    operations = [
        migrations.AddField(
            model_name="importbatch",
            name="attempts",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
    ]
