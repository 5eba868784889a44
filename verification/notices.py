"""Texts of verification notices; imported once the models are loaded."""

from django.utils.translation import gettext_lazy as _

from accounts.models.notice import Topic
from accounts.notices.services import NoticeText, register_notice

NOTICES = {
    "record_found": NoticeText(
        Topic.RECORD,
        _("Your student record has come in"),
        _("Your school has handed in a record that fits what you entered. It is open for you now."),
    ),
    "dispute_against_me": NoticeText(
        Topic.RECORD,
        _("Somebody says that your record is theirs"),
        _("If it is yours, object in time: the school decides after that. Nothing has changed."),
    ),
    "dispute_decided": NoticeText(
        Topic.RECORD,
        _("The school has decided the identity dispute"),
        _("Read what was decided, and why."),
    ),
    "dispute_reopened": NoticeText(
        Topic.RECORD,
        _("The identity dispute is open again"),
        _("The school has taken its decision back and looks into it once more."),
    ),
    "asked_to_vouch": NoticeText(
        Topic.RECORD,
        _("Do you know this person?"),
        _("Somebody of your class asks you to say whether you know them."),
    ),
    "assisted": NoticeText(
        Topic.RECORD,
        _("Your school has opened your record for you"),
        _("Read it and say whether it is right. If you did not ask for this, tell your school."),
    ),
    "assist_alarm": NoticeText(
        Topic.WORK,
        _("Somebody has opened very many records face to face today"),
        _("As many as one member of staff may in a day; the audit trail tells who."),
    ),
    "claim_objected": NoticeText(
        Topic.WORK,
        _("A phone you know objects to a claim"),
        _(
            "Whoever reads the phone in your registry says that the account which opened the "
            "record is not theirs. The record is frozen until a registrar decides."
        ),
    ),
    "claim_questioned": NoticeText(
        Topic.RECORD,
        _("Your school checks whether this record is yours"),
        _(
            "Whoever reads the phone that your school knows says that it was not them. "
            "You keep reading the record; the school decides. Show it your certificate."
        ),
    ),
    "claim_upheld": NoticeText(
        Topic.RECORD,
        _("Your school has checked: the record stays yours"),
        _("Everything is open to you as before."),
    ),
    "claim_taken_back": NoticeText(
        Topic.RECORD,
        _("Your school has taken the record back"),
        _("If it is yours, see your school's student records office with your certificate."),
    ),
}
for kind, words in NOTICES.items():
    register_notice(kind, words)
