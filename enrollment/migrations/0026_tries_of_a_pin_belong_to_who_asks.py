from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("enrollment", "0025_another_person")]

    operations = [migrations.RemoveField(model_name="statusreport", name="pin_failures")]
