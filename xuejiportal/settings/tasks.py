"""Celery: queues, limits of tasks, and what runs periodically."""

from datetime import timedelta

from celery.schedules import crontab, schedule
from kombu import Queue

from delivery.priorities import LAST
from xuejiportal.settings.applications import REDIS_URL
from xuejiportal.settings.base import TIME_ZONE
from xuejiportal.settings.messages import OUTBOX_RECONCILE, OUTBOX_SWEEP

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
# Messages have a queue of their own: no code waits behind a long import where one
# worker serves ``delivery`` alone. So have imports, which take minutes: a report is
# printed meanwhile; so are the sweeps that rescue imports, which must not wait behind one.
# A worker that names no queue serves all.
CELERY_TASK_QUEUES = [Queue("celery"), Queue("delivery"), Queue("imports")]
IMPORT_TASKS = (
    "enrollment.imports.tasks.rehearse_upload",
    "enrollment.imports.tasks.publish_upload",
    "enrollment.photos.tasks.check_photos",
    "enrollment.photos.tasks.import_photo_batch",
    "enrollment.photos.tasks.undo_photo_batch",
)
CELERY_TASK_ROUTES = {
    "delivery.tasks.*": {"queue": "delivery"},
    **{task: {"queue": "imports"} for task in IMPORT_TASKS},
    # Of these a thousand may wait: a worker takes every other task of its queues before them.
    "enrollment.status_reports.tasks.print_status_report": {"queue": "celery", "priority": LAST},
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
    "withdraw-ended-counselors": {
        "task": "enrollment.institutions.tasks.withdraw_ended_counselors",
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
    "note-open-searches": {
        "task": "verification.search_progress.note_open_searches",
        "schedule": schedule(timedelta(seconds=5)),
        "options": {"expires": 10},
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
    "follow-records": {
        "task": "support.tasks.follow_records",
        "schedule": schedule(timedelta(minutes=1)),
        "options": {"expires": 60},
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
