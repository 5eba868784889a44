"""The project as a Django app, which holds its own management commands."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

# Every process that loads the apps calls tasks through this Celery application.
from xuejiportal.celery import app as celery_app


class PortalConfig(AppConfig):
    """App configuration of the project package."""

    name = "xuejiportal"
    verbose_name = _("Portal")
    celery = celery_app

    def ready(self) -> None:
        """Register the system checks and the console's models, once all models are loaded."""
        import_module("xuejiportal.checks")
        import_module("xuejiportal.console.site").register_models()
