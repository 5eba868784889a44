"""Texts of the registry's notices; imported once the models are loaded."""

from django.utils.translation import gettext_lazy as _

from accounts.models.notice import Topic
from accounts.notices.services import NoticeText, register_notice

register_notice(
    "viewing_alarm",
    NoticeText(
        Topic.WORK,
        _("Someone has opened very many records today"),
        _("This is more than usual for one member of staff. The audit trail shows who it is."),
    ),
)
register_notice(
    "staff_review",
    NoticeText(
        Topic.WORK,
        _("Look at the changes of roles that an account has made"),
        _("Its owner has taken the account back. Someone else may have made these changes."),
    ),
)
register_notice(
    "appointment",
    NoticeText(
        Topic.WORK,
        _("A school has invited you to work with it"),
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
        _("It waits for another registrar's approval. If it should not be approved, refuse it."),
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
            "Your school has found that the record belongs to a different certificate. "
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
        _("Your school has undone its change. Verify your identity again."),
    ),
)
register_notice(
    "answer_stale",
    NoticeText(
        Topic.RECORD,
        _("Something you confirmed has changed"),
        _("Your record page shows the old and the new value. Check it again."),
    ),
)
register_notice(
    "change_undone",
    NoticeText(
        Topic.RECORD,
        _("A change to your record was reversed"),
        _(
            "The change we told you about was reversed. Your record page is up to "
            "date. Check it again."
        ),
    ),
)
register_notice(
    "publication_undone",
    NoticeText(
        Topic.WORK,
        _("A publication you worked on was undone"),
        _("You uploaded, approved or fixed the file. Its page shows who undid it, and when."),
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
