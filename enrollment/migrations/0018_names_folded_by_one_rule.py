"""Recompute the compared form of names, in which apostrophes, dashes and dots now count alike."""

from typing import Any

from django.db import migrations

from enrollment.identity.name import InvalidNameError, canonical_name

_PLAIN = r"^[\u4e00-\u9fff\u3400-\u4dbf]*$"
_GROUP = 1000


def recompute(apps: Any, schema_editor: Any) -> None:
    """Only names with more than common ideographs can have changed."""
    records = apps.get_model("enrollment", "StudentRecord").objects
    changed = []
    for record in (
        records.exclude(name__regex=_PLAIN).only("pk", "name", "name_canonical").iterator()
    ):
        if _fold(record):
            changed.append(record)
        if len(changed) == _GROUP:
            records.bulk_update(changed, ["name_canonical"])
            changed.clear()
    records.bulk_update(changed, ["name_canonical"])
    # What an undo would bring back.
    before = apps.get_model("enrollment", "RecordBefore").objects
    for kept in before.exclude(row__name__regex=_PLAIN).iterator():
        try:
            canonical = canonical_name(kept.row["name"])
        except InvalidNameError:
            continue
        if canonical != kept.row["name_canonical"]:
            before.filter(pk=kept.pk).update(row=kept.row | {"name_canonical": canonical})


def _fold(record: Any) -> bool:
    try:
        canonical = canonical_name(record.name)
    except InvalidNameError:
        return False
    is_changed = bool(canonical != record.name_canonical)
    record.name_canonical = canonical
    return is_changed


class Migration(migrations.Migration):
    dependencies = [("enrollment", "0017_events_of_leaving")]

    operations = [migrations.RunPython(recompute, migrations.RunPython.noop, elidable=True)]
