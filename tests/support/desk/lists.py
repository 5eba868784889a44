"""The list of reports in the browser of a member of staff, and classmates who report."""

from collections.abc import Callable

from django.test import Client
from django.utils import timezone

from support.models import Cause, Report
from support.reports.services import Statement, open_report
from tests.people import make_account, make_record, sample_number

QUEUE = "/support/queue/"
Many = Callable[[int], list[Report]]


def report_of(serial: int) -> Report:
    """A classmate reports a wrong name."""
    account = make_account(f"s{serial}@example.org")
    record = make_record(
        name=f"学生{serial}", number=sample_number(serial), holder=account,
        claimed_at=timezone.now(),
    )  # fmt: skip
    said = Statement(words=f"名字第{serial}处", correct=f"更正{serial}")
    return open_report(account=account, cause=Cause.NAME, statement=said, record=record)


def text_of(client: Client, state: str = "") -> str:
    """The list of reports in this state."""
    return client.get(QUEUE, {"state": state} if state else {}).content.decode()


def act(client: Client, page: str = QUEUE, **given: object) -> str:
    """Send one act; the page that follows."""
    return client.post(page, given, follow=True).content.decode()
