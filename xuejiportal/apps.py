"""The frame as a Django app: it holds the project's own management commands."""

from importlib import import_module

from django.apps import AppConfig

# Every process that loads the apps calls tasks through this Celery application.
from xuejiportal.celery import app as celery_app


class PortalConfig(AppConfig):
    """Frame of the portal."""

    name = "xuejiportal"
    verbose_name = "学籍门户"
    celery = celery_app

    def ready(self) -> None:
        """Register the system checks and fill the operator's console, which needs the models."""
        import_module("xuejiportal.checks")
        import_module("xuejiportal.console").register_models()
