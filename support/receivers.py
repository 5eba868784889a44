"""Receivers for deleted accounts, merged classes and published files."""

from django.dispatch import receiver

from accounts.models import User
from accounts.signals import account_deleted
from delivery.task_queue import enqueue
from enrollment.models import SchoolClass
from enrollment.signals import batch_published, classes_merged
from support.board.rollup import join_days
from support.models import LIVE_STATES, Reminder, Report
from support.reports import services
from support.tasks import follow_records


@receiver(account_deleted, dispatch_uid="support-account-deleted")
def withdraw_reports(*, account: User, **_: object) -> None:
    """Close open reports; settled ones keep their words for the school's files."""
    for report in Report.objects.filter(account=account, state__in=LIVE_STATES):
        services.withdraw(report=report)


@receiver(classes_merged, dispatch_uid="support-classes-merged")
def move_to_class(*, merged: SchoolClass, into: SchoolClass, **_: object) -> None:
    """Reports, reminders and the figures of past days go with the people of a class."""
    theirs = Report.objects.filter(school_class=merged)
    locked = theirs.select_for_update(no_key=True).order_by("pk")  # as who answers many locks them
    Report.objects.filter(pk__in=list(locked.values_list("pk", flat=True))).update(
        school_class=into
    )
    Reminder.objects.filter(school_class=merged).update(school_class=into)
    join_days(merged=merged, into=into)


@receiver(batch_published, dispatch_uid="support-follow-records")
def move_reports_with_records(**_: object) -> None:
    """Open reports of who was moved to another class are for its counselor."""
    enqueue(follow_records)
