"""The keyed hashes of the names in reports, and the names, for ``rotate_lookup``."""

from collections.abc import Iterator

from support.models import Report
from support.models.report import NAME_PURPOSE, name_form
from vault.lookup_rotation import forget, register_hash, register_values


def _names() -> Iterator[str]:
    for report in Report.objects.only("key", "stated_sealed").iterator(chunk_size=2000):
        yield name_form(report.stated["name"])


register_values(NAME_PURPOSE, _names)
register_hash("support.Report.name_hash", NAME_PURPOSE, forget(name_hash=None))
