"""Texts of verification notices; imported once the models are loaded."""

from django.utils.translation import gettext_lazy as _

from accounts.models.notice import Topic
from accounts.notices.services import NoticeText, register_notice

NOTICES = {
    "record_found": NoticeText(
        Topic.RECORD,
        _("Your student record has arrived"),
        _("Your school has submitted a record that matches what you entered. You can see it now."),
    ),
    "dispute_against_me": NoticeText(
        Topic.RECORD,
        _("Someone says that your record is theirs"),
        _("If it is yours, object in time: the school decides after that. Nothing has changed."),
    ),
    "dispute_to_answer": NoticeText(
        Topic.RECORD,
        _("Answer the dispute about your record by %(until)s"),
        _(
            "Someone says that your record is theirs. If it is yours, say so by "
            "%(until)s. The school decides after that. Nothing has changed yet."
        ),
        sms="notice_dispute",
    ),
    "dispute_decided": NoticeText(
        Topic.RECORD,
        _("The school has decided the identity dispute"),
        _("Read what was decided, and why."),
    ),
    "dispute_reopened": NoticeText(
        Topic.RECORD,
        _("The identity dispute is open again"),
        _("The school has undone its decision and will look into it again."),
    ),
    "asked_to_vouch": NoticeText(
        Topic.RECORD,
        _("Do you know this person?"),
        _("Someone says they are in your class. Tell us whether you know them."),
    ),
    "assisted": NoticeText(
        Topic.RECORD,
        _("Your school has opened your record for you"),
        _("Read it and say whether it is right. If you did not ask for this, tell your school."),
    ),
    "records_to_prove_again": NoticeText(
        Topic.RECORD,
        _("Verify your identity at your other schools"),
        _(
            "Your account was recovered at one school. Your records at other schools "
            "are closed until you enter the number that each school knows."
        ),
    ),
    "assist_alarm": NoticeText(
        Topic.WORK,
        _("Someone has opened very many records in person today"),
        _(
            "They have reached the daily limit for one member of staff. The audit "
            "trail shows who it is."
        ),
    ),
    "claim_objected": NoticeText(
        Topic.WORK,
        _("The person at a registered phone objects to a claim"),
        _(
            "The person at the phone in your registry says that the linked account is "
            "not theirs. The record is frozen until a registrar decides."
        ),
    ),
    "claim_questioned": NoticeText(
        Topic.RECORD,
        _("Your school checks whether this record is yours"),
        _(
            "The person at the phone that your school has says that it was not them. "
            "You can still read the record until the school decides. Show your school "
            "your certificate."
        ),
    ),
    "claim_upheld": NoticeText(
        Topic.RECORD,
        _("Your school has checked: the record stays yours"),
        _("You can use everything as before."),
    ),
    "claim_taken_back": NoticeText(
        Topic.RECORD,
        _("Your school has unlinked the record"),
        _("If it is yours, see your school's student records office with your certificate."),
    ),
}
for kind, words in NOTICES.items():
    register_notice(kind, words)
