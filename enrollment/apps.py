"""App configuration."""

from django.apps import AppConfig


class EnrollmentConfig(AppConfig):
    """See the package docstring."""

    name = "enrollment"
    verbose_name = "学籍"
