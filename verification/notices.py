"""What notices of verification say; imported once the models are loaded."""

from django.utils.translation import gettext_lazy as _

from accounts.models.notice import Topic
from accounts.notices import Words, register_notice

NOTICES = {
    "record_found": Words(
        Topic.RECORD,
        _("Your student record has come in"),
        _("Your school has handed in a record that fits what you entered. It is open for you now."),
    ),
    "dispute_against_me": Words(
        Topic.RECORD,
        _("Somebody says that your record is theirs"),
        _("If it is yours, object in time: the school decides after that. Nothing has changed."),
    ),
    "dispute_decided": Words(
        Topic.RECORD,
        _("The school has decided the identity dispute"),
        _("Read what was decided, and why."),
    ),
    "dispute_reopened": Words(
        Topic.RECORD,
        _("The identity dispute is open again"),
        _("The school has taken its decision back and looks into it once more."),
    ),
    "asked_to_vouch": Words(
        Topic.RECORD,
        _("Do you know this person?"),
        _("Somebody of your class asks you to say whether you know them."),
    ),
    "assisted": Words(
        Topic.RECORD,
        _("Your school has opened your record for you"),
        _("Read it and say whether it is right. If you did not ask for this, tell your school."),
    ),
}
for kind, words in NOTICES.items():
    register_notice(kind, words)
