"""Servers named by URLs in the environment: database, Redis, mail, syslog, interfaces of vendors.

A URL that cannot be read is refused without a word of it: it may hold a password.
"""

import sys
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from xuejiportal import environment as env


def parts_of(name: str, url: str) -> SplitResult:
    """The parts of ``url``. Raises ImproperlyConfigured where a password has cut it short."""
    try:
        parts = urlsplit(url)
        is_whole = parts.port != 0 and not parts.fragment and "@" not in parts.path + parts.query
    except ValueError:
        is_whole = False
    if not is_whole:
        raise ImproperlyConfigured(
            f"{name} cannot be read. The port is a number; in user and password write "
            "# as %23, / as %2F, : as %3A, ? as %3F, @ as %40, [ as %5B and % as %25."
        )
    return parts


def database(url: str, *, conn_max_age: int) -> dict[str, object]:
    """Django's DATABASES entry for a ``postgresql://`` URL.

    A unix socket is written ``postgresql:///name?host=/run/postgresql``. Raises
    ImproperlyConfigured for any other scheme, and where no database is named.
    """
    parts = parts_of("DATABASE_URL", url)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ImproperlyConfigured("DATABASE_URL must start with postgresql://")
    query = dict(parse_qsl(parts.query))
    name = unquote(parts.path.lstrip("/"))
    if not name and "service" not in query:
        raise ImproperlyConfigured("DATABASE_URL must end with /NAME of the database.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or query.pop("user", "")),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or "") or query.pop("host", ""),
        "PORT": str(parts.port or query.pop("port", "")),
        "CONN_MAX_AGE": conn_max_age,
        "CONN_HEALTH_CHECKS": True,
        # Only what asks for it is prepared (database.prepared_statements).
        "OPTIONS": {"prepare_threshold": sys.maxsize, **query},
    }


def redis(url: str) -> str:
    """``url``. Raises ImproperlyConfigured where it names no Redis or no numbered database."""
    parts = parts_of("REDIS_URL", url)
    if parts.scheme not in {"redis", "rediss", "unix"}:
        raise ImproperlyConfigured("REDIS_URL must start with redis://, rediss:// or unix://")
    if parts.scheme != "unix" and not parts.path.strip("/").isdecimal():
        raise ImproperlyConfigured("REDIS_URL must end with /0 or another database's number.")
    return url


def smtp(url: str) -> dict[str, object]:
    """Django's EMAIL_ settings for ``smtp://user:password@host:port`` or ``smtps://``.

    ``smtp://`` uses STARTTLS with ``?tls=1``. Raises ImproperlyConfigured for any other scheme,
    and for a word about TLS that would leave it off unseen.
    """
    parts = parts_of("EMAIL_URL", url)
    if parts.scheme not in {"smtp", "smtps"}:
        raise ImproperlyConfigured("EMAIL_URL must start with smtp:// or smtps://")
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    word = query.pop("tls", "0").lower()
    if query or word not in env.TRUE_WORDS | env.FALSE_WORDS:
        raise ImproperlyConfigured("EMAIL_URL must end with ?tls=1 for STARTTLS, or without a ?.")
    secure = parts.scheme == "smtps"
    return {
        "EMAIL_HOST": parts.hostname or "localhost",
        "EMAIL_PORT": parts.port or (465 if secure else 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": secure,
        "EMAIL_USE_TLS": word in env.TRUE_WORDS,
    }


def syslog(name: str) -> dict[str, object]:
    """The log handler's configuration for ``udp://host:port`` or ``unix:///dev/log``.

    An empty variable gives a handler that discards everything. Raises ImproperlyConfigured for
    anything else.
    """
    url = env.text(name, "")
    if not url:
        return {"class": "logging.NullHandler"}
    parts = parts_of(name, url)
    handler: dict[str, object] = {"class": "xuejiportal.logs.syslog.SyslogHandler"}
    if parts.scheme == "udp" and parts.hostname:
        return handler | {"address": (parts.hostname, parts.port or 514)}
    if parts.scheme == "unix" and parts.path:
        return handler | {"address": parts.path}
    raise ImproperlyConfigured(f"{name} must read udp://host:port or unix:///path.")


def web(name: str, default: str) -> str:
    """The address of a vendor's interface. Raises ImproperlyConfigured for anything else."""
    url = env.text(name, default)
    parts = parts_of(name, url)
    if url and not (parts.scheme in {"http", "https"} and parts.hostname):
        raise ImproperlyConfigured(f"{name} must start with https:// and name a host.")
    return url
