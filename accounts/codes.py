"""One-time codes: derived, checked, used once (guide rows 34 to 44; SECURITY T7).

A code is never stored: it is derived from the ledger row with ``CODE_KEY``,
at the moment of sending and at the moment of checking. A dump of the database,
the broker or the logs holds none.
"""

import enum
import hmac
import secrets
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.template.loader import render_to_string

from accounts.models import Code, CodePurpose, User
from delivery.content import Content, EmailContent, SmsContent
from delivery.models import Channel
from vault import cipher
from vault.lookup import keyed_hash

KIND = "code"
DIGITS = 6
MAX_TRIES = 5
# Guide row 42: 校验码有效期1天. Codes that open an account live ten minutes.
LIVES = {
    CodePurpose.BIND_PHONE: timedelta(days=1),
    CodePurpose.BIND_EMAIL: timedelta(days=1),
    CodePurpose.SIGN_IN: timedelta(minutes=10),
    CodePurpose.RESET_PASSWORD: timedelta(minutes=10),
}


class Outcome(enum.Enum):
    """What became of a typed code."""

    RIGHT = "right"
    WRONG = "wrong"
    OVER = "over"  # expired, used, replaced, or out of tries: ask for a new one


def derive(code: Code) -> str:
    """The six digits of ``code``: HMAC over everything it is bound to."""
    parts = [
        code.key.bytes,
        bytes(code.nonce),
        code.channel.encode(),
        bytes(code.address_hash),
        code.purpose.encode(),
        str(code.account_id).encode(),
    ]
    digest = hmac.digest(settings.CODE_KEY, b"\0".join(parts), "sha256")
    return f"{int.from_bytes(digest[:8]) % 10**DIGITS:0{DIGITS}d}"


def open_code(
    *, account: User, purpose: CodePurpose, channel: Channel, address: str, is_decoy: bool = False
) -> Code:
    """The code to send: the one that lives already, else a new one.

    The same code goes out again while it lives and its tries are not refilled
    (guide row 44); another address closes it. Call inside a transaction.
    """
    hashed = keyed_hash(f"code-{channel}", address)
    User.objects.select_for_update(no_key=True).get(pk=account.pk)  # one request at a time
    current = Code.objects.filter(account=account, purpose=purpose, closed_at__isnull=True)
    living = current.filter(
        address_hash=hashed, expires_at__gt=Now(), tries__lt=MAX_TRIES, is_decoy=is_decoy
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
        expires_at=Now() + LIVES[purpose],
    )
    code.address_sealed = cipher.seal(address.encode(), context=_context(code))
    code.save()
    code.refresh_from_db(fields=["created_at", "expires_at"])
    return code


def current_code(*, account: User, purpose: CodePurpose) -> Code | None:
    """The code that could be typed now."""
    return Code.objects.filter(
        account=account, purpose=purpose, closed_at__isnull=True, expires_at__gt=Now()
    ).first()


@transaction.atomic
def check(*, account: User, purpose: CodePurpose, typed: str) -> tuple[Outcome, Code | None]:
    """Spend one try of the open code on ``typed``; use the code when it is right.

    The count is raised before the comparison in one conditional UPDATE, so that
    parallel tries cannot outrun it. The code comes with RIGHT only.
    """
    tried = Code.objects.filter(
        account=account,
        purpose=purpose,
        closed_at__isnull=True,
        expires_at__gt=Now(),
        tries__lt=MAX_TRIES,
    )
    if not tried.update(tries=F("tries") + 1):
        return Outcome.OVER, None
    code = Code.objects.get(account=account, purpose=purpose, closed_at__isnull=True)
    if code.is_decoy or not hmac.compare_digest(derive(code), normalise(typed)):
        return (Outcome.OVER if code.tries >= MAX_TRIES else Outcome.WRONG), None
    used = Code.objects.filter(pk=code.pk, used_at__isnull=True)
    if not used.update(used_at=Now(), closed_at=Now()):
        return Outcome.OVER, None
    return Outcome.RIGHT, code


def address_of(code: Code) -> str:
    """The address the code was sent to."""
    return cipher.unseal(bytes(code.address_sealed), context=_context(code)).decode()


def normalise(typed: str) -> str:
    """Digits of any width, spaces and hyphens forgiven."""
    return "".join(char for char in fold(typed) if char.isascii() and char.isdigit())


def fold(typed: str) -> str:
    """Full-width characters as people's keyboards leave them, made ordinary."""
    return unicodedata.normalize("NFKC", typed).strip()


def render(references: Sequence[str]) -> Mapping[str, Content]:
    """What the outbox sends for each code that still lives (``delivery.registry``)."""
    living = Code.objects.filter(key__in=references, closed_at__isnull=True, expires_at__gt=Now())
    return {str(code.key): _content(code) for code in living}


def _content(code: Code) -> Content:
    if code.is_decoy:
        return _notice_to_owner(code)
    hours, minutes = divmod(int(LIVES[CodePurpose(code.purpose)].total_seconds()) // 60, 60)
    values = {"code": derive(code), "hours": str(hours), "minutes": str(minutes)}
    if code.channel == Channel.SMS:
        return SmsContent(kind=KIND, params={"code": values["code"]})
    return EmailContent(
        subject=render_to_string("accounts/email/code_subject.txt", values).strip(),
        text=render_to_string("accounts/email/code.txt", values),
    )


def _notice_to_owner(code: Code) -> Content:
    """The contact is somebody else's: that person is told, the page shows no difference (T4)."""
    if code.channel == Channel.SMS:
        return SmsContent(kind="contact_taken", params={})
    return EmailContent(
        subject=render_to_string("accounts/email/contact_taken_subject.txt").strip(),
        text=render_to_string("accounts/email/contact_taken.txt"),
    )


def _context(code: Code) -> str:
    return f"code-address:{code.key}"
