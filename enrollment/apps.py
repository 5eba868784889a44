"""App configuration."""

from django.apps import AppConfig


class EnrollmentConfig(AppConfig):
    """See the package docstring."""

    name = "enrollment"
    verbose_name = "学籍"

    def ready(self) -> None:
        """Add the records to a person's copy of their own data."""
        from accounts.my_data import register_section
        from enrollment import my_data

        register_section("records", my_data.records_section)
        register_section("confirmations", my_data.confirmations_section)
