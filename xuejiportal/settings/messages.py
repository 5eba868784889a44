"""Sending of e-mail and text messages."""

from xuejiportal import environment as env
from xuejiportal import server_urls
from xuejiportal.settings.base import PRODUCTION, VAR_DIR

EMAIL_BACKEND = "delivery.backend.OutboxEmailBackend"
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "学籍门户 <noreply@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# smtp (with EMAIL_URL), file (development), or the path of a Django e-mail back end,
# such as anymail.backends.postmark.EmailBackend (its settings are JSON in ANYMAIL).
EMAIL_TRANSPORT = env.text("EMAIL_TRANSPORT", "smtp" if PRODUCTION else "file")
EMAIL_TIMEOUT = 15
# E-mails a minute to one domain (0: no limit); seconds of the first and the longest pause
# of a domain that names a frequency limit; hours after which an e-mail is given up.
EMAIL_DOMAIN_PER_MINUTE = env.integer("EMAIL_DOMAIN_PER_MINUTE", 600, least=0)
EMAIL_DOMAIN_PAUSES = (30.0, 1800.0)
EMAIL_LIFETIME = env.integer("EMAIL_LIFETIME", 72)
# Where e-mail that cannot be delivered comes back to: bounces@… becomes bounces+KEY@…, and
# what arrives there is given to ``manage.py receive_bounce``. Empty: to the sender.
BOUNCE_ADDRESS = env.text("BOUNCE_ADDRESS", "")
globals().update(server_urls.smtp(env.text("EMAIL_URL", "smtp://localhost:25")))
ANYMAIL = env.mapping("ANYMAIL", "{}")
# Names in delivery.sms.registry, or paths of classes: the first, then its fallbacks.
SMS_PROVIDERS = env.words("SMS_PROVIDERS", "" if PRODUCTION else "file")
SMS_TIMEOUT = 10  # seconds; the slowest batch must end within OUTBOX_HANDOVER_LEASE
# All in seconds. A worker that has not handed a message over by then has died; a
# message handed over without an answer is unknown; unknown messages are asked after.
OUTBOX_SWEEP = env.integer("OUTBOX_SWEEP", 5)
OUTBOX_CLAIM_LEASE = env.integer("OUTBOX_CLAIM_LEASE", 30)
OUTBOX_HANDOVER_LEASE = env.integer("OUTBOX_HANDOVER_LEASE", 300)
OUTBOX_FIRST_PAUSE = env.integer("OUTBOX_FIRST_PAUSE", 60, least=0)
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
SMS_NOTICES_PER_DAY = env.integer("SMS_NOTICES_PER_DAY", 3, least=0)
# Part of the address to which providers push receipts; empty refuses them all.
SMS_RECEIPT_TOKEN = env.text("SMS_RECEIPT_TOKEN", "")
ALIYUN_ACCESS_KEY_ID = env.text("ALIYUN_ACCESS_KEY_ID", "")
ALIYUN_ACCESS_KEY_SECRET = env.text("ALIYUN_ACCESS_KEY_SECRET", "")
ALIYUN_SMS_SIGN_NAME = env.text("ALIYUN_SMS_SIGN_NAME", "")
ALIYUN_DETAILS_DELAY = env.integer("ALIYUN_DETAILS_DELAY", 600, least=0)
ALIYUN_SMS_ENDPOINT = server_urls.web("ALIYUN_SMS_ENDPOINT", "https://dysmsapi.aliyuncs.com")
TENCENT_SECRET_ID = env.text("TENCENT_SECRET_ID", "")
TENCENT_SECRET_KEY = env.text("TENCENT_SECRET_KEY", "")
TENCENT_SMS_APP_ID = env.text("TENCENT_SMS_APP_ID", "")
TENCENT_SMS_SIGN_NAME = env.text("TENCENT_SMS_SIGN_NAME", "")
TENCENT_SMS_REGION = env.text("TENCENT_SMS_REGION", "ap-guangzhou")
TENCENT_SMS_ENDPOINT = server_urls.web("TENCENT_SMS_ENDPOINT", "https://sms.tencentcloudapi.com")
# Where the file transports write.
OUTBOX_DIR = VAR_DIR / "outbox"
