"""Applications, middleware, templates and data stores."""

from xuejiportal import environment as env
from xuejiportal import server_urls
from xuejiportal.settings.base import ALLOWED_HOSTS, BASE_DIR, PRODUCTION, SITE_URL, VAR_DIR

INSTALLED_APPS = [
    "xuejiportal.apps.PortalConfig",
    "verification",
    "support",
    "enrollment",
    "accounts",
    "delivery",
    "audit",
    "vault",
    *([] if PRODUCTION else ["devtools"]),
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "phonenumber_field",
    "csp",
    "django.forms",
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

# With a token /metrics answers who sends it, and requests are counted.
METRICS_TOKEN = env.text("METRICS_TOKEN", "")
if METRICS_TOKEN:
    env.share_metrics(VAR_DIR / "metrics")

MIDDLEWARE = [
    *([] if PRODUCTION else ["xuejiportal.middleware.HomeOnlyMiddleware"]),
    "xuejiportal.logs.request_id.RequestIdMiddleware",
    *(["xuejiportal.monitoring.middleware.MetricsMiddleware"] if METRICS_TOKEN else []),
    # Outermost, so that every response gets their headers.
    "csp.middleware.CSPMiddleware",
    "xuejiportal.middleware.PermissionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "xuejiportal.middleware.WellFormedMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "xuejiportal.middleware.MethodMiddleware",
    "django.middleware.common.CommonMiddleware",
    "xuejiportal.body_limits.BodyLimitMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "accounts.sessions.store.SignedInMiddleware",
    "accounts.sessions.kept_forms.SignInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "accounts.limits.known_devices.KnownDeviceMiddleware",
    "accounts.sessions.lifetime.SessionLimitsMiddleware",
    "accounts.sign_in.second_factor.StaffSecondFactorMiddleware",
    "accounts.sessions.recent_proof.SuspendedRequestMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "xuejiportal.middleware.NoStoreMiddleware",
    "accounts.security_log.RefusedAccessMiddleware",
    "xuejiportal.middleware.StorageMiddleware",
]

ROOT_URLCONF = "xuejiportal.urls"
WSGI_APPLICATION = "xuejiportal.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "xuejiportal.context_processors.portal",
            ],
            "builtins": ["xuejiportal.templatetags.elements"],
            "libraries": {"board": "support.board.drawing"},
        },
    },
]

# --- Data ----------------------------------------------------------------------
# manage.py fills DATABASE_URL and REDIS_URL with the embedded servers when absent.
DATABASE_URL = env.text("DATABASE_URL", None if PRODUCTION else "postgresql:///xuejiportal")
REDIS_URL = server_urls.redis(
    env.text("REDIS_URL", None if PRODUCTION else "redis://127.0.0.1:6379/0")
)
if not PRODUCTION:
    env.refuse_exposed_development(SITE_URL, ALLOWED_HOSTS, [DATABASE_URL, REDIS_URL])
DATABASES = {"default": server_urls.database(DATABASE_URL, conn_max_age=600)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "xuejiportal.cache.StandbyRedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {
            "socket_connect_timeout": 1,
            "socket_timeout": 2,
            "serializer": "xuejiportal.cache.JsonSerializer",
        },
        "KEY_PREFIX": "portal-json",
    },
    # Parts of pages that are the same for everybody of a role ({% cache %}): in each process.
    "template_fragments": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "template_fragments",
        "TIMEOUT": None,
        "OPTIONS": {"MAX_ENTRIES": 5000},
    },
}
