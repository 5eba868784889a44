"""Certificates of two types may bear the same digits: claims tell them apart.

The registry's own type says to which series a claim belongs; no number is opened.
"""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from enrollment.identity.certificates import number_series


def fill_series(apps: Apps, _: BaseDatabaseSchemaEditor) -> None:
    """Give each claim that stands the series of the records its account holds."""
    records = apps.get_model("enrollment", "StudentRecord").objects
    claims = apps.get_model("verification", "Claim").objects
    for claim in claims.filter(ended_at=None).iterator():
        held = records.filter(holder=claim.account_id, certificate_hash=claim.certificate_hash)
        kinds = held.values_list("certificate_type", flat=True)
        series = min(map(number_series, kinds), default="")
        if series:
            claims.filter(pk=claim.pk).update(series=series)


class Migration(migrations.Migration):
    dependencies = [
        ("enrollment", "0014_photo_answers"),
        ("verification", "0003_stated_school"),
    ]

    operations = [
        migrations.AddField(
            model_name="claim",
            name="series",
            field=models.CharField(blank=True, db_default="", max_length=12),
        ),
        migrations.RunPython(fill_series, migrations.RunPython.noop, elidable=True),
        migrations.RemoveConstraint(model_name="claim", name="one_account_per_certificate"),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("certificate_hash", "series"),
                name="one_account_per_certificate",
            ),
        ),
    ]
