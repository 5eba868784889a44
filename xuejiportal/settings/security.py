"""Sessions, cookies and HTTP security."""

from datetime import timedelta

from csp.constants import NONE, SELF

from xuejiportal import environment as env
from xuejiportal.settings.base import PRODUCTION, TRUSTED_PROXY_COUNT

# In the database: an emptied cache ends no session, and a session can be revoked.
SESSION_ENGINE = "accounts.sessions.store"
SESSION_COOKIE_AGE = int(timedelta(hours=8).total_seconds())
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_NAME = "__Host-session" if PRODUCTION else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if PRODUCTION else "csrf"
KNOWN_DEVICE_COOKIE_NAME = "__Host-device" if PRODUCTION else "device"
LAST_ACCOUNT_COOKIE_NAME = "__Host-account" if PRODUCTION else "account"
LANGUAGE_COOKIE_NAME = "__Host-language" if PRODUCTION else "language"
HELP_COOKIE_NAME = "__Host-help" if PRODUCTION else "help"
CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
MESSAGES_COOKIE_NAME = "__Host-messages" if PRODUCTION else "messages"
MESSAGE_STORAGE = "accounts.sessions.messages.MessageStorage"

# --- HTTP security -------------------------------------------------------------
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
