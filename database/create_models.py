"""An operation of migrations for a whole app at once."""

from typing import Any

from django.db.migrations.operations import CreateModel
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class CreateModels(Operation):
    """Create these models, which may refer to each other.

    After each operation Django builds all models again that are related to what was changed,
    which is most of the time that ``migrate`` takes for a new database. Here they are built
    once.
    """

    reversible = False

    def __init__(self, models: list[CreateModel]) -> None:
        self.models = models

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Add the models to ``state``, which builds them when it is asked for them."""
        vars(state).pop("apps", None)
        for model in self.models:
            model.state_forwards(app_label, state)

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Create the tables; foreign keys follow at the end of the migration."""
        for model in self.models:
            model.database_forwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        """What ``sqlmigrate`` and ``migrate --plan`` say."""
        return f"Create {len(self.models)} models"
