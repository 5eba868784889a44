"""What staff ask about a record beside its fields: its account, its check, its photos."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.models import User
from delivery.masking import masked_email, masked_phone
from enrollment.fields.checklist import labels, listed
from enrollment.models import Answer, StudentRecord
from enrollment.progress import Progress


@dataclass(frozen=True)
class SummaryFact:
    """One line: its label, and each text with the address it leads to ("" for none)."""

    label: str | Promise
    values: list[tuple[str, str]]


# Returns what another app knows of one record, as this member of staff may see it.
FactFinder = Callable[[StudentRecord, User], Iterable[SummaryFact]]

_finders: list[FactFinder] = []


def register_summary(find: FactFinder) -> None:
    """Register ``find`` as a source of lines; call it in ``AppConfig.ready``."""
    _finders.append(find)


def summary_of(record: StudentRecord, user: User) -> list[SummaryFact]:
    """All lines about ``record`` for ``user``; contacts are masked."""
    found = [fact for find in _finders for fact in find(record, user)]
    return [*_own_facts(record), *found]


def one(label: str | Promise, text: str, path: str = "") -> SummaryFact:
    """A line with a single text."""
    return SummaryFact(label, [(text, path)])


def _own_facts(record: StudentRecord) -> Iterator[SummaryFact]:
    progress = str(Progress(record.progress).label)
    if record.progress_since:
        progress += f" · {_at(record.progress_since)}"
    yield one(_("Progress"), progress)
    if record.holder is not None:
        email, phone = record.holder.email, record.holder.phone
        reached = [masked_email(email)] if email else []
        if phone and record.holder.phone_confirmed_at:
            reached.append(masked_phone(phone.as_e164))
        yield SummaryFact(_("Contacts"), [(text, "") for text in reached] or [("—", "")])
    given = record.confirmations.order_by("-pk").first()
    if given is not None and given.account_id == record.holder_id:
        said = _("Confirmed") if given.answer == Answer.RIGHT else _("Objected to")
        wrong = listed(labels(given.wrong_fields))
        at = f"· {_at(given.made_at)}"
        yield one(_("Last answer"), " ".join(filter(None, (said, wrong, at))))
    photos = [
        (
            f"{photo.get_kind_display()} · {_at(photo.added_at)}",
            reverse("registry:photo", args=[record.key, photo.kind]),
        )
        for photo in record.photos.order_by("kind")
    ]
    yield SummaryFact(_("Photos"), photos or [("—", "")])


def _at(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "Y-m-d H:i")
