"""Records that may be the one a person did not find, and in what each differs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.privacy.personal_data import record_access
from enrollment.identity.number import mask_number
from enrollment.models import StudentRecord
from enrollment.queries import records_visible_to
from enrollment.records.sealed import certificate_number
from enrollment.records.stated_facts import StatedFacts, stated_facts
from support.models import Report
from support.models.report import name_form

MAX_CANDIDATES = 5
FEW = 4  # characters: with more, the numbers are simply different ones


@dataclass(frozen=True)
class Candidate:
    """A record that agrees in something, and sentences of what it does not agree in."""

    record: StudentRecord
    has_number: bool
    differences: Sequence[str]


@dataclass(frozen=True)
class Search:
    """What was typed in vain, as far as it is kept, and the records that come near."""

    facts: StatedFacts | None
    masked_number: str
    candidates: Sequence[Candidate]


def search_of(report: Report, reader: User) -> Search | None:
    """What the person of ``report`` looked for, beside the records that ``reader`` may see.

    None for a report about a record. Every record shown is an entry in the trail.
    """
    if report.record_id is not None:
        return None
    facts = stated_facts(report.account)
    names = {name_form(report.stated["name"])} | ({name_form(facts.name)} if facts else set())
    alike = Q(name_canonical__in=names)
    if report.school_class_id is not None:
        alike &= Q(school_class=report.school_class_id)
    if facts is not None:
        alike |= Q(certificate_hash=facts.certificate_hash)
        if facts.third_item:
            alike |= Q(student_number=facts.third_item) | Q(candidate_number=facts.third_item)
    mine = records_visible_to(reader).filter(alike, institution=report.institution_id)
    records = list(
        mine.select_related("institution", "school_class").order_by("pk")[:MAX_CANDIDATES]
    )
    found = [_candidate(record, facts, report) for record in records]
    found.sort(key=lambda candidate: (not candidate.has_number, len(candidate.differences)))
    _note(found, report, reader)
    return Search(facts, mask_number(facts.number) if facts else "", found)


def _candidate(record: StudentRecord, facts: StatedFacts | None, report: Report) -> Candidate:
    has_number = facts is not None and bytes(record.certificate_hash) == facts.certificate_hash
    differences = [] if facts is None else list(_differences(record, facts, has_number))
    if record.holder_id is not None:
        mine = record.holder_id == report.account_id
        differences.append(
            _("This account is now linked to the record.")
            if mine
            else _("Another account holds this record: that is decided as an identity dispute.")
        )
    return Candidate(record, has_number, differences)


def _differences(record: StudentRecord, facts: StatedFacts, has_number: bool) -> Iterator[str]:
    if name_form(facts.name) != record.name_canonical:
        yield _("Name: typed “%(typed)s”, in the registry “%(known)s”.") % {
            "typed": facts.name,
            "known": record.name,
        }
    if not has_number:
        yield _number_difference(certificate_number(record), facts.number)
    known = {record.student_number, record.candidate_number} - {""}
    if facts.third_item and facts.third_item not in known:
        yield _("Third item: typed “%(typed)s”, in the registry %(known)s.") % {
            "typed": facts.third_item,
            "known": " / ".join(sorted(known)) or "—",
        }


def _number_difference(known: str, typed: str) -> str:
    """How the numbers differ, without showing either."""
    places = [n for n, (a, b) in enumerate(zip(known, typed, strict=False), 1) if a != b]
    if len(known) != len(typed) or len(places) > FEW:
        return _("Certificate number: not the one in the registry.")
    words = ngettext(
        "Certificate number: differs in one character (%(places)s).",
        "Certificate number: differs in several characters (%(places)s).",
        len(places),
    )
    return words % {"places": "、".join(map(str, places))}


def _note(found: Sequence[Candidate], report: Report, reader: User) -> None:
    for candidate in found:
        record_access(
            account=reader,
            action="support.compare_record",
            people=1,
            subject_type="record",
            subject_key=candidate.record.key,
            institution_code=report.institution.code,
        )
