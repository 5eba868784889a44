"""What is kept about the owners of accounts."""

from datetime import timedelta

from django.conf import settings

from accounts import security_log
from accounts.codes import services as codes
from accounts.deletion import services as deletion
from accounts.limits.rate_limits import BLOCK_RETENTION
from accounts.limits.rules import DAY
from accounts.privacy.personal_data import COUNTS_KEPT
from accounts.recovery import security_questions, staff_assisted
from accounts.sessions.services import end_sessions
from accounts.sign_in import admission
from accounts.sign_up import by_phone
from accounts.tasks import delete_due_accounts, forget_unfinished
from xuejiportal.data_inventory.entries import (
    MASKED,
    SLOW_HASH,
    Entry,
    Kept,
    span,
)

_COOLING = span(settings.DELETION_DAYS)
_OWNER = "the owner"
_NO_ONE = "no one; the portal compares it"
_WITH_ACCOUNT = Kept(
    f"until the account is deleted ({_COOLING} after its owner asked)", (delete_due_accounts,)
)
_ACCOUNT = Kept(
    f"until the account is deleted ({_COOLING} after its owner asked); never activated: "
    f"{span(settings.UNACTIVATED_DAYS)} or as long as its last link, "
    f"by phone {span(by_phone.UNCONFIRMED_TTL)}",
    (delete_due_accounts, forget_unfinished),
)
_CODE = Kept(f"{span(codes.RETENTION)} after the code has expired", (forget_unfinished,))
_RESCUE = Kept(
    f"{span(staff_assisted.RETENTION)} after it began; {span(staff_assisted.CODE_TTL * 2)} "
    "if it was never completed",
    (forget_unfinished, delete_due_accounts),
)
_LOG = Kept(f"{span(security_log.RETENTION)} (GB/T 22239)", (security_log.prune_log,))

ENTRIES = (
    Entry(
        "accounts.User",
        {
            "username": "name for signing in, if the owner chose one",
            "staff_name": "name of a member of staff",
            "staff_office": "their office",
            "email": "e-mail address",
            "phone": "phone number",
        },
        why="to sign in, to recover the account, to send what the owner asked for",
        kept=_ACCOUNT,
        seen_by="the owner; staff half hidden; the operator",
    ),
    Entry(
        "accounts.User",
        {"password": "password", "language": "language of messages"},
        why="to sign in; to write in the language the owner reads",
        kept=_ACCOUNT,
        seen_by="the owner chooses them; no one can read the password",
        forms={"password": SLOW_HASH},
    ),
    Entry(
        "accounts.User",
        {
            "account_notice": "version of the privacy notice agreed to",
            "identity_notice": "version of the notice on certificate numbers agreed to",
        },
        why="to ask once for each version (PIPL articles 14, 29)",
        kept=_ACCOUNT,
        seen_by=_OWNER,
    ),
    Entry(
        "accounts.Consent",
        {
            "purpose": "which privacy notice was agreed to",
            "version": "its version",
            "given_at": "when",
            "withdrawn_at": "when the consent was withdrawn",
        },
        why="to show that consent was given (PIPL articles 14, 29)",
        kept=_ACCOUNT,
        seen_by=_OWNER,
    ),
    Entry(
        "account.EmailAddress",
        {"email": "e-mail address, confirmed or not"},
        why="to sign in and to be reached",
        kept=_ACCOUNT,
        seen_by=_OWNER,
    ),
    Entry(
        "mfa.Authenticator",
        {"data": "secret of an authenticator app, recovery codes"},
        why="the second step of signing in",
        kept=Kept("until removed by the owner or with the account", (deletion.erase_account,)),
        seen_by=_NO_ONE,
    ),
    Entry(
        "accounts.Code",
        {"address_hash": "the phone or mailbox a code was asked for", "address_sealed": "the same"},
        why="to send one-time codes and to count tries",
        kept=_CODE,
        seen_by=_NO_ONE,
    ),
    Entry(
        "accounts.ContactChange",
        {"old_sealed": "the contact or username before a change"},
        why="so that the owner can take a change back",
        kept=_WITH_ACCOUNT,
        seen_by=_OWNER,
    ),
    Entry(
        "accounts.SecurityEvent",
        {
            "kind": "what happened: a sign-in, a failed one, a change, a refused page",
            "user_agent": "what the browser says of itself",
            "network": "the network address, half hidden",
            "person_hash": "pseudonym of the account",
            "source_sealed": "the whole network address",
            "source_hash": "the same, for searching",
            "page": "name of the page that was refused",
        },
        why="log of sign-ins and refusals (GB/T 22239 8.1.4, Cybersecurity Law 21)",
        kept=_LOG,
        seen_by="the owner; auditors, who alone see the whole network address",
        forms={"network": MASKED},
    ),
    Entry(
        "accounts.LimitHit",
        {
            "action": "what was limited",
            "subject": "account, network, phone or mailbox that is counted",
        },
        why="to stop floods and guessing",
        kept=Kept(span(2 * DAY), (forget_unfinished,)),
        seen_by=_NO_ONE,
    ),
    Entry(
        "accounts.Block",
        {
            "subject": "phone or mailbox to which nothing is sent",
            "asker_hash": "account or network that asked too often",
            "masked": "the same contact, half hidden",
        },
        why="to stop floods of messages; past blocks make the next one longer",
        kept=Kept(
            f"{span(BLOCK_RETENTION)} after its end; loses its account when that is deleted",
            (forget_unfinished, deletion.erase_account),
        ),
        seen_by="the registrar of the school of the person who caused it; the operator",
        forms={"masked": MASKED},
    ),
    Entry(
        "accounts.Notice",
        {
            "kind": "what the notice is about",
            "path": "the page it leads to",
            "detail": "counts and names of fields",
        },
        why="to tell the owner what happened",
        kept=_WITH_ACCOUNT,
        seen_by=_OWNER,
    ),
    Entry(
        "accounts.PersonalDataCount",
        {
            "day": "day",
            "people": "people whose data a member of staff read that day",
            "hours": "the same by the hour",
        },
        why="the alarm when staff read much",
        kept=Kept(span(COUNTS_KEPT), (forget_unfinished,)),
        seen_by="auditors, when the alarm rings",
    ),
    Entry(
        "accounts.SecurityAnswer",
        {"answer_hash": "answer to a security question"},
        why="to recover the account",
        kept=Kept(
            "until removed, or with the account",
            (security_questions.remove, deletion.erase_account),
        ),
        seen_by=_NO_ONE,
        forms={"answer_hash": SLOW_HASH},
    ),
    Entry(
        "accounts.Rescue",
        {
            "contact_sealed": "the new contact of an account that is given back",
            "code_hash": "the code shown at the school",
            "desk": "the page of the member of staff",
        },
        why="to give an account back whose contacts are lost",
        kept=_RESCUE,
        seen_by="the owner; half hidden the member of staff",
    ),
    Entry(
        "accounts.Session",
        {"session_key": "key of the session", "session_data": "who is signed in, pages half done"},
        why="to stay signed in",
        kept=Kept(
            f"{span(timedelta(seconds=settings.SESSION_COOKIE_AGE))} after the last change, "
            "or until signed out",
            (forget_unfinished, end_sessions),
        ),
        seen_by=_NO_ONE,
    ),
    Entry(
        "accounts.StaffAdmission",
        {"code_hash": "code with which staff set up the second step"},
        why="so that no one else sets it up",
        kept=Kept(
            f"until used; good for {span(admission.CODE_TTL)}; cleared with the next one",
            (admission.redeem_code, admission.issue_code),
        ),
        seen_by=_NO_ONE,
    ),
)
