"""One-time codes: derivation, verification, single use (guide rows 34 to 44; threat T7).

A code is never stored: it is derived from its row with ``CODE_KEY``, once when it is
sent and again when it is verified. A dump of the database, the broker or the logs
contains no codes.
"""

import enum
import hmac
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.template.loader import render_to_string

from accounts.codes import messages
from accounts.limits import rate_limits
from accounts.models import BINDING, ENTRANCE, Code, CodePurpose, User
from accounts.text import fold_typed, fold_width
from database.advisory_locks import lock
from delivery.models import Channel, OutboxMessage
from delivery.outbox.content import Content, SmsContent
from vault import cipher
from vault.lookup import keyed_hash

KIND = "code"
# A text message names the purpose of its code, so that a caller cannot pretend another one.
SMS_KINDS = {
    CodePurpose.SIGN_IN: "code_sign_in",
    CodePurpose.RESET_PASSWORD: "code_reset_password",
    CodePurpose.RESCUE: "code_rescue",
}
DIGITS = 6
MAX_COMPARED = 5  # codes with one typed
MAX_TYPED = 500  # the whole text message, signature and all
# Overlapping on purpose: "100 367 071" has two readings, so the person is asked.
_SHAPES = tuple(
    re.compile(rf"(?<![0-9])(?=({shape})(?![0-9]))")
    for shape in ("[0-9]{6}", "[0-9]{3}[ -][0-9]{3}", "[0-9]{2}(?:[ -][0-9]{2}){2}",
                  "[0-9](?:[ -][0-9]){5}")
)  # fmt: skip
MAX_TRIES = 5
MAX_TRIES_IN_ALL = 20  # of a code that several sessions of one account may type
# Guide row 42: 校验码有效期1天. Codes that open an account live ten minutes.
TTL = {
    CodePurpose.BIND_PHONE: timedelta(days=1),
    CodePurpose.BIND_EMAIL: timedelta(days=1),
    CodePurpose.SIGN_IN: timedelta(minutes=10),
    CodePurpose.RESET_PASSWORD: timedelta(minutes=10),
    CodePurpose.RESCUE: timedelta(days=1),
}

RETENTION = timedelta(days=2)  # after its end, for questions about it


class Outcome(enum.Enum):
    """The result of verifying a typed code."""

    RIGHT = "right"
    WRONG = "wrong"
    OVER = "over"  # expired, used, replaced, or out of tries: ask for a new one


def derive(code: Code) -> str:
    """The six digits of ``code``: an HMAC over every column it is bound to."""
    return _derive(code, settings.CODE_KEYS[0])


def is_right(code: Code, typed: str) -> bool:
    """Whether ``typed`` matches ``code``, derived with the current or an earlier key."""
    found = find(typed)
    if len(found) != 1:
        return False
    [digits] = found
    return any(hmac.compare_digest(_derive(code, key), digits) for key in settings.CODE_KEYS)


def _derive(code: Code, key: bytes) -> str:
    parts = [
        code.key.bytes,
        bytes(code.nonce),
        code.channel.encode(),
        bytes(code.address_hash),
        code.purpose.encode(),
        str(code.account_id).encode(),
    ]
    digest = hmac.digest(key, b"\0".join(parts), "sha256")
    return f"{int.from_bytes(digest[:8]) % 10**DIGITS:0{DIGITS}d}"


def get_or_create_code(
    *,
    account: User | None,
    purpose: CodePurpose,
    channel: Channel,
    address: str,
    asked_for: str = "",
    is_decoy: bool = False,
    earlier: Code | None = None,
) -> Code:
    """The code to send: the one still valid, else a new one.

    A valid code is sent again without resetting its tries (guide row 44); a request to
    bind another address closes it. ``asked_for`` is the username typed in place of
    ``address``. Call inside a transaction that has locked the account: one request at a time.

    A code that opens an account belongs to the browser that requested it: ``earlier`` is
    its current one. Browsers never share a code, so a stranger cannot use up the owner's
    tries.
    """
    hashed = keyed_hash(f"code-{channel}", asked_for or address)
    current = Code.objects.filter(account=account, purpose=purpose, closed_at__isnull=True)
    if account is None or purpose in ENTRANCE:
        lock(hashed)  # a request without an account takes the same time (T4)
        current = current.filter(pk=earlier.pk if earlier else 0)
    living = current.filter(
        address_hash=hashed, expires_at__gt=Now(), tries__lt=_max_tries(purpose), is_decoy=is_decoy
    ).first()
    if living is not None:
        return living
    current.update(closed_at=Now())
    code = Code(
        account=account,
        purpose=purpose,
        channel=channel,
        address_hash=hashed,
        nonce=secrets.token_bytes(16),
        is_decoy=is_decoy,
        expires_at=Now() + TTL[purpose],
    )
    code.address_sealed = cipher.seal(address.encode(), context=_context(code))
    code.save()
    code.expires_at = code.created_at + TTL[purpose]  # as the database has computed it
    return code


def _max_tries(purpose: CodePurpose) -> int:
    return MAX_TRIES_IN_ALL if purpose in BINDING else MAX_TRIES


def current_code(*, account: User, purpose: CodePurpose) -> Code | None:
    """The account's valid code for ``purpose``, or None."""
    return Code.objects.filter(
        account=account, purpose=purpose, closed_at__isnull=True, expires_at__gt=Now()
    ).first()


def living_code(*, key: str, purpose: CodePurpose) -> Code | None:
    """The code with this key if it is valid, else None."""
    living = Code.objects.filter(
        key=key, purpose=purpose, closed_at__isnull=True, expires_at__gt=Now()
    )
    return living.select_related("account").first()


def living_codes(*, accounts: QuerySet[User], purpose: CodePurpose) -> QuerySet[Code]:
    """The valid codes of these accounts, newest first."""
    return Code.objects.filter(
        account__in=accounts, purpose=purpose, closed_at__isnull=True, expires_at__gt=Now()
    ).order_by("-pk")


def use_any(asked: QuerySet[Code], typed: str) -> bool:
    """Use the one of the ``asked`` codes that matches ``typed``; the caller counts the tries."""
    right = [code.pk for code in asked[:MAX_COMPARED] if is_right(code, typed)]
    used = Code.objects.filter(pk__in=right[:1], used_at__isnull=True, closed_at__isnull=True)
    return used.update(used_at=Now(), closed_at=Now()) == 1


def check(
    *, account: User, purpose: CodePurpose, typed: str, session: str = ""
) -> tuple[Outcome, Code | None]:
    """Verify ``typed`` against the account's open code, counting one try; returns code if RIGHT.

    The code can be typed on any device (guide row 42): each ``session`` has MAX_TRIES,
    all sessions together MAX_TRIES_IN_ALL.
    """
    asked = Code.objects.filter(account=account, purpose=purpose)
    return _check(asked, typed, session=session, most=MAX_TRIES_IN_ALL if session else MAX_TRIES)


def check_asked(*, code: Code, typed: str) -> tuple[Outcome, Code | None]:
    """Verify ``typed`` against ``code``, counting one try; returns the code if RIGHT."""
    return _check(Code.objects.filter(pk=code.pk), typed)


@transaction.atomic
def _check(
    asked: QuerySet[Code], typed: str, *, session: str = "", most: int = MAX_TRIES
) -> tuple[Outcome, Code | None]:
    """Count one try, then compare; one conditional UPDATE, so parallel tries are all counted."""
    asked = asked.filter(closed_at__isnull=True)
    tried = asked.filter(expires_at__gt=Now(), tries__lt=most)
    if session and not _consume_in_session(tried, session):
        return Outcome.OVER, None
    if not tried.update(tries=F("tries") + 1):
        return Outcome.OVER, None
    code = asked.get()
    if code.is_decoy or not is_right(code, typed):
        return (Outcome.OVER if code.tries >= most else Outcome.WRONG), None
    used = Code.objects.filter(pk=code.pk, used_at__isnull=True)
    if not used.update(used_at=Now(), closed_at=Now()):
        return Outcome.OVER, None
    return Outcome.RIGHT, code


def _consume_in_session(asked: QuerySet[Code], session: str) -> bool:
    key = asked.values_list("key", flat=True).first()
    return key is not None and rate_limits.try_consume("session_code", f"{key} in {session}")


def close_all(*, account: User) -> None:
    """Close every open code of the account, after its password was replaced."""
    Code.objects.filter(account=account, closed_at__isnull=True).update(closed_at=Now())


def prune() -> None:
    """Delete codes past their retention."""
    Code.objects.filter(expires_at__lt=Now() - RETENTION).delete()


def address_of(code: Code) -> str:
    """The address the code was sent to."""
    return cipher.unseal(bytes(code.address_sealed), context=_context(code)).decode()


def find(typed: str) -> set[str]:
    """The possible codes in ``typed``: six digits, alone or within a whole message.

    Six adjacent digits have priority ("367071，10 分钟内有效"), then groups of three, of
    two and of one ("367 071"). If there are several, the person must type one alone.
    """
    text = fold_typed(fold_width(typed[:MAX_TYPED]))
    for shape in _SHAPES:
        if found := {_digits(match) for match in shape.findall(text)}:
            return found
    digits = _digits(text)
    return {digits} if len(digits) == DIGITS else set()


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isascii() and char.isdigit())


def render(references: Sequence[str]) -> Mapping[str, Content]:
    """The content to send for each valid code (delivery.outbox.renderers)."""
    living = Code.objects.filter(key__in=references, closed_at__isnull=True, expires_at__gt=Now())
    contents = {str(code.key): _content(code) for code in living}
    return {key: content for key, content in contents.items() if content is not None}


def refund_unsent(unsent: Sequence[OutboxMessage]) -> None:
    """Refund the sending limits for codes that could not be sent (delivery.outbox.renderers)."""
    codes = {
        str(code.key): code
        for code in Code.objects.filter(key__in=[message.reference for message in unsent])
    }
    for message in unsent:
        if code := codes.get(message.reference):
            rate_limits.refund(
                channel=Channel(code.channel),
                address=address_of(code),
                asked_at=message.created_at,
            )


def _content(code: Code) -> Content | None:
    if code.account_id is None and code.channel == Channel.EMAIL and "@" not in address_of(code):
        return None  # an unknown username: there is no address to write to
    if code.is_decoy:
        tell = messages.no_account if code.account_id is None else messages.contact_taken
        return tell(Channel(code.channel))
    hours, minutes = divmod(int(TTL[CodePurpose(code.purpose)].total_seconds()) // 60, 60)
    values = {"code": derive(code), "hours": str(hours), "minutes": str(minutes)}
    values["purpose"] = code.purpose
    if code.channel == Channel.SMS:
        kind = SMS_KINDS.get(CodePurpose(code.purpose), KIND)
        return SmsContent(kind=kind, params={"code": values["code"]})
    return messages.email(
        render_to_string("accounts/email/code_subject.txt", values),
        render_to_string("accounts/email/code.txt", values),
    )


def _context(code: Code) -> str:
    return f"code-address:{code.key}"
