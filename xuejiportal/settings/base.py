"""Where the portal runs, its secrets, and what every other part of the settings starts from."""

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy

from xuejiportal import environment as env
from xuejiportal import server_urls

BASE_DIR = Path(__file__).resolve().parent.parent.parent
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


# --- Secrets -------------------------------------------------------------------
SECRET_KEY = env.text("SECRET_KEY", _secret_default("SECRET_KEY"))
# Seals certificate numbers and photos; the first key encrypts, all decrypt.
VAULT_KEYS = env.key_ring("VAULT_KEYS", _secret_default("VAULT_KEYS", prefix="dev:"))
# Keys the hashes by which sealed values are found. Earlier keys serve only rotate_lookup.
LOOKUP_KEY, *EARLIER_LOOKUP_KEYS = env.keys("LOOKUP_KEY", _secret_default("LOOKUP_KEY"))
# Derive one-time codes: the first makes them, all check them. One key is enough.
CODE_KEYS = env.keys("CODE_KEY", _secret_default("CODE_KEY"))
# Keys the chain over the audit trail. The database must not hold it.
AUDIT_KEY = env.key("AUDIT_KEY", _secret_default("AUDIT_KEY"))

# --- Where it runs -------------------------------------------------------------
SITE_URL = server_urls.web("SITE_URL", "" if PRODUCTION else "http://localhost:8000").rstrip("/")
SITE_NAME = env.text("SITE_NAME", "") or gettext_lazy("Student Status Portal")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "" if PRODUCTION else "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = [SITE_URL] if SITE_URL.startswith("https://") else []
# Number of our own reverse proxies in front; 0 trusts no X-Forwarded-For.
TRUSTED_PROXY_COUNT = ALLAUTH_TRUSTED_PROXY_COUNT = env.integer("TRUSTED_PROXY_COUNT", 0, least=0)

# --- Languages and time --------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["xuejiportal.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
PHONENUMBER_DEFAULT_REGION = "CN"
PHONENUMBER_DB_FORMAT = "E164"
