"""Evidence is kept no longer than it is needed."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from enrollment.files.evidence import forget_evidence
from enrollment.models import EvidenceFile, EvidencePurpose
from support.models import Report


def forget_old_evidence() -> int:
    """Delete the files of reports settled ``EVIDENCE_DAYS`` ago or no longer there; how many."""
    before = timezone.now() - timedelta(days=settings.EVIDENCE_DAYS)
    held = EvidenceFile.objects.filter(purpose=EvidencePurpose.REPORT).values("subject")
    subjects = set(held.values_list("subject", flat=True))
    kept = Report.objects.filter(key__in=subjects).exclude(settled_at__lt=before)
    gone = subjects - set(kept.values_list("key", flat=True))
    return forget_evidence(purpose=EvidencePurpose.REPORT, subjects=list(gone))
