"""All URLs of the portal."""

from django.conf import settings
from django.urls import include, path

from accounts.languages.views import switch_language
from xuejiportal import views
from xuejiportal.audit_pages import sign_ins as audit_pages_sign_ins
from xuejiportal.audit_pages import trail as audit_pages_trail
from xuejiportal.console.site import console
from xuejiportal.monitoring import views as monitoring
from xuejiportal.operator import views as operator
from xuejiportal.work.views import today

urlpatterns = [
    # First, because it is requested most often.
    path("status/", include("enrollment.urls.status")),
    path("", views.home, name="home"),
    path("trail/", audit_pages_trail.read, name="trail"),
    path("trail/sign-ins/", audit_pages_sign_ins.read, name="trail_sign_ins"),
    path("trail/export/", audit_pages_trail.export, name="trail_export"),
    path("trail/prove/", audit_pages_trail.prove, name="trail_prove"),
    path("desk/", views.home_page, name="desk"),
    path("today/", today, name="today"),
    path("operator/state/", operator.state, name="operator"),
    path("operator/messages/", operator.messages, name="operator_messages"),
    path("operator/imports/", operator.imports, name="operator_imports"),
    path("operator/institutions/", operator.institutions, name="operator_institutions"),
    path(settings.CONSOLE_PATH, console.urls),
    path("help/", include("support.help.urls")),
    path("offline/", views.offline, name="offline"),
    path("service-worker.js", views.service_worker, name="service_worker"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("healthz", monitoring.healthz, name="healthz"),
    path("readyz", monitoring.readyz, name="readyz"),
    path("metrics", monitoring.metrics, name="metrics"),
    path("language/", switch_language, name="set_language"),
    path("", include("delivery.urls")),
    path("account/", include("accounts.urls.account")),
    path("account/", include("accounts.urls.entrance")),
    path("registry/", include("enrollment.urls.registry")),
    path("api/imports/", include("enrollment.urls.import_api")),
    path("verify/", include("verification.urls")),
    path("support/", include("support.urls")),
]

handler400 = views.bad_request
handler404 = views.not_found
handler500 = views.server_error
