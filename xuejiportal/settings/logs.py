"""Logs."""

from xuejiportal import environment as env
from xuejiportal import server_urls

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "xuejiportal.logs.formatters.RedactingFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(request_id)s%(message)s",
        },
        "json": {"()": "xuejiportal.logs.formatters.JsonFormatter"},
        "syslog": {"()": "xuejiportal.logs.formatters.SyslogFormatter"},
    },
    "filters": {
        "database away": {"()": "xuejiportal.logs.formatters.DatabaseAwayFilter"},
        "request": {"()": "xuejiportal.logs.formatters.RequestFilter"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "json" if env.flag("LOG_JSON", False) else "line",
            "filters": ["database away", "request"],
        },
        # On another system, where whoever takes this one over cannot change them.
        "elsewhere": server_urls.syslog("LOG_SYSLOG")
        | {"formatter": "syslog", "filters": ["database away", "request"]},
        "anchors": server_urls.syslog("AUDIT_SYSLOG") | {"formatter": "syslog"},
    },
    # urllib3 logs URLs with their parameters; the others log each step of making a PDF, and each
    # of the sweeps that run every few seconds. fido2 names passkeys.
    "loggers": {
        name: {"level": "WARNING"}
        for name in (
            *("urllib3", "weasyprint", "fontTools", "pyhanko", "fido2"),
            *("celery.beat", "celery.worker.strategy", "celery.app.trace"),
        )
    }
    | {"audit.anchors": {"level": "INFO", "handlers": ["anchors"]}},
    "root": {
        "handlers": ["console", "elsewhere"],
        "level": env.choice("LOG_LEVEL", "INFO", LEVELS),
    },
}
