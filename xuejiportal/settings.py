"""Settings of the portal: one file, everything variable from the environment.

Development is the default. ``PRODUCTION=yes`` demands every secret and turns
all the cautious defaults on; see the configuration table in the README.
"""

import tempfile
from datetime import timedelta
from pathlib import Path

from celery.schedules import crontab, schedule
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy
from kombu import Queue

from xuejiportal import environment as env

BASE_DIR = Path(__file__).resolve().parent.parent
PRODUCTION = env.flag("PRODUCTION", False)
DEBUG = env.flag("DEBUG", not PRODUCTION)

if PRODUCTION and DEBUG:
    raise ImproperlyConfigured("DEBUG must be off in production: unset DEBUG.")
if PRODUCTION:
    env.require(
        *("SECRET_KEY", "VAULT_KEYS", "LOOKUP_KEY", "CODE_KEY", "AUDIT_KEY"),
        *("SITE_URL", "DATABASE_URL", "REDIS_URL", "VAR_DIR"),
    )
VAR_DIR = Path(env.text("VAR_DIR", str(BASE_DIR / "var")))


def _secret_default(name: str, *, prefix: str = "") -> str | None:
    """The default for a secret: none in production; in development, one generated once."""
    if PRODUCTION:
        return None
    return env.development_secret(VAR_DIR / "secrets", name, prefix=prefix)


# --- Secrets -----------------------------------------------------------------
SECRET_KEY = env.text("SECRET_KEY", _secret_default("SECRET_KEY"))
# Seals certificate numbers and photos; the first key encrypts, all decrypt.
VAULT_KEYS = env.key_ring("VAULT_KEYS", _secret_default("VAULT_KEYS", prefix="dev:"))
# Keys the hashes by which sealed values are found. Earlier keys serve only rotate_lookup.
LOOKUP_KEY, *EARLIER_LOOKUP_KEYS = env.keys("LOOKUP_KEY", _secret_default("LOOKUP_KEY"))
# Derive one-time codes: the first makes them, all check them. One key is enough.
CODE_KEYS = env.keys("CODE_KEY", _secret_default("CODE_KEY"))
# Keys the chain over the audit trail. The database must not hold it.
AUDIT_KEY = env.key("AUDIT_KEY", _secret_default("AUDIT_KEY"))

# --- Where it runs -----------------------------------------------------------
SITE_URL = env.text("SITE_URL", None if PRODUCTION else "http://localhost:8000").rstrip("/")
SITE_NAME = env.text("SITE_NAME", "") or gettext_lazy("Student Status Portal")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "" if PRODUCTION else "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = [SITE_URL] if SITE_URL.startswith("https://") else []
# Number of our own reverse proxies in front; 0 trusts no X-Forwarded-For.
TRUSTED_PROXY_COUNT = ALLAUTH_TRUSTED_PROXY_COUNT = env.integer("TRUSTED_PROXY_COUNT", 0)

# --- Applications ------------------------------------------------------------
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
    "xuejiportal.request_id.RequestIdMiddleware",
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
        },
    },
]

# --- Data --------------------------------------------------------------------
# manage.py fills DATABASE_URL and REDIS_URL with the embedded servers when absent.
DATABASE_URL = env.text("DATABASE_URL", None if PRODUCTION else "postgresql:///xuejiportal")
REDIS_URL = env.text("REDIS_URL", None if PRODUCTION else "redis://127.0.0.1:6379/0")
if not PRODUCTION:
    env.refuse_exposed_development(SITE_URL, ALLOWED_HOSTS, [DATABASE_URL, REDIS_URL])
DATABASES = {"default": env.database(DATABASE_URL, conn_max_age=600)}
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

# --- Sign-in -----------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.sessions.backends.PortalBackend"]
# Argon2id 19 MiB, t=2, p=1: the OWASP figure, 50 sign-ins a second a core.
PASSWORD_HASHERS = [
    "accounts.sign_in.hashers.PortalArgon2Hasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 8},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "accounts.sign_in.password_validators.OwnContactValidator"},
    {"NAME": "accounts.sign_in.password_validators.PortalWordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk"
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.sign_in.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email", "username"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 1
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_USER_MODEL_USERNAME_FIELD = "username"
ACCOUNT_USERNAME_MIN_LENGTH = 4
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if SITE_URL.startswith("https://") else "http"
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_FORMS = {
    "login": "accounts.sign_in.forms.LoginForm",
    "signup": "accounts.sign_up.forms.SignupForm",
    "change_password": "accounts.sign_in.forms.ChangePasswordForm",
    "reauthenticate": "accounts.sign_in.forms.ReauthenticateForm",
}
# The portal counts for itself, in the database (accounts.limits): django-allauth's thirty sign-ins
# of one address in a minute would stop a campus.
ACCOUNT_RATE_LIMITS = False
# Rounds of PBKDF2 in one step of the proof of work: about a second of a phone in all.
CAPTCHA_COST = env.integer("CAPTCHA_COST", 2000)
# Country codes of numbers that may be bound; every other costs more to reach.
PHONE_COUNTRY_CODES = [int(code) for code in env.words("PHONE_COUNTRY_CODES", "86")]
# Networks of campuses, where many students share one address.
CAMPUS_NETWORKS = env.words("CAMPUS_NETWORKS")
# Days that evidence is kept after the report or dispute it belongs to is settled.
EVIDENCE_DAYS = env.integer("EVIDENCE_DAYS", 90)
# Path of the operator's console; a path of your own keeps scanners away.
CONSOLE_PATH = env.text("CONSOLE_PATH", "console/")
# The page that asks staff for the reason of an export of personal data.
ACCESS_REASON_URL = "registry:reason"
# People whose data a member of staff may read or export in a day before auditors are alerted.
VIEWS_PER_DAY = env.integer("VIEWS_PER_DAY", 200)
# Hours that photographs and reports stay withheld after staff opened a record or recovered
# an account, unless a second person has approved.
ASSISTED_DELAY_HOURS = env.integer("ASSISTED_DELAY_HOURS", 72)
# People that a registrar may appoint in a day.
APPOINTMENTS_PER_DAY = env.integer("APPOINTMENTS_PER_DAY", 2000)
# Records and accounts that a member of staff may open face to face in a day.
ASSISTS_PER_DAY = env.integer("ASSISTS_PER_DAY", 20)
# Days that unmatched names and numbers are kept, to be matched with later imports.
FACTS_DAYS = env.integer("FACTS_DAYS", 180)
# Days that reports, disputes, objections, claims and signed reports are kept once they ended.
ENDED_DAYS = env.integer("ENDED_DAYS", 365)
# Days that uploaded files wait to be published, and that a publication can be undone.
UNPUBLISHED_DAYS = env.integer("UNPUBLISHED_DAYS", 30)
UNDO_DAYS = env.integer("UNDO_DAYS", 180)
# Who runs the portal, and whom people ask about their data: told by the privacy notices
# (PIPL article 17). Empty: the name of the site, and the school's registrar.
DATA_PROCESSOR = env.text("DATA_PROCESSOR", "")
PRIVACY_CONTACT = env.text("PRIVACY_CONTACT", "")
# Days between the request to delete an account and its deletion, in which it can be cancelled.
DELETION_DAYS = env.integer("DELETION_DAYS", 7)
# Days after which an account is deleted whose activation link was never followed.
UNACTIVATED_DAYS = env.integer("UNACTIVATED_DAYS", 7)
# Hours that the holder of a record has to object to a dispute before it may be decided.
OBJECTION_HOURS = env.integer("OBJECTION_HOURS", 72)
# Text messages of every kind that leave in a minute; the rest waits in the outbox.
SMS_PER_MINUTE = env.integer("SMS_PER_MINUTE", 3000)
# Demo staff sign in with a password alone; real staff never do.
STAFF_SECOND_FACTOR = env.flag("STAFF_SECOND_FACTOR", PRODUCTION)
MFA_ADAPTER = "accounts.sign_in.mfa_adapter.FactorAdapter"
MFA_FORMS = {
    "add_webauthn": "accounts.sign_in.mfa_forms.AddSecurityKeyForm",
    "authenticate": "accounts.sign_in.mfa_forms.SecondFactorForm",
    "authenticate_webauthn": "accounts.sign_in.mfa_forms.AuthenticateSecurityKeyForm",
    "reauthenticate": "accounts.sign_in.mfa_forms.FactorAgainForm",
    "reauthenticate_webauthn": "accounts.sign_in.mfa_forms.SecurityKeyAgainForm",
}
# A clock may be half a minute off (RFC 6238 5.2: at most one step of delay).
MFA_TOTP_TOLERANCE = 1
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]

# --- Sessions and cookies ----------------------------------------------------
# In the database: an emptied cache ends no session, and a session can be revoked.
SESSION_ENGINE = "accounts.sessions.store"
SESSION_COOKIE_AGE = int(timedelta(hours=8).total_seconds())
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_NAME = "__Host-session" if PRODUCTION else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if PRODUCTION else "csrf"
KNOWN_DEVICE_COOKIE_NAME = "__Host-device" if PRODUCTION else "device"
LANGUAGE_COOKIE_NAME = "__Host-language" if PRODUCTION else "language"
HELP_COOKIE_NAME = "__Host-help" if PRODUCTION else "help"
CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- HTTP security -----------------------------------------------------------
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXY_COUNT else None
SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if PRODUCTION else 0
# Both reach beyond this host: every subdomain must speak https before they are set.
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.flag("HSTS_INCLUDE_SUBDOMAINS", False)
SECURE_HSTS_PRELOAD = env.flag("HSTS_PRELOAD", False)
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# W003 knows Django's own middleware by its path; ours is a subclass of it. W005 and W021 ask
# for HSTS on all subdomains, which is the operator's decision.
SILENCED_SYSTEM_CHECKS = ["security.W003", "security.W005", "security.W021"]
CSRF_FAILURE_VIEW = "xuejiportal.views.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
# Bytes of a request; only what is listed in xuejiportal.body_limits may be larger. An article
# of the help in both languages, 20,000 characters each, has some 400 KB.
DATA_UPLOAD_MAX_MEMORY_SIZE = 500_000

# --- Languages and time ------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["xuejiportal.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
PHONENUMBER_DEFAULT_REGION = "CN"
PHONENUMBER_DB_FORMAT = "E164"

# --- Files -------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("STATIC_ROOT", str(VAR_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
# Files without a name while a workbook is read; large ones need room here.
SPOOL_DIR = FILE_UPLOAD_TEMP_DIR = env.text("SPOOL_DIR", tempfile.gettempdir())
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "enrollment.files.upload_handlers.DiskFullUploadHandler",
]
# Photographs, evidence, reports and uploads, all of them sealed: the local disk, or a bucket.
STORAGES = {
    "default": env.bucket()
    or {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(VAR_DIR / "media")},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# Font files beside the portal's own (CJK) that printed reports may use, for rare characters
# and other scripts. A report with a character that no font has waits for one.
REPORT_FONTS = env.words("REPORT_FONTS", "")

# --- Sending -----------------------------------------------------------------
EMAIL_BACKEND = "delivery.backend.OutboxEmailBackend"
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "学籍门户 <noreply@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# smtp (with EMAIL_URL), file (development), or the path of a Django e-mail back end,
# such as anymail.backends.postmark.EmailBackend (its settings are JSON in ANYMAIL).
EMAIL_TRANSPORT = env.text("EMAIL_TRANSPORT", "smtp" if PRODUCTION else "file")
EMAIL_TIMEOUT = 15
# E-mails a minute to one domain (0: no limit); seconds of the first and the longest pause
# of a domain that names a frequency limit; hours after which an e-mail is given up.
EMAIL_DOMAIN_PER_MINUTE = env.integer("EMAIL_DOMAIN_PER_MINUTE", 600)
EMAIL_DOMAIN_PAUSES = (30.0, 1800.0)
EMAIL_LIFETIME = env.integer("EMAIL_LIFETIME", 72)
# Where e-mail that cannot be delivered comes back to: bounces@… becomes bounces+KEY@…, and
# what arrives there is given to ``manage.py receive_bounce``. Empty: to the sender.
BOUNCE_ADDRESS = env.text("BOUNCE_ADDRESS", "")
globals().update(env.smtp(env.text("EMAIL_URL", "smtp://localhost:25")))
ANYMAIL = env.mapping("ANYMAIL", "{}")
# Names in delivery.sms.registry, or paths of classes: the first, then its fallbacks.
SMS_PROVIDERS = env.words("SMS_PROVIDERS", "" if PRODUCTION else "file")
SMS_TIMEOUT = 10  # seconds; the slowest batch must end within OUTBOX_HANDOVER_LEASE
# All in seconds. A worker that has not handed a message over by then has died; a
# message handed over without an answer is unknown; unknown messages are asked after.
OUTBOX_SWEEP = env.integer("OUTBOX_SWEEP", 5)
OUTBOX_CLAIM_LEASE = env.integer("OUTBOX_CLAIM_LEASE", 30)
OUTBOX_HANDOVER_LEASE = env.integer("OUTBOX_HANDOVER_LEASE", 300)
OUTBOX_FIRST_PAUSE = env.integer("OUTBOX_FIRST_PAUSE", 60)
OUTBOX_RECONCILE = env.integer("OUTBOX_RECONCILE", 30)
# Templates by kind of message; see delivery.sms.templates for the form.
SMS_TEMPLATES = env.mapping("SMS_TEMPLATES", "{}")
# Most characters of one parameter, by provider. Tencent's documentation gives six for
# accounts that were not granted more, Alibaba Cloud's thirty-five.
SMS_PARAMETER_LENGTHS = {
    "aliyun": env.integer("ALIYUN_SMS_PARAMETER_LENGTH", 35),
    "tencent": env.integer("TENCENT_SMS_PARAMETER_LENGTH", 35),
}
# Text messages a day to one phone about notices and reminders; codes are counted apart.
SMS_NOTICES_PER_DAY = env.integer("SMS_NOTICES_PER_DAY", 3)
# Part of the address to which providers push receipts; empty refuses them all.
SMS_RECEIPT_TOKEN = env.text("SMS_RECEIPT_TOKEN", "")
ALIYUN_ACCESS_KEY_ID = env.text("ALIYUN_ACCESS_KEY_ID", "")
ALIYUN_ACCESS_KEY_SECRET = env.text("ALIYUN_ACCESS_KEY_SECRET", "")
ALIYUN_SMS_SIGN_NAME = env.text("ALIYUN_SMS_SIGN_NAME", "")
ALIYUN_DETAILS_DELAY = env.integer("ALIYUN_DETAILS_DELAY", 600)
ALIYUN_SMS_ENDPOINT = env.text("ALIYUN_SMS_ENDPOINT", "https://dysmsapi.aliyuncs.com")
TENCENT_SECRET_ID = env.text("TENCENT_SECRET_ID", "")
TENCENT_SECRET_KEY = env.text("TENCENT_SECRET_KEY", "")
TENCENT_SMS_APP_ID = env.text("TENCENT_SMS_APP_ID", "")
TENCENT_SMS_SIGN_NAME = env.text("TENCENT_SMS_SIGN_NAME", "")
TENCENT_SMS_REGION = env.text("TENCENT_SMS_REGION", "ap-guangzhou")
TENCENT_SMS_ENDPOINT = env.text("TENCENT_SMS_ENDPOINT", "https://sms.tencentcloudapi.com")
# Where the file transports write.
OUTBOX_DIR = VAR_DIR / "outbox"

# --- Proving who you are -----------------------------------------------------
# Failed submissions of name and number: per account in a day and in all, and in a
# day per name, per first 14 characters of the number, per network address.
VERIFICATION_LIMITS = {
    "account_day": env.integer("VERIFICATION_ACCOUNT_DAY", 5),
    "account_total": env.integer("VERIFICATION_ACCOUNT_TOTAL", 10),
    "name_day": env.integer("VERIFICATION_NAME_DAY", 10),
    "prefix_day": env.integer("VERIFICATION_PREFIX_DAY", 10),
    "address_day": env.integer("VERIFICATION_ADDRESS_DAY", 200),
}

# --- Celery ------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
# Messages have a queue of their own: no code waits behind a long import where one
# worker serves ``delivery`` alone. So have imports, which take minutes: a report is
# printed meanwhile. A worker that names no queue serves all.
CELERY_TASK_QUEUES = [Queue("celery"), Queue("delivery"), Queue("imports")]
IMPORT_TASKS = (
    "enrollment.imports.tasks.rehearse_upload",
    "enrollment.imports.tasks.publish_upload",
    "enrollment.imports.tasks.sweep_batches",
    "enrollment.photos.tasks.check_photos",
    "enrollment.photos.tasks.import_photo_batch",
    "enrollment.photos.tasks.sweep_photo_batches",
)
CELERY_TASK_ROUTES = {
    "delivery.tasks.*": {"queue": "delivery"},
    **{task: {"queue": "imports"} for task in IMPORT_TASKS},
}
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# In KB: a child process that has grown beyond it (printing PDF) is replaced.
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 400_000
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # Above the longest task: one that runs longer would be delivered twice.
    "visibility_timeout": int(timedelta(hours=6).total_seconds()),
    "unacked_restore_interval": 5,
    # A broker that hangs costs a request a second, once in BROKER_RETRY_AFTER; workers, which
    # wait for tasks on their connection, are more patient (xuejiportal.celery).
    "socket_connect_timeout": 1,
    "socket_timeout": 1,
    "max_retries": 0,
}
# Seconds after which a task is stopped; imports run far longer.
CELERY_TASK_SOFT_TIME_LIMIT = 600
CELERY_TASK_TIME_LIMIT = 660
# By task: a million rows or 100,000 photographs, each within the visibility timeout above.
CELERY_TASK_ANNOTATIONS = {
    task: {"soft_time_limit": 5 * 3600, "time_limit": 5 * 3600 + 60} for task in IMPORT_TASKS
}
# The worker logs as configured below, through the redacting formatter.
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE: dict[str, dict[str, object]] = {
    "sweep-batches": {
        "task": "enrollment.imports.tasks.sweep_batches",
        "schedule": schedule(timedelta(seconds=30)),
        "options": {"expires": 60},
    },
    "forget-old-batches": {
        "task": "enrollment.imports.tasks.forget_old_batches",
        "schedule": schedule(timedelta(days=1)),
    },
    "sweep-photo-batches": {
        "task": "enrollment.photos.tasks.sweep_photo_batches",
        "schedule": schedule(timedelta(seconds=30)),
        "options": {"expires": 60},
    },
    "forget-old-photo-batches": {
        "task": "enrollment.photos.tasks.forget_old_photo_batches",
        "schedule": schedule(timedelta(days=1)),
    },
    "sweep-reports": {
        "task": "enrollment.status_reports.tasks.sweep_reports",
        "schedule": schedule(timedelta(seconds=30)),
        "options": {"expires": 60},
    },
    "forget-old-appointments": {
        "task": "enrollment.institutions.tasks.forget_old_appointments",
        "schedule": schedule(timedelta(days=1)),
    },
    "forget-ended-reports": {
        "task": "enrollment.status_reports.tasks.forget_ended_reports",
        "schedule": schedule(timedelta(days=1)),
    },
    "sweep-outbox": {
        "task": "delivery.tasks.sweep_outbox",
        "schedule": schedule(timedelta(seconds=OUTBOX_SWEEP)),
        "options": {"expires": 10},
    },
    "reconcile-outbox": {
        "task": "delivery.tasks.reconcile_outbox",
        "schedule": schedule(timedelta(seconds=OUTBOX_RECONCILE)),
        "options": {"expires": 30},
    },
    **{
        f"pulse-{queue.name}": {
            "task": "xuejiportal.monitoring.tasks.pulse",
            "args": [queue.name],
            "schedule": schedule(timedelta(seconds=30)),
            "options": {"expires": 30, "queue": queue.name},
        }
        for queue in CELERY_TASK_QUEUES
    },
    "prune-outbox": {
        "task": "delivery.tasks.prune_outbox",
        "schedule": schedule(timedelta(days=1)),
    },
    "forget-unfinished-accounts": {
        "task": "accounts.tasks.forget_unfinished",
        "schedule": schedule(timedelta(hours=1)),
        "options": {"expires": 600},
    },
    "delete-due-accounts": {
        "task": "accounts.tasks.delete_due_accounts",
        "schedule": schedule(timedelta(minutes=10)),
        "options": {"expires": 600},
    },
    "finish-rescues": {
        "task": "accounts.tasks.finish_rescues",
        "schedule": schedule(timedelta(minutes=5)),
        "options": {"expires": 300},
    },
    "look-into-disputes": {
        "task": "verification.tasks.look_into_disputes",
        "schedule": schedule(timedelta(minutes=5)),
        "options": {"expires": 300},
    },
    "forget-old-facts": {
        "task": "verification.tasks.forget_old_facts",
        "schedule": schedule(timedelta(days=1)),
    },
    "forget-old-disputes": {
        "task": "verification.tasks.forget_old_disputes",
        "schedule": schedule(timedelta(days=1)),
    },
    "forget-ended": {
        "task": "verification.tasks.forget_ended",
        "schedule": schedule(timedelta(days=1)),
    },
    "match-waiting": {
        "task": "verification.tasks.match_waiting",
        "schedule": schedule(timedelta(minutes=10)),
        "options": {"expires": 600},
    },
    "prune-security-log": {
        "task": "accounts.security_log.prune_log",
        "schedule": schedule(timedelta(days=1)),
    },
    "fold-headcounts": {
        "task": "support.tasks.fold_headcounts",
        "schedule": schedule(timedelta(seconds=5)),
        "options": {"expires": 10},
    },
    "send-digests": {
        "task": "support.tasks.send_digests",
        "schedule": crontab(hour=7, minute=30),
    },
    "forget-evidence": {
        "task": "support.tasks.forget_evidence",
        "schedule": schedule(timedelta(days=1)),
    },
    "forget-words": {
        "task": "support.tasks.forget_words",
        "schedule": schedule(timedelta(days=1)),
    },
    "check-audit-trail": {
        "task": "audit.tasks.check_trail",
        "schedule": crontab(hour=3, minute=10),
    },
    "anchor-audit-trail": {
        "task": "accounts.tasks.anchor_trail",
        "schedule": crontab(hour=3, minute=40),
    },
    "seal-audit-trail": {
        "task": "audit.tasks.extend_chain",
        "schedule": schedule(timedelta(seconds=10)),
        "options": {"expires": 20},
    },
}

# --- Logs --------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "xuejiportal.logs.RedactingFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(request_id)s%(message)s",
        },
        "json": {"()": "xuejiportal.logs.JsonFormatter"},
        "syslog": {"()": "xuejiportal.logs.SyslogFormatter"},
    },
    "filters": {
        "database away": {"()": "xuejiportal.logs.DatabaseAwayFilter"},
        "request": {"()": "xuejiportal.logs.RequestFilter"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "json" if env.flag("LOG_JSON", False) else "line",
            "filters": ["database away", "request"],
        },
        "anchors": env.syslog("AUDIT_SYSLOG") | {"formatter": "syslog"},
    },
    # urllib3 logs URLs with their parameters; the others log each step of making a PDF, and each
    # of the sweeps that run every few seconds.
    "loggers": {
        name: {"level": "WARNING"}
        for name in (
            *("urllib3", "weasyprint", "fontTools", "pyhanko"),
            *("celery.beat", "celery.worker.strategy", "celery.app.trace"),
        )
    }
    | {"audit.anchors": {"level": "INFO", "handlers": ["anchors"]}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "INFO")},
}
