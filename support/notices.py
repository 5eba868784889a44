"""What notices of help, reports and boards say; imported once the models are loaded."""

from django.utils.translation import gettext_lazy as _

from accounts.models.notice import Topic
from accounts.notices.services import NoticeText, register_notice

register_notice(
    "reminder",
    NoticeText(
        Topic.REMINDERS,
        _("Please check your record"),
        _("Your school asks you to read your record and to say whether it is right."),
    ),
)
register_notice(
    "report_answer",
    NoticeText(
        Topic.ANSWERS,
        _("Your school has answered"),
        _("There is an answer to a problem that you reported."),
    ),
)
register_notice(
    "batch_settled",
    NoticeText(
        Topic.WORK,
        _("What you passed on is settled"),
        _("The registrar has settled all problem reports that you handed on together."),
    ),
)
