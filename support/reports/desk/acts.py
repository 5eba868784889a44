"""What staff did with reports, in the words they read afterwards."""

from collections.abc import Callable

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from support.models import Report
from support.reports.desk import services
from support.reports.desk.forms import StaffForm

NO_LONGER_WAITING = gettext_lazy(
    "These reports are no longer waiting: they have been handled or withdrawn meanwhile."
)


class NothingDoneError(Exception):
    """The act did not fit the reports; ``message`` says why."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def act_on(reports: QuerySet[Report], form: StaffForm, by: User) -> str:
    """Do what the valid ``form`` asks with ``reports``; a sentence of what was done.

    Raises NothingDoneError; nothing was changed then.
    """
    act = form.cleaned_data["act"]
    if act == "merge":
        return _merge(reports, by)
    number = _ACTS[act](reports=reports, words=form.text, by=by)
    if not number:
        raise NothingDoneError(str(NO_LONGER_WAITING))
    return said_of(act, number)


def said_of(act: str, number: int) -> str:
    """What was done, for example "4 reports were handed on"."""
    words = {
        "answer": ngettext("%(number)d report answered.", "%(number)d reports answered.", number),
        "ask": ngettext(
            "Asked back in %(number)d report. Without a reply it waits for you again in 3 days.",
            "Asked back in %(number)d reports. Without a reply they wait for you again in 3 days.",
            number,
        ),
        "hand_on": ngettext(
            "%(number)d report passed to the registrar. We will tell you when it is settled.",
            "%(number)d reports passed to the registrar. We will tell you when all are settled.",
            number,
        ),
    }
    return words[act] % {"number": number}


def _merge(reports: QuerySet[Report], by: User) -> str:
    number = services.merge_reports(reports=reports, by=by)
    if not number:
        raise NothingDoneError(_("Only open reports of one cause and school can be one."))
    words = ngettext(
        "%(number)d report was merged.", "%(number)d reports were merged into one.", number
    )
    return words % {"number": number}


_ACTS: dict[str, Callable[..., int]] = {
    "answer": services.answer_reports,
    "ask": services.ask_back,
    "hand_on": services.hand_on,
}
