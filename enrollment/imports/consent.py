"""Why a checked file may not be published yet: consent or a second person is missing."""

import hashlib
import json
from collections.abc import Mapping

from django.utils.translation import gettext

from enrollment.fields.catalogue import BY_NAME
from enrollment.imports.missing import services as missing
from enrollment.imports.results.report import Result
from enrollment.models import ImportBatch
from enrollment.records.corrections.approvals import Approval

APPROVAL_FIELDS = ("approval_document", "approved_on")


class ClearedError(Exception):
    """The file clears more values than allowed without consent; ``cleared`` counts by column."""

    def __init__(self, cleared: Mapping[str, int]) -> None:
        super().__init__(dict(cleared))
        self.cleared = dict(cleared)

    @property
    def message(self) -> str:
        """The numbers of cleared values by column, for the registrar."""
        counts = "、".join(f"{BY_NAME[name].label} {count}" for name, count in self.cleared.items())
        return gettext("The file would clear values that the registry holds: %(counts)s.") % {
            "counts": counts
        }


class OtherPersonError(Exception):
    """Held records would belong to other people, and consent to it is missing."""


class ChangedSinceError(Exception):
    """The file was read again, or a decision was added, since the person looked at it."""


def shown_state(batch: ImportBatch) -> str:
    """The digest of what the page before a publication shows of ``batch``.

    Under two-person approval the second person agrees to what they saw. The first could have
    the file read in another way before they press the button.
    """
    decisions = missing.waiting(batch).order_by("pk").values_list("pk", "kind", "status")
    shown = [batch.result, batch.mapping, [list(one) for one in decisions]]
    return hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()


def require_unchanged(batch_id: int, shown: str) -> None:
    """Raise ChangedSinceError unless the import is as it was ``shown``."""
    if shown_state(ImportBatch.objects.get(pk=batch_id)) != shown:
        raise ChangedSinceError


def needing_consent(result: Result, approval: Approval | None) -> Result:
    """What a publication would do: without an approval it leaves locked fields out."""
    return result.without_locked() if result.locked and approval is None else result


def keep_approval(batch: ImportBatch, approval: Approval | None) -> None:
    """Put the approval into the fields of ``batch``, which the caller saves."""
    batch.approval_document = approval.document if approval else ""
    batch.approved_on = approval.on if approval else None


def require_accepted(result: Result, accept_cleared: bool) -> None:
    """Raise ClearedError when cleared values need a consent that was not given."""
    if result.asks_about_cleared and not accept_cleared:
        raise ClearedError(result.cleared)
