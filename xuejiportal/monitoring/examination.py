"""What ``manage.py doctor`` examines beside the health of the running parts."""

import os
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from itertools import islice
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

from django.conf import settings
from django.core.checks import run_checks
from django.db import DatabaseError, connection
from urllib3.exceptions import HTTPError

from delivery.email.transport import connect
from delivery.errors import DeliveryError
from delivery.sms.base import Sent
from delivery.sms.registry import providers
from xuejiportal.monitoring.health import Finding, examine

LEAST_DAYS = 14  # of the certificate
LARGEST_OFFSET = 5.0  # seconds between this clock and the database's
MAX_FILES = 20_000  # whose owner is looked at
# Text messages to this number are asked after, none is sent: no such number is given out.
NOBODY = "+8610000000000"


def examine_deployment() -> Iterator[Finding]:
    """Every finding, as soon as it is known: some wait for servers elsewhere."""
    parts = (_settings, _running, _clock, _owner, _printing, _certificate, _mail, _text_messages)
    for part in parts:
        yield from _guarded(part)


def _guarded(part: Callable[[], Finding | Iterator[Finding]]) -> Iterator[Finding]:
    """The findings of a part; one where a setting that nothing checks has stopped it."""
    try:
        found = part()
        yield from [found] if isinstance(found, Finding) else found
    except Exception as error:
        name = part.__name__.strip("_").replace("_", " ")
        # Without the error's words: they may hold a password.
        advice = f"Compare the settings of {name} in portal.env with portal.env.example."
        yield Finding(name, False, f"not examined: {type(error).__name__}", advice)


def _settings() -> Iterator[Finding]:
    """The system checks of ``check --deploy``."""
    found = [m for m in run_checks(include_deployment_checks=True) if not m.is_silenced()]
    for message in found:
        yield Finding("settings", False, f"{message.id}: {message.msg}", message.hint or "")
    if not found:
        yield Finding("settings", True, "all checks pass")


def _running() -> Iterator[Finding]:
    """The health of the running parts; of a database that is away, the reason as well."""
    for finding in examine():
        is_away = finding.name == "database" and not finding.is_well
        yield replace(finding, told=_told_by_database() or finding.told) if is_away else finding


def _told_by_database() -> str:
    """Why it refuses a connection: a host, an account or a database, never a password."""
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        return " ".join(str(error).rpartition("FATAL:")[2].split())
    return ""


def _clock() -> Finding:
    advice = "Keep the clocks of all machines by NTP: apt-get install systemd-timesyncd"
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT extract(epoch FROM clock_timestamp())::float8")
            offset = abs(time.time() - cursor.fetchone()[0])
    except DatabaseError as error:
        return Finding("clock", False, f"not compared: {type(error).__name__}", advice)
    return Finding("clock", offset < LARGEST_OFFSET, f"{offset:.1f} s off the database's", advice)


def _owner() -> Finding:
    """Whether all that lies in the storage is the service's own."""
    place = Path(settings.VAR_DIR)
    owner = place.stat().st_uid
    paths = islice(place.rglob("*"), MAX_FILES)
    strange = next((path for path in paths if path.lstat().st_uid != owner), None)
    advice = f"Give it back: chown -R {owner} {place}"
    told = f"{strange} belongs to another account" if strange else "all of one account"
    is_well = strange is None and owner == os.geteuid()
    return Finding("permissions", is_well, told, advice)


def _printing() -> Finding:
    """Whether reports can be printed: the libraries of the system that this needs."""
    advice = "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
    try:
        import_module("weasyprint")
    except OSError as error:
        told = str(error).partition(":")[0]
        return Finding("printing", False, f"reports wait: {told}", advice)
    return Finding("printing", True, "Pango is there")


def _certificate() -> Finding:
    """The certificate that browsers see, and how long it is good."""
    site = urlsplit(settings.SITE_URL)
    host, port = site.hostname or "", site.port or 443
    if site.scheme != "https":
        return Finding("TLS", not settings.PRODUCTION, "SITE_URL is not https", "Use https.")
    advice = f"Look at the certificate and nginx: openssl s_client -connect {host}:{port}"
    context = ssl.create_default_context()
    try:
        with (
            socket.create_connection((host, port), timeout=10) as plain,
            context.wrap_socket(plain, server_hostname=host) as secure,
        ):
            until = str((secure.getpeercert() or {})["notAfter"])
    except OSError as error:
        return Finding("TLS", False, f"{host}: {error}", advice)
    days = (ssl.cert_time_to_seconds(until) - datetime.now(UTC).timestamp()) / 86400
    advice = "Renew it, and reload nginx."
    return Finding("TLS", days >= LEAST_DAYS, f"good for {days:.0f} days", advice)


def _mail() -> Finding:
    """A connection to the mail server, encrypted and signed in as for a message."""
    advice = "Compare EMAIL_URL with the mail server: host, port, TLS, user, password."
    try:
        with closing(connect()):
            return Finding("mail", True, f"{settings.EMAIL_TRANSPORT}: accepted")
    except DeliveryError as error:
        return Finding("mail", False, error.code, advice)


def _no_answer_came(error: BaseException | None) -> bool:
    """Whether a connection failed, somewhere in the chain of causes."""
    return error is not None and (
        isinstance(error, HTTPError | OSError) or _no_answer_came(error.__cause__)
    )


def _text_messages() -> Iterator[Finding]:
    """Whether each provider takes the credentials; nothing is sent."""
    for provider in providers():
        sent = Sent(uuid4().hex, NOBODY, "", datetime.now(UTC))
        advice = f"Compare the credentials of {provider.name} in portal.env, and its console."
        try:
            provider.look_up(sent)
        except DeliveryError as error:
            if _no_answer_came(error):
                advice = "Let this machine reach the provider: its DNS, the firewall, the proxy."
            yield Finding(f"SMS by {provider.name}", False, error.code, advice)
        else:
            yield Finding(f"SMS by {provider.name}", True, "accepts the credentials")
