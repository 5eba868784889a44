"""What support does when an account tells something."""

from django.dispatch import receiver

from accounts.models import User
from accounts.signals import account_deleted
from support.models import LIVE_STATES, Report
from support.reports import services


@receiver(account_deleted, dispatch_uid="support-account-deleted")
def withdraw_reports(*, account: User, **_: object) -> None:
    """Nobody is left to be answered; settled reports keep their words for the school's files."""
    for report in Report.objects.filter(account=account, state__in=LIVE_STATES):
        services.withdraw(report=report)
