"""The portal's own limits, retention periods and languages."""

from xuejiportal import environment as env

# Days that evidence is kept after the report or dispute it belongs to is settled.
EVIDENCE_DAYS = env.integer("EVIDENCE_DAYS", 90)
# Path of the operator's console; a path of your own keeps scanners away.
CONSOLE_PATH = env.text("CONSOLE_PATH", "console/")
# The page that asks staff for the reason of an export of personal data.
ACCESS_REASON_URL = "registry:reason"
# People whose data a member of staff may read or export in a day before auditors are alerted.
VIEWS_PER_DAY = env.integer("VIEWS_PER_DAY", 200)
# Hours that photographs and reports stay withheld after staff opened a record or recovered
# an account, unless a second person has approved.
ASSISTED_DELAY_HOURS = env.integer("ASSISTED_DELAY_HOURS", 72)
# People that a registrar may appoint in a day.
APPOINTMENTS_PER_DAY = env.integer("APPOINTMENTS_PER_DAY", 2000)
# Records and accounts that a member of staff may open face to face in a day.
ASSISTS_PER_DAY = env.integer("ASSISTS_PER_DAY", 20)
# Days that unmatched names and numbers are kept, to be matched with later imports.
FACTS_DAYS = env.integer("FACTS_DAYS", 180)
# Days that reports, disputes, objections, claims and signed reports are kept once they ended.
ENDED_DAYS = env.integer("ENDED_DAYS", 365)
# Days that uploaded files wait to be published, and that a publication can be undone.
UNPUBLISHED_DAYS = env.integer("UNPUBLISHED_DAYS", 30)
UNDO_DAYS = env.integer("UNDO_DAYS", 180)
# Who runs the portal, and whom people ask about their data: told by the privacy notices
# (PIPL article 17). Empty: the name of the site, and the school's registrar.
DATA_PROCESSOR = env.text("DATA_PROCESSOR", "")
PRIVACY_CONTACT = env.text("PRIVACY_CONTACT", "")
# Days between the request to delete an account and its deletion, in which it can be cancelled.
DELETION_DAYS = env.integer("DELETION_DAYS", 7)
# Days after which an account is deleted whose activation link was never followed.
UNACTIVATED_DAYS = env.integer("UNACTIVATED_DAYS", 7)
# Hours that the holder of a record has to object to a dispute before it may be decided.
OBJECTION_HOURS = env.integer("OBJECTION_HOURS", 72)
# Text messages of every kind that leave in a minute; the rest waits in the outbox.
SMS_PER_MINUTE = env.integer("SMS_PER_MINUTE", 3000)
# Failed submissions of name and number: per account in a day and in all, and in a
# day per name, per first 14 characters of the number, per network address.
VERIFICATION_LIMITS = {
    "account_day": env.integer("VERIFICATION_ACCOUNT_DAY", 5),
    "account_total": env.integer("VERIFICATION_ACCOUNT_TOTAL", 10),
    "name_day": env.integer("VERIFICATION_NAME_DAY", 10),
    "prefix_day": env.integer("VERIFICATION_PREFIX_DAY", 10),
    "address_day": env.integer("VERIFICATION_ADDRESS_DAY", 200),
}
