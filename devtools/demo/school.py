"""Making the demo school: registry, people, two weeks of checking, and what came of them."""

from django.db import transaction

from accounts.models import User
from devtools.demo import check, disputes, people, photos, registry, reports
from enrollment.confirmations.services import answer_record
from enrollment.demo.samples import INSTITUTION_CODE, INSTITUTION_NAME
from enrollment.models import Institution, SchoolClass, StudentRecord
from enrollment.progress import Progress
from enrollment.status_page.cards import card_of
from enrollment.status_reports.services import issue_report
from support.board.reminders import remind
from support.board.rollup import fold_headcounts

# Rows whose record has no holder: their people have stated facts in vain, or have yet to.
_WITHOUT_HOLDER = {1, 5}
_PORTRAITS = 20


def make_demo() -> None:
    """Create the demo school; one that is there is left as it is."""
    if Institution.objects.filter(code=INSTITUTION_CODE, records__isnull=False).exists():
        return
    with transaction.atomic():
        school = _make_school()
        rows = registry.demo_rows()
        staff = people.make_people(rows)
        registry.import_registry(school, rows, staff["registrar"])
        people.appoint_staff(school, rows, staff)
        check.make_campaign(school)
        _fill_classes(school, rows, _holders(staff))
        check.claim_further(school, rows, 4, staff["twice"])
        _keep_photos(school, rows)
        _tell_what_happened(school, rows, staff)
        registry.import_later_files(school, rows, staff["registrar"], staff["approver"])
        registry.date_batches((check.DAYS, 4, 1))
        fold_headcounts()


def _make_school() -> Institution:
    school, _ = Institution.objects.get_or_create(
        code=INSTITUTION_CODE,
        defaults={
            "name": INSTITUTION_NAME,
            "national_code": f"41110{INSTITUTION_CODE}",
            "authority": "示范省教育厅",
            "location": "示范市",
            "level": "本科",
        },
    )
    return school


def _holders(accounts: dict[str, User]) -> dict[int, User]:
    """The demo people who hold a record, by its row."""
    return {
        person.row: accounts[person.name]
        for person in people.PEOPLE
        if person.row is not None and person.holds_record
    }


def _fill_classes(school: Institution, rows: list[list[str]], named: dict[int, User]) -> None:
    told = {story.row for story in reports.STORIES} | {disputes.HEARD_ROW}
    places = check.places_of_the_many(registry.STUDENTS, told)
    for row in {*named, *_WITHOUT_HOLDER}:
        places.pop(row, None)
    check.fill_classes(school, rows, named, places)


def _keep_photos(school: Institution, rows: list[list[str]]) -> None:
    for number, row in enumerate(rows[:_PORTRAITS]):
        record = school.records.get(student_number=row[registry.AT["学号"]])
        photos.keep_silhouettes(record, number)


def _tell_what_happened(school: Institution, rows: list[list[str]], staff: dict[str, User]) -> None:
    first = SchoolClass.objects.get(institution=school, code=rows[0][registry.AT["班号"]])
    disputes.state_in_vain(staff["unmatched"], rows[5])
    _answer(school, rows, staff)
    reports.tell_stories(school, rows, staff)
    reports.report_not_found(school, staff["unmatched"], rows)
    disputes.open_disputes(staff["claimant"], staff["fresh"], rows)
    remind(school_class=first, parts=[Progress.UNREGISTERED], by=staff["counselor"])


def _answer(school: Institution, rows: list[list[str]], staff: dict[str, User]) -> None:
    """One has confirmed and has a report; two objected to their names, one of them was right."""
    for name, row, wrong in (("confirmed", 8, ()), ("asked", 9, ("name",)), ("corrected", 10, ())):
        account = staff[name]
        record = StudentRecord.objects.get(
            institution=school, student_number=rows[row][registry.AT["学号"]]
        )
        answer_record(record=record, account=account, asked=check.ASKED, wrong=wrong)
    account = staff["confirmed"]
    card = card_of(account, account.held_records.get().key)
    if card is not None:
        issue_report(
            card=card, account=account, purpose="实习单位核验", language="both", days=90, pin=""
        )
