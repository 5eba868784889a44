"""The project as a Django app, which holds its own management commands."""

from importlib import import_module

from django.apps import AppConfig

# Every process that loads the apps calls tasks through this Celery application.
from xuejiportal.celery import app as celery_app


class PortalConfig(AppConfig):
    """App configuration of the project package."""

    name = "xuejiportal"
    verbose_name = "学籍门户"
    celery = celery_app

    def ready(self) -> None:
        """Register the system checks and the console's models, once all models are loaded."""
        import_module("xuejiportal.checks")
        import_module("xuejiportal.console").register_models()
