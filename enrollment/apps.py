"""App configuration."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EnrollmentConfig(AppConfig):
    """The registry app."""

    name = "enrollment"
    verbose_name = _("Student records")

    def ready(self) -> None:
        """Connect the receivers; register notices, rotation, exports and scopes."""
        from accounts.limits.blocklist import register_scope
        from accounts.privacy.data_export import register_section
        from accounts.sessions.store import register_read_along
        from enrollment import my_data
        from enrollment.offices import holders_in_scope
        from enrollment.status_page import queries as status_page_queries

        import_module("enrollment.receivers")
        import_module("enrollment.notices")
        import_module("enrollment.rotation")
        import_module("enrollment.lookup_rotation")

        register_scope(holders_in_scope)
        register_read_along("enrollment:status", status_page_queries.ALONG)
        register_section("records", my_data.records_section)
        register_section("confirmations", my_data.confirmations_section)
