"""The limits of each rate-limited action (security rules, Limits)."""

from dataclasses import dataclass
from datetime import timedelta

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
COOL_DOWN = MINUTE


@dataclass(frozen=True)
class Rule:
    """At most ``limit`` uses within ``window``."""

    limit: int
    window: timedelta


RULES: dict[str, tuple[Rule, ...]] = {
    "send_sms": (Rule(1, COOL_DOWN), Rule(5, HOUR), Rule(10, DAY)),
    "send_email": (Rule(1, COOL_DOWN), Rule(5, DAY)),
    "send_link": (Rule(1, COOL_DOWN), Rule(5, DAY)),
    "targets": (Rule(5, DAY),),
    "send_ip": (Rule(100, HOUR),),  # from FREE_SENDS on with a proof of work
    "sign_in_ip": (Rule(10, MINUTE),),
    "sign_in": (Rule(5, 5 * MINUTE), Rule(20, DAY)),  # then with a proof of work
    "factor_code": (Rule(1, 2 * MINUTE),),  # an app's code is right for a minute and a half
    "second_factor": (Rule(5, 5 * MINUTE), Rule(20, DAY)),  # of one network, or of known devices
    "second_factor_all": (Rule(100, DAY),),  # of all of them, known devices excepted
    "try_code": (Rule(20, HOUR),),
    # Of a number, in whatever browser it was asked for: no more in a day than the codes that can
    # be sent to it allow together.
    "received_code": (Rule(20, HOUR), Rule(50, DAY)),
    "session_code": (Rule(5, DAY),),  # one code, from one session
    "verdict": (Rule(30, HOUR),),
    "keep_form": (Rule(30, HOUR),),  # forms sent after the session had ended, by its account
    "refused": (Rule(60, HOUR),),  # lines about refused accesses
    # Requests by username: counted separately from the contact that is written to, so that
    # the waiting time does not reveal whose contact it is.
    "send_by_name": (Rule(1, COOL_DOWN), Rule(5, HOUR), Rule(10, DAY)),
    "reset": (Rule(5, DAY),),
    "answer_question": (Rule(5, DAY),),
    "choose_username": (Rule(10, HOUR),),
    # Counted, with no limit of their own: `rate_limits.py` decides by the counts.
    "breach": (),
    "asked": (),
    "target": (),
    # Files of registrars in the browser, by person and by institution.
    "upload": (Rule(60, HOUR), Rule(200, DAY)),
    "school_upload": (Rule(400, DAY),),
    "import_file": (Rule(30, HOUR), Rule(200, DAY)),
    # Receipts and reports looked up by strangers.
    "check_ip": (Rule(60, HOUR), Rule(300, DAY)),
    # Forms with files, and each further report that they are kept with: up to five, stored for
    # months, each read by a process of its own.
    "evidence": (Rule(10, HOUR), Rule(20, DAY)),
    # Wrong PINs of one report, by one reader and by all readers. No reader is locked out for
    # good, and guessing six digits at this rate takes longer than the report is valid.
    "report_pin": (Rule(5, HOUR), Rule(10, DAY)),
    "report_pins": (Rule(100, HOUR), Rule(200, DAY)),
    "issue_report": (Rule(10, DAY),),
    "import_status": (Rule(60, MINUTE),),
    "import_refused": (Rule(20, HOUR),),
}
