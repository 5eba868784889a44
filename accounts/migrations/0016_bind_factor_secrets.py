"""Secrets of second factors are sealed for their account and kind."""

from base64 import b64decode, b64encode

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from vault.cipher import seal, unseal

SECRETS = ("secret", "seed")


def bind(apps: StateApps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Seal each secret for its row."""
    for factor in apps.get_model("mfa", "Authenticator").objects.iterator():
        place = f"second-factor:{factor.user_id}:{factor.type}"
        _move(factor, "second-factor", place)


def loosen(apps: StateApps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Seal each secret as before."""
    for factor in apps.get_model("mfa", "Authenticator").objects.iterator():
        place = f"second-factor:{factor.user_id}:{factor.type}"
        _move(factor, place, "second-factor")


def _move(factor: object, old: str, new: str) -> None:
    data = factor.data
    kept = {name: unseal(b64decode(data[name]), context=old) for name in SECRETS if name in data}
    if kept:
        sealed = {name: b64encode(seal(text, context=new)).decode() for name, text in kept.items()}
        factor.data = data | sealed
        factor.save(update_fields=["data"])


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0015_taking_back"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [migrations.RunPython(bind, loosen)]
