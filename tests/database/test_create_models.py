"""What new databases are made of: the models of an app in one operation."""

from django.db import connection
from django.db.migrations.operations import CreateModel
from django.db.migrations.state import ProjectState
from django.db.models import CASCADE, BigAutoField, ForeignKey

from database.create_models import CreateModels


def test_models_that_refer_to_each_other_are_created_at_once(db: None) -> None:
    models = [
        CreateModel(
            name,
            [
                ("id", BigAutoField(primary_key=True)),
                ("other", ForeignKey(f"vault.{other}", CASCADE, related_name="+")),
            ],
        )
        for name, other in (("Left", "Right"), ("Right", "Left"))
    ]
    operation, before, after = CreateModels(models), ProjectState(), ProjectState()
    assert after.apps is not None  # models that are built already are built again with the new ones
    operation.state_forwards("vault", after)
    with connection.schema_editor() as editor:
        operation.database_forwards("vault", editor, before, after)
    with connection.cursor() as cursor:
        for name, other in (("left", "right"), ("right", "left")):
            relations = connection.introspection.get_relations(cursor, f"vault_{name}")
            assert relations == {"other_id": ("id", f"vault_{other}")}
