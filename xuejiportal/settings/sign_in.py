"""Sign-in, passwords, second factors."""

from xuejiportal import environment as env
from xuejiportal.settings.base import PRODUCTION, SITE_URL

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
    {"NAME": "accounts.sign_in.password_validators.KnownNumberValidator"},
    {"NAME": "accounts.sign_in.password_validators.OwnContactValidator"},
    {"NAME": "accounts.sign_in.password_validators.PortalWordValidator"},
    {"NAME": "accounts.sign_in.breached_passwords.BreachedPasswordValidator"},
]
# A sorted list of SHA-1 digests of passwords found in breaches; none where it is empty.
BREACHED_PASSWORDS = env.text("BREACHED_PASSWORDS", "")
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
CAMPUS_NETWORKS = env.networks("CAMPUS_NETWORKS")
# Demo staff sign in with a password alone; real staff never do.
STAFF_SECOND_FACTOR = env.flag("STAFF_SECOND_FACTOR", PRODUCTION)
MFA_ADAPTER = "accounts.sign_in.mfa_adapter.FactorAdapter"
MFA_FORMS = {
    "add_webauthn": "accounts.sign_in.mfa_forms.AddSecurityKeyForm",
    "authenticate": "accounts.sign_in.mfa_forms.SecondFactorForm",
    "authenticate_webauthn": "accounts.sign_in.mfa_forms.AuthenticateSecurityKeyForm",
    "edit_webauthn": "accounts.sign_in.mfa_forms.RenameSecurityKeyForm",
    "reauthenticate": "accounts.sign_in.mfa_forms.FactorAgainForm",
    "reauthenticate_webauthn": "accounts.sign_in.mfa_forms.SecurityKeyAgainForm",
}
# A clock may be half a minute off (RFC 6238 5.2: at most one step of delay).
MFA_TOTP_TOLERANCE = 1
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
