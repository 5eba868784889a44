"""System checks of settings that an operator makes: hosts, keys, servers, proxies."""

import os
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import ManifestFilesMixin
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as CheckWarning
from django.core.files.storage import storages
from django.http.request import validate_host

from xuejiportal.environment import is_all_local, is_local

_HOST = re.compile(r"\*|\.?[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:]+\]", re.IGNORECASE)
# The other modes encrypt without verifying the server.
_VERIFIED = frozenset({"verify-ca", "verify-full"})


@register(Tags.security)
def check_hosts_and_keys(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Errors that keep production from starting."""
    if not settings.PRODUCTION:
        return []
    errors: list[CheckMessage] = []
    if not settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS:
        errors.append(
            Error(
                "ALLOWED_HOSTS must name the portal's hosts; * would let anybody choose the host "
                "of the links in e-mails.",
                id="xuejiportal.E001",
            )
        )
    if strange := [host for host in settings.ALLOWED_HOSTS if not _HOST.fullmatch(host)]:
        errors.append(
            Error(
                f"ALLOWED_HOSTS must hold names of hosts, not {strange[0]!r}.",
                hint="Write portal.example.edu.cn: without https:// and port, commas between.",
                id="xuejiportal.E007",
            )
        )
    site = urlsplit(settings.SITE_URL)
    if site.scheme != "https" or site.path or site.query:
        errors.append(
            Error(
                "SITE_URL must read https://HOST: links in e-mails begin with it, and sign-in "
                "cookies travel over TLS alone.",
                id="xuejiportal.E008",
            )
        )
    elif not validate_host(site.hostname or "", settings.ALLOWED_HOSTS):
        errors.append(
            Error(
                f"ALLOWED_HOSTS lacks {site.hostname}, the host of SITE_URL: every link in an "
                "e-mail would answer 400.",
                id="xuejiportal.E009",
            )
        )
    if repeated := _repeated_keys():
        errors.append(
            Error(
                f"One key serves several purposes: {', '.join(repeated)}.",
                hint="Make each of them with: openssl rand -base64 32",
                id="xuejiportal.E002",
            )
        )
    if settings.EARLIER_LOOKUP_KEYS:
        errors.append(
            Error(
                "LOOKUP_KEY holds an earlier key: no one would be found while both are in use.",
                hint="Run manage.py rotate_lookup, then leave the first key alone.",
                id="xuejiportal.E003",
            )
        )
    return errors


@register(Tags.security)
def check_breached_passwords(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """An error where the list that is named cannot be read: no password could be chosen."""
    listed = settings.BREACHED_PASSWORDS
    if not listed or (Path(listed).is_file() and os.access(listed, os.R_OK)):
        return []
    message = "The list of breached passwords in BREACHED_PASSWORDS cannot be read."
    return [Error(message, hint="Name a file that the service may read.", id="xuejiportal.E006")]


@register(Tags.security, deploy=True)
def check_proxies(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """An error where no page could be reached: only TLS of its own would make it one."""
    if not settings.SECURE_SSL_REDIRECT or settings.TRUSTED_PROXY_COUNT:
        return []
    return [
        Error(
            "TRUSTED_PROXY_COUNT is 0: behind a proxy every page redirects to itself.",
            hint="Set TRUSTED_PROXY_COUNT=1 behind one nginx.",
            id="xuejiportal.E004",
        )
    ]


@register(Tags.staticfiles, deploy=True)
def check_static_files(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """An error where the collected files are not where the web server will look for them."""
    storage = storages["staticfiles"]
    if not isinstance(storage, ManifestFilesMixin):
        return []
    sources = (name for finder in get_finders() for name, _place in finder.list([]))
    missing = sorted(set(sources) - set(storage.hashed_files))
    if not missing:
        return []
    return [
        Error(
            f"{len(missing)} static files, such as {missing[0]}, were not collected in "
            f"STATIC_ROOT={settings.STATIC_ROOT}, where the web server looks for them.",
            hint="Run: sudo deploy/portal collectstatic --noinput",
            id="xuejiportal.E005",
        )
    ]


@register(Tags.security, deploy=True)
def check_surroundings(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Warnings of ``check --deploy``."""
    if not settings.PRODUCTION:
        return []
    return [
        CheckWarning(message, hint=hint, id=f"xuejiportal.{code}")
        for code, is_wrong, message, hint in (
            (
                "W003",
                not is_all_local(settings.DATABASE_URL) and _sslmode() not in _VERIFIED,
                "The database is on another machine, and its connection is not encrypted or the "
                "server is not verified.",
                "Add ?sslmode=verify-full&sslrootcert=… to DATABASE_URL.",
            ),
            (
                "W004",
                not is_all_local(settings.REDIS_URL) and not _is_guarded(settings.REDIS_URL),
                "Redis is on another machine and asks for no password, or is not encrypted.",
                "Set requirepass, and write REDIS_URL=rediss://:PASSWORD@HOST/0.",
            ),
            (
                "W006",
                not settings.CAMPUS_NETWORKS,
                "CAMPUS_NETWORKS is empty: everyone behind one campus address shares the limits "
                "of one person.",
                "Name the networks that the campus is seen with, such as 203.0.113.0/24.",
            ),
            (
                "W008",
                settings.EMAIL_TRANSPORT == "smtp" and _mail_is_readable(),
                "The mail server is on another machine and the connection to it is not encrypted.",
                "Write EMAIL_URL=smtps://… or smtp://…?tls=1.",
            ),
            (
                "W009",
                not (settings.DATA_PROCESSOR and settings.PRIVACY_CONTACT),
                "The privacy notices name neither the processor nor a contact (PIPL 17).",
                "Set DATA_PROCESSOR and PRIVACY_CONTACT.",
            ),
            (
                "W010",
                not settings.STAFF_SECOND_FACTOR,
                "Staff enter with a password alone.",
                "Remove STAFF_SECOND_FACTOR=no.",
            ),
        )
        if is_wrong
    ]


def _repeated_keys() -> list[str]:
    """Names of settings whose key is also used by another setting."""
    kept = {name: getattr(settings, name) for name in ("LOOKUP_KEY", "AUDIT_KEY", "SECRET_KEY")}
    for number, key in enumerate(settings.CODE_KEYS, start=1):
        kept["CODE_KEY" if number == 1 else f"CODE_KEY ({number})"] = key
    for number, key in enumerate(settings.EARLIER_LOOKUP_KEYS, start=2):
        kept[f"LOOKUP_KEY ({number})"] = key
    kept |= {f"VAULT_KEYS ({name})": key for name, key in settings.VAULT_KEYS.items()}
    times = Counter(kept.values())
    return sorted(name for name, key in kept.items() if times[key] > 1)


def _is_guarded(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "rediss" and bool(parts.password)


def _mail_is_readable() -> bool:
    is_encrypted = settings.EMAIL_USE_SSL or settings.EMAIL_USE_TLS
    return not is_encrypted and not is_local(settings.EMAIL_HOST)


def _sslmode() -> str:
    return dict(parse_qsl(urlsplit(settings.DATABASE_URL).query)).get("sslmode", "")
