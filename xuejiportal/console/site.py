"""Django's admin for the operator: how the portal runs, without personal data.

Everything is read-only; changes are made on the portal's own pages, which write the audit trail.
Sealed columns are never shown.
"""

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from xuejiportal.console.names import set_names

# Models that the operator may read, and the columns of each list.
SHOWN: dict[str, tuple[str, ...]] = {
    "enrollment.Institution": ("code", "name", "authority", "location", "second_approver"),
    "enrollment.InstitutionRegistrar": ("institution", "user"),
    "enrollment.ImportBatch": ("key", "institution", "state", "created_at", "published_at"),
    "accounts.RoleGrant": ("user", "role", "granted_at"),
    "accounts.Block": ("masked", "made_at", "until", "lifted_at"),
    "delivery.OutboxMessage": (
        "key", "channel", "purpose", "masked_recipient", "status", "attempts", "created_at",
    ),
    "audit.AuditCheck": ("at", "entries", "broken"),
}  # fmt: skip


class Console(admin.AdminSite):
    """The admin, behind the portal's own sign-in and second factor."""

    site_header = site_title = _("Console of the operator")
    index_title = _("How the portal runs")
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether the user is the operator; other signed-in users get 404."""
        if request.user.is_authenticated and not request.user.is_superuser:
            raise Http404
        return bool(request.user.is_active and request.user.is_superuser)

    def get_urls(self) -> list[Any]:
        """The admin's addresses but its own change of the password, which sends no notice."""
        own = {"password_change", "password_change_done"}
        return [one for one in super().get_urls() if getattr(one, "name", "") not in own]

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A redirect to the portal's sign-in, which requires the second factor."""
        self.has_permission(request)
        return redirect_to_login(request.GET.get("next", request.path))


if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Model]
else:  # only the type stubs make it generic
    ModelAdmin = admin.ModelAdmin


class ReadOnly(ModelAdmin):
    """A list without adding, changing or deleting."""

    list_per_page = 50
    show_full_result_count = False

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """Every column except sealed or hashed bytes and JSON."""
        hidden = ("BinaryField", "JSONField")
        return [field.name for field in self.opts.fields if field.get_internal_type() not in hidden]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Never: no list has filters, and Django would compare any column with any text.

        It takes what no column can be compared with for errors of the server.
        """
        return False

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Always; ``Console`` admits only the operator."""
        return True

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Always, for the same reason."""
        return True


console = Console(name="console")


def register_models() -> None:
    """Register the models of ``SHOWN``; call it once all models are loaded."""
    for label, columns in SHOWN.items():
        kind = type("Shown", (ReadOnly,), {"list_display": columns, "ordering": ("-pk",)})
        model = apps.get_model(label)
        set_names(model)
        console.register(model, kind)
