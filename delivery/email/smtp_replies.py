"""Classification of SMTP refusals: transient or permanent, and for which scope.

The text is read as well as the code: large mailbox providers report their frequency
limits with 550, which would be permanent by its code alone.
"""

import re

from delivery.errors import DeliveryError, PermanentError, Scope, TransientError

MAX_TEXT = 1000  # characters of an answer that are read

# Transient for the whole domain, whatever the code. Sources of the texts:
# QQ: "550 Ip / Domain / Sender / Connection frequency limited".
# NetEase 163/126: "HL:ICC" (connections), "HL:IFC" and "RP:QRC", "RP:TRC" (letters in a while),
# "MI:SFQ", "MI:DMC", "RP:DRC" (letters or recipients in one connection), "MI:CEL", "MI:CCL".
# Outlook: "exceeded the rate limit", "4.7.5xx Server busy", "exceeded the maximum number of
# connections", "5.7.2xx … threshold". Gmail: "4.7.28 unusual rate", "5.4.5 Daily sending limit".
LIMITED = re.compile(
    r"frequen(?:cy|tly)|频率|频繁|短期内|累计邮件数量|发送数量"
    r"|too many (?!hops)|too much mail|too fast|rate[ -]?limit|unusual rate|sending rate"
    r"|exceed\w* .{0,40}(?:rate|threshold)|throttl|maximum number of (?:connections|messages)"
    r"|concurren|server (?:is )?(?:too )?busy|(?:sending|daily|hourly|messages?) (?:limit|quota)"
    r"|\b(?:HL:(?:ICC|IFC|REP|MEP)|RP:(?:QRC|TRC|DRC|CCL|CEL)|MI:(?:SFQ|DMC|CEL|CCL))\b"
    r"|\b4\.7\.(?:28|5\d\d|6\d\d)\b|\b5\.4\.5\b|\b5\.7\.(?:23[236]|705)\b",
    re.IGNORECASE,
)
# Transient for one recipient, whatever the code: greylisting; QQ and Gmail when a
# mailbox currently receives too much mail.
RECEIVING = re.compile(
    r"user you are trying to contact is receiving|mailbox unavailable or access denied"
    r"|gr[ea]y-?list",
    re.IGNORECASE,
)
LATER = re.compile(r"(?:try|retry|sending) (?:it )?(?:again )?later|temporar|稍后", re.IGNORECASE)
# About one mailbox or one message, even if a word of LIMITED occurs in the same text.
ONE_MAILBOX = re.compile(
    r"mailbox (?:is )?full|over ?quota|(?<!sending )quota exceeded|\b[45]\.2\.\d\b"
    r"|message size|mailsize|too (?:large|big)|invalid recipients",
    re.IGNORECASE,
)
# The mailbox does not exist; checked first, so that no other word is read as a limit.
NO_SUCH_MAILBOX = re.compile(
    r"\b5\.1\.[0-9]+\b|no such (?:user|mailbox|recipient)|(?:user|recipient|mailbox|account)"
    r" (?:is )?(?:unknown|not found|not exist|does not exist)|unknown (?:user|recipient)",
    re.IGNORECASE,
)


def refusal(code: int, text: bytes, *, of_recipient: bool = False) -> DeliveryError:
    """The error for a reply of 400 or more; ``of_recipient`` if it replied to RCPT TO."""
    words = text[:MAX_TEXT].decode("utf-8", "replace")
    name = f"smtp-{code}"
    if code >= 500 and NO_SUCH_MAILBOX.search(words):
        return PermanentError(name, Scope.RECIPIENT)
    if RECEIVING.search(words):
        return TransientError(name)
    if LIMITED.search(words) and not ONE_MAILBOX.search(words):
        return TransientError(f"{name}-limited", Scope.DOMAIN)
    if code >= 500 and not LATER.search(words):
        return PermanentError(name, Scope.RECIPIENT if of_recipient else Scope.MESSAGE)
    return TransientError(name)
