"""What notices of the registry say; imported once the models are loaded."""

from django.utils.translation import gettext_lazy as _

from accounts.models.notice import Topic
from accounts.notices import Words, register_notice

register_notice(
    "viewing_alarm",
    Words(
        Topic.WORK,
        _("Somebody has opened very many records today"),
        _("More than usual for one member of staff; the audit trail tells who."),
    ),
)
register_notice(
    "appointment",
    Words(
        Topic.WORK,
        _("A school wants you to work with it"),
        _("Read what you are appointed to, then accept or refuse."),
    ),
)
register_notice(
    "record_corrected",
    Words(
        Topic.RECORD,
        _("Your record was corrected"),
        _("Your school has corrected your record. Please read it, and check it again."),
    ),
)
register_notice(
    "answer_stale",
    Words(
        Topic.RECORD,
        _("Something you confirmed has changed"),
        _("The page of your record shows the old and the new value. Please check it again."),
    ),
)
register_notice(
    "change_undone",
    Words(
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
    Words(
        Topic.WORK,
        _("A publication you had a part in was undone"),
        _("You uploaded, approved or mended the file. Its page says who undid it, and when."),
    ),
)
register_notice(
    "report_waits",
    Words(
        Topic.WORK,
        _("A status report waits for a font"),
        _(
            "A student's name or major has a character that the portal's fonts cannot print. "
            "The operator adds a font that has it (REPORT_FONTS); then the report is made."
        ),
    ),
)
