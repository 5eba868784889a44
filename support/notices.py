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
    "report_question",
    NoticeText(
        Topic.ANSWERS,
        _("Your school has a question for you: please answer"),
        _("%(school)s needs an answer from you before it can continue with your problem report."),
        sms="notice_question",
    ),
)
register_notice(
    "report_answered",
    NoticeText(
        Topic.ANSWERS,
        _("Your school has answered"),
        _("%(school)s has answered the problem that you reported."),
        sms="notice_school",
    ),
)
register_notice(
    "report_corrected",
    NoticeText(
        Topic.ANSWERS,
        _("Your record was corrected"),
        _("%(school)s has corrected what you reported. Please check your record again."),
        sms="notice_school",
    ),
)
register_notice(
    "report_submitted",
    NoticeText(
        Topic.ANSWERS,
        _("Your school has asked the province"),
        _(
            "%(school)s has asked the provincial education authority to agree to the "
            "correction. You don't need to do anything."
        ),
        sms="notice_school",
    ),
)
register_notice(
    "class_reminder",
    NoticeText(
        Topic.REMINDERS,
        _("Please check your record"),
        _("%(school)s asks you (class %(class_code)s) to say whether your record is right."),
        sms="reminder_class",
    ),
)
register_notice(
    "class_reminder_until",
    NoticeText(
        Topic.REMINDERS,
        _("Please check your record by %(until)s"),
        _(
            "%(school)s asks you (class %(class_code)s) to say by %(until)s whether your record "
            "is right."
        ),
        sms="reminder_until",
    ),
)
register_notice(
    "batch_settled",
    NoticeText(
        Topic.WORK,
        _("What you passed on is settled"),
        _("The registrar has settled all the problem reports you passed on together."),
    ),
)
