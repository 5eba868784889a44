"""The name in pinyin, where the school's file gives it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("enrollment", "0027_rule_changes")]

    operations = [
        migrations.AddField(
            model_name="studentrecord",
            name="name_pinyin",
            field=models.CharField(blank=True, db_default="", max_length=90),
        ),
    ]
