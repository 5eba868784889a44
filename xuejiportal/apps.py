"""The frame as a Django app: it holds the project's own management commands."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Frame of the portal."""

    name = "xuejiportal"
    verbose_name = "学籍门户"
