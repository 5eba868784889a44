"""App configuration."""

from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class SupportConfig(AppConfig):
    """See the package docstring."""

    name = "support"
    verbose_name = _("Help and problem reports")

    def ready(self) -> None:
        """Load the help texts into a database just migrated; say what notices say."""
        import_module("support.reports.explained")
        import_module("support.record_summary")
        post_migrate.connect(_load_handbook, sender=self)
        import_module("support.notices")
        import_module("support.receivers")
        import_module("support.rotation")
        import_module("support.lookup_rotation")


def _load_handbook(*, using: str, **_: Any) -> None:
    # Imported here: models are not loaded when this module is.
    from support.help.handbook import load_handbook

    # Migrated back to before the help centre, there is nowhere to load to.
    if "support_article" in connections[using].introspection.table_names():
        load_handbook()
