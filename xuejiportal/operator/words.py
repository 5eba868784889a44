"""What each examined part is called on the operator's page, and what to do where it fails."""

from dataclasses import dataclass

from django.utils.functional import Promise, lazy
from django.utils.translation import gettext_lazy as _

Text = str | Promise


@dataclass(frozen=True)
class PartWords:
    """The name of a part, and what to do when it does not work."""

    label: Text
    advice: Text


def _start(unit: str) -> str:
    return _(
        "Start it: systemctl restart portal-beat %(unit)s. Then see its log: journalctl -u %(unit)s"
    ) % {"unit": f"portal-{unit}"}


# In the language of the page: formatting a lazy text would settle it when it is imported.
_worker = lazy(_start, str)


# By the name of the finding (xuejiportal.monitoring.health).
PARTS: dict[str, PartWords] = {
    "database": PartWords(
        _("Database"), _("Start PostgreSQL 15 or later, and compare DATABASE_URL in portal.env.")
    ),
    "migrations": PartWords(_("Tables of the database"), _("Run: deploy/portal migrate")),
    "oldest message": PartWords(_("Oldest message that waits to be sent"), _worker("sender")),
    "audit seal": PartWords(_("Oldest audit entry outside the chain"), _worker("worker")),
    "redis": PartWords(
        _("Redis (cache and task queues)"),
        _("Start Redis with maxmemory-policy noeviction, and compare REDIS_URL in portal.env."),
    ),
    "storage": PartWords(
        _("Storage of photos and files"),
        _("Make room on the disk (2 GB at least), or compare the S3_ variables with the bucket."),
    ),
    "pulse of worker": PartWords(_("Worker: last seen"), _worker("worker")),
    "pulse of sender": PartWords(_("Sender of messages: last seen"), _worker("sender")),
    "pulse of importer": PartWords(_("Worker for imports: last seen"), _worker("importer")),
}
