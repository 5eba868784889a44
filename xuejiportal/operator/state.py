"""The state of the portal in words: each part with its figure and what to do."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audit.models import AuditCheck
from delivery.outbox.queries import MessageCounts, counts_since
from enrollment.imports.estimate import RUNNING
from enrollment.models import BatchState, ImportBatch
from xuejiportal.backups.services import LAST_BACKUP
from xuejiportal.monitoring.errors import errors_of_day
from xuejiportal.monitoring.health import Finding, examine
from xuejiportal.operator.words import PARTS, Text

# The chain is checked every night, and a backup is expected as often.
LATEST_NIGHTLY = timedelta(hours=36)
MOST_UNKNOWN = 0.2  # of the messages that left
LATEST_IMPORT = timedelta(hours=1)


@dataclass(frozen=True)
class Part:
    """One line of the page: what it is, whether it is well, its figure, what to do, where."""

    label: Text
    is_well: bool
    told: Text
    advice: Text = ""
    path: str = ""


def parts_of_portal() -> list[Part]:
    """Every part; those read from the database only while its tables are there."""
    findings = examine()
    parts = [_running(finding) for finding in findings if finding.name in PARTS]
    if all(found.is_well for found in findings if found.name in ("database", "migrations")):
        parts += [*_messages(), _imports(), _chain()]
    return [*parts, _errors(), _backup()]


def _running(finding: Finding) -> Part:
    words = PARTS[finding.name]
    advice = "" if finding.is_well else words.advice
    return Part(words.label, finding.is_well, _figure(finding), advice)


def _figure(finding: Finding) -> str:
    """What was found, in the reader's language; names and numbers of versions as they are."""
    if finding.seconds is not None:
        return _duration(finding.seconds)
    if finding.name.startswith("pulse"):
        return _("never")
    if finding.name == "migrations" and finding.is_well:
        return _("up to date")
    if finding.name == "storage" and " GB free" in finding.told:
        return _("%(number)s GB free") % {"number": finding.told.partition(" ")[0]}
    return finding.told


def _duration(seconds: float) -> str:
    """So long; from two minutes on without seconds."""
    if seconds >= 120:
        now = timezone.now()
        return timesince(now - timedelta(seconds=seconds), now)
    whole = round(seconds)
    return ngettext("%(n)d second", "%(n)d seconds", whole) % {"n": whole}


def _messages() -> Iterator[Part]:
    """What was sent in the last hour, by way of sending."""
    for counts in counts_since(timezone.now() - timedelta(hours=1)):
        is_silent = counts.unknown > MOST_UNKNOWN * (counts.sent + counts.unknown)
        numbers = {
            "sent": counts.sent,
            "waiting": counts.waiting,
            "failed": counts.failed,
            "unknown": counts.unknown,
        }
        told = _("%(sent)d sent, %(waiting)d waiting, %(failed)d failed, %(unknown)d unanswered")
        advice = _("See which failed and why; compare the provider's console.")
        yield Part(
            _("Messages of the last hour: %(way)s") % {"way": _way(counts)},
            not counts.failed and not is_silent,
            told % numbers,
            advice if counts.failed or is_silent else "",
            reverse("operator_messages"),
        )


def _way(counts: MessageCounts) -> str:
    """The channel; with its provider, unless that is only another word for it."""
    provider = counts.provider if counts.provider != counts.channel else ""
    return " · ".join(filter(None, (counts.channel_label, provider)))


def _imports() -> Part:
    """Imports in work; one that is an hour old hangs."""
    now = timezone.now()
    running = ImportBatch.objects.filter(state__in=RUNNING)
    ages = sorted(running.values_list("created_at", flat=True))
    failed = ImportBatch.objects.filter(
        state=BatchState.FAILED, created_at__gt=now - timedelta(days=1)
    ).count()
    is_well = not ages or now - ages[0] < LATEST_IMPORT
    return Part(
        _("Imports"),
        is_well,
        _("%(running)d in work, %(failed)d files of the last day refused")
        % {"running": len(ages), "failed": failed},
        "" if is_well else _("One has been in work for an hour: see docs/where-do-i-look.md."),
        reverse("operator_imports"),
    )


def _chain() -> Part:
    """The last check of the audit trail's chain."""
    label = _("Check of the audit trail")
    checked = AuditCheck.objects.order_by("-pk").first()
    if checked is None or _is_late(checked.at):
        return Part(label, False, _ago(checked.at if checked else None), _(
            "It runs every night. Start it now: deploy/portal verify_audit"
        ))  # fmt: skip
    if checked.broken:
        return Part(
            label,
            False,
            _("entry %(number)d was altered") % {"number": checked.broken},
            _("Keep the database as it is and follow SECURITY.md: somebody changed the trail."),
        )
    return Part(label, True, _ago(checked.at))


def _errors() -> Part:
    number = errors_of_day()
    return Part(
        _("Pages that ended in an error, last 24 hours"),
        not number,
        str(number),
        _("Find each by the number on its page: journalctl -u portal-web") if number else "",
    )


def _backup() -> Part:
    made = cache.get(LAST_BACKUP)
    at = datetime.fromisoformat(made) if made else None
    is_well = at is not None and not _is_late(at)
    advice = _("Make one every night, on another machine: deploy/portal backup DIR")
    return Part(_("Last backup"), is_well, _ago(at), "" if is_well else advice)


def _is_late(at: datetime) -> bool:
    return timezone.now() - at > LATEST_NIGHTLY


def _ago(at: datetime | None) -> str:
    return _("%(age)s ago") % {"age": timesince(at)} if at else _("none known")
