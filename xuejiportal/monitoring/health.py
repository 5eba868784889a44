"""Whether the parts of the portal work, each as a finding with what to do about it."""

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache as remember

import redis
from django.conf import settings
from django.core.cache import cache
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from audit.models import AuditCheck
from audit.queries import seconds_unsealed
from delivery.outbox.queries import seconds_overdue
from delivery.priorities import LAST_SUFFIX

# Seconds after which something that should happen is late.
LATEST_MESSAGE, LATEST_PULSE, LATEST_SEAL = 300, 150, 300
LEAST_DISK = 2 * 2**30  # bytes
OLDEST = 150000
QUEUES = ("celery", "delivery", "imports")


@dataclass(frozen=True)
class Finding:
    """The state of one part. Without the needed ones the web server cannot serve pages."""

    name: str
    is_well: bool
    told: str
    advice: str = ""
    is_needed: bool = False
    seconds: float | None = None


def examine() -> list[Finding]:
    """The findings of all parts, the database first."""
    findings = [_database()]
    if findings[0].is_well:
        findings.append(_migrations())
        if findings[1].is_well:  # without it tables and columns may be missing
            findings += [_messages(), _seals(), _chain()]
    return [*findings, _redis(), _storage(), *map(_pulse, QUEUES)]


def record_pulse(queue: str) -> None:
    """Remember that beat has reached a worker of ``queue`` just now."""
    cache.set(f"pulse:{queue}", int(time.time()), None)


def queue_lengths() -> dict[str, int]:
    """How many tasks wait in each queue; empty while Redis is away."""
    try:
        with _broker() as broker:
            return {
                queue: int(broker.llen(queue) + broker.llen(queue + LAST_SUFFIX))
                for queue in QUEUES
            }
    except redis.RedisError:
        return {}


def _broker() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=2, socket_timeout=2, decode_responses=True
    )


def _database() -> Finding:
    advice = "Start PostgreSQL, and compare DATABASE_URL in portal.env."
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('server_version_num')::int")
            number = cursor.fetchone()[0]
    except DatabaseError as error:
        return Finding("database", False, type(error).__name__, advice, is_needed=True)
    told = f"PostgreSQL {number // 10000}.{number % 10000}"
    return Finding("database", number >= OLDEST, told, "Use 15 or later.", is_needed=True)


def _migrations() -> Finding:
    missing = _missing_migrations()
    told = f"{missing} to apply" if missing else "all applied"
    if missing:
        _missing_migrations.cache_clear()
    return Finding("migrations", not missing, told, "Run: deploy/portal migrate", is_needed=True)


@remember
def _missing_migrations() -> int:
    """Applied ones stay applied: a process asks again only while some are missing."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _messages() -> Finding:
    return _age(
        "oldest message",
        seconds_overdue(),
        LATEST_MESSAGE,
        "See that portal-sender and portal-beat run, and its log: journalctl -u portal-sender",
    )


def _seals() -> Finding:
    advice = "See that portal-worker and portal-beat run: journalctl -u portal-worker"
    return _age("audit seal", seconds_unsealed(), LATEST_SEAL, advice)


def _chain() -> Finding:
    """What the last nightly check of the audit trail has found."""
    checked = AuditCheck.objects.order_by("-pk").first()
    told = f"entry {checked.broken} was altered" if checked and checked.broken else "whole"
    advice = "Keep the database as it is and follow SECURITY.md: somebody changed the trail."
    return Finding("audit chain", told == "whole", told, advice)


def _pulse(queue: str) -> Finding:
    unit = {"celery": "worker", "delivery": "sender", "imports": "importer"}[queue]
    advice = f"Start portal-beat and portal-{unit}: systemctl status portal-beat portal-{unit}"
    last = cache.get(f"pulse:{queue}")
    if last is None:
        return Finding(f"pulse of {unit}", False, "never felt", advice)
    return _age(f"pulse of {unit}", time.time() - last, LATEST_PULSE, advice)


def _age(name: str, seconds: float, latest: float, advice: str) -> Finding:
    return Finding(name, seconds <= latest, f"{seconds:.0f} s", advice, seconds=seconds)


def _redis() -> Finding:
    try:
        with _broker() as broker:
            version = str(broker.info("server")["redis_version"])
            policy = broker.info("memory").get("maxmemory_policy")
    except redis.RedisError as error:
        advice = "Start Redis, and compare REDIS_URL in portal.env."
        return Finding("redis", False, type(error).__name__, advice)
    advice = "Set maxmemory-policy noeviction: tasks must not be dropped."
    return Finding("redis", policy == "noeviction", f"{version}, {policy}", advice)


def _storage() -> Finding:
    if not isinstance(default_storage, FileSystemStorage):
        return _asked("storage", lambda: default_storage.exists("health"))
    usage = shutil.disk_usage(settings.VAR_DIR)
    told = f"{usage.free / 2**30:.1f} GB free in {settings.VAR_DIR}"
    return Finding("storage", usage.free >= LEAST_DISK, told, "Make room.", is_needed=True)


def _asked(name: str, ask: Callable[[], object]) -> Finding:
    try:
        ask()
    except OSError as error:
        advice = "Compare the S3_ variables of portal.env with the bucket."
        return Finding(name, False, type(error).__name__, advice, is_needed=True)
    return Finding(name, True, "the bucket answers", is_needed=True)
