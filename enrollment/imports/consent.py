"""Why a checked file may not be published yet: consent or a second person is missing."""

from collections.abc import Mapping

from django.utils.translation import gettext

from enrollment.fields.catalogue import BY_NAME
from enrollment.imports.results.report import Result


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


def require_accepted(result: Result, accept_cleared: bool) -> None:
    """Raise ClearedError when cleared values need a consent that was not given."""
    if result.asks_about_cleared and not accept_cleared:
        raise ClearedError(result.cleared)
