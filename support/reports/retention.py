"""Evidence and words of reports are kept no longer than they are needed."""

from datetime import timedelta

from django.conf import settings
from django.db.models.functions import Now

from enrollment.files.evidence import forget_evidence
from enrollment.models import EvidenceFile, EvidencePurpose
from support.models import LIVE_STATES, Report, ReportEntry


def forget_old_evidence() -> int:
    """Delete the files of reports settled ``EVIDENCE_DAYS`` ago or no longer there; how many."""
    before = Now() - timedelta(days=settings.EVIDENCE_DAYS)
    held = EvidenceFile.objects.filter(purpose=EvidencePurpose.REPORT).values("subject")
    subjects = set(held.values_list("subject", flat=True))
    kept = Report.objects.filter(key__in=subjects).exclude(settled_at__lt=before)
    gone = subjects - set(kept.values_list("key", flat=True))
    return forget_evidence(purpose=EvidencePurpose.REPORT, subjects=list(gone))


def forget_old_words() -> int:
    """Empty what was stated and written in reports settled ``ENDED_DAYS`` ago; how many reports.

    Cause, state and dates stay, for the statistics of the school.
    """
    before = Now() - timedelta(days=settings.ENDED_DAYS)
    settled = Report.objects.filter(settled_at__lt=before).exclude(state__in=LIVE_STATES)
    entries = ReportEntry.objects.filter(report__in=settled).exclude(words_sealed=b"")
    entries.update(words_sealed=b"")
    return settled.exclude(stated_sealed=b"").update(stated_sealed=b"", name_hash=None)
