"""Texts of the registry's notices; imported once the models are loaded."""

from django.utils.translation import gettext_lazy as _

from accounts.models.notice import Topic
from accounts.notices.services import NoticeText, register_notice

register_notice(
    "viewing_alarm",
    NoticeText(
        Topic.WORK,
        _("Somebody has opened very many records today"),
        _("More than usual for one member of staff; the audit trail tells who."),
    ),
)
register_notice(
    "appointment",
    NoticeText(
        Topic.WORK,
        _("A school wants you to work with it"),
        _("Read what you are appointed to, then accept or refuse."),
    ),
)
register_notice(
    "record_corrected",
    NoticeText(
        Topic.RECORD,
        _("Your record was corrected"),
        _("Your school has corrected your record. Please read it, and check it again."),
    ),
)
register_notice(
    "rules_asked",
    NoticeText(
        Topic.WORK,
        _("A colleague wants to loosen the rules of your institution"),
        _("It waits until another registrar agrees. If nobody should, refuse it."),
    ),
)
register_notice(
    "rules_changed",
    NoticeText(
        Topic.WORK,
        _("The rules of your institution have changed"),
        _("The page says what verification asks for, and how many must agree to publish."),
    ),
)
register_notice(
    "rules_refused",
    NoticeText(
        Topic.WORK,
        _("The rules of your institution stay as they are"),
        _("A change that was asked for was refused or withdrawn."),
    ),
)
register_notice(
    "record_left",
    NoticeText(
        Topic.RECORD,
        _("A record is no longer in your account"),
        _(
            "Your school has found that the record belongs to another certificate than yours. "
            "If it is yours, verify your identity again or ask your school."
        ),
    ),
)
register_notice(
    "reports_revoked",
    NoticeText(
        Topic.RECORD,
        _("Your signed reports were revoked"),
        _(
            "The portal was restored from a backup, which does not know what was revoked since. "
            "If you still need a report, issue a new one."
        ),
    ),
)
register_notice(
    "record_back",
    NoticeText(
        Topic.RECORD,
        _("A record that left your account can be yours again"),
        _("Your school has taken its change back. Please verify your identity again."),
    ),
)
register_notice(
    "answer_stale",
    NoticeText(
        Topic.RECORD,
        _("Something you confirmed has changed"),
        _("The page of your record shows the old and the new value. Please check it again."),
    ),
)
register_notice(
    "change_undone",
    NoticeText(
        Topic.RECORD,
        _("A change to your record was taken back"),
        _(
            "What you were told of holds no more; the page of your record shows what does. "
            "Please check it again."
        ),
    ),
)
register_notice(
    "publication_undone",
    NoticeText(
        Topic.WORK,
        _("A publication you had a part in was undone"),
        _("You uploaded, approved or mended the file. Its page says who undid it, and when."),
    ),
)
register_notice(
    "report_waits",
    NoticeText(
        Topic.WORK,
        _("A status report waits for a font"),
        _(
            "A student's name or major has a character that the portal's fonts cannot print. "
            "The operator adds a font that has it (REPORT_FONTS); then the report is made."
        ),
    ),
)
