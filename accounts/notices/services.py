"""Notices: always shown in the portal, sent by e-mail and text message as people choose.

A message only says that there is something to read, and where; the content stays in the portal.
Security alerts are not notices: they cannot be turned off, and are sent by
``accounts.contacts.alerts``.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise

from accounts.codes import messages
from accounts.languages.services import by_language
from accounts.models import User
from accounts.models.notice import Notice, NoticeChoice, Topic
from accounts.notices.limits import within_daily_limit
from delivery.outbox.content import Content, EmailContent, SmsContent
from delivery.services import queue_many
from delivery.sms.kinds import parameters_of

SMS_KIND = "notice"


@dataclass(frozen=True)
class NoticeText:
    """The text of a kind of notice. Title and text may use values of ``detail``: ``%(name)s``.

    ``sms`` is the kind of its text message (``delivery.sms.kinds``), which takes its
    parameters from ``detail``.
    """

    topic: Topic
    title: str | Promise
    text: str | Promise
    sms: str = SMS_KIND


@dataclass(frozen=True)
class Channels:
    """The channels used besides the portal."""

    email: bool
    sms: bool


@dataclass
class Reached:
    """Primary keys of the accounts reached, by channel.

    ``messages`` has the key of the message to each account: its text message, else its e-mail.
    """

    portal: list[int] = field(default_factory=list)
    email: list[int] = field(default_factory=list)
    sms: list[int] = field(default_factory=list)
    messages: dict[int, UUID] = field(default_factory=dict)


_words: dict[str, NoticeText] = {}


def register_notice(kind: str, words: NoticeText) -> None:
    """Register the text of notices of ``kind``; call it in ``AppConfig.ready``."""
    _words[kind] = words


def text_of(notice: Notice) -> tuple[str, str]:
    """Title and text of ``notice`` in the active language."""
    words = _words[notice.kind]
    return str(words.title) % notice.detail, str(words.text) % notice.detail


def latest_notice(account: User, kind: str, **detail: str) -> Notice | None:
    """The newest notice of ``kind`` to ``account`` whose detail has these values."""
    found = Notice.objects.filter(account=account, kind=kind, detail__contains=detail)
    return found.order_by("-pk").first()


def notify(
    *,
    account: User,
    kind: str,
    path: str,
    detail: dict[str, str] | None = None,
    always: bool = False,
) -> Reached:
    """Notify one account; see ``notify_all``."""
    return notify_all(accounts=[account], kind=kind, path=path, detail=detail, always=always)


def notify_all(
    *,
    accounts: Sequence[User],
    kind: str,
    path: str,
    detail: dict[str, str] | None = None,
    always: bool = False,
) -> Reached:
    """Create a notice for each of ``accounts`` and queue their messages, in one transaction.

    ``always``: uses every channel, whatever people chose, for notices that protect a right.
    """
    words = _words[kind]
    reach = Reached()
    with transaction.atomic():
        Notice.objects.bulk_create(
            Notice(account=account, kind=kind, path=path, detail=detail or {})
            for account in accounts
        )
        reach.portal += [account.pk for account in accounts]
        chosen = channels_of(accounts, words.topic)
        if always:
            chosen = dict.fromkeys(chosen, Channels(True, True))
        by_email = [account for account in accounts if account.email and chosen[account.pk].email]
        by_sms = [
            account for account in accounts if account.phone_confirmed_at and chosen[account.pk].sms
        ]
        free = (
            within_daily_limit({str(a.phone) for a in by_sms}, always=always) if by_sms else set()
        )
        by_sms = [account for account in by_sms if str(account.phone) in free]
        reach.email += [account.pk for account in by_email]
        reach.sms += [account.pk for account in by_sms]
        purpose = f"notice_{kind}"[:40]
        values = detail or {}
        reach.messages |= _queue(
            by_email, purpose, lambda a: a.email, lambda: _letter(words, values, path)
        )
        reach.messages |= _queue(
            by_sms,
            purpose,
            lambda a: str(a.phone),
            lambda: SmsContent(words.sms, parameters_of(words.sms, values)),
        )
    return reach


def channels_of(accounts: Iterable[User], topic: Topic) -> dict[int, Channels]:
    """The channels of each account for ``topic``, by primary key.

    Default: e-mail; text message for an account without e-mail.
    """
    known = {account.pk: Channels(True, not account.email) for account in accounts}
    for choice in NoticeChoice.objects.filter(account__in=list(known), topic=topic):
        known[choice.account_id] = Channels(choice.email, choice.sms)
    return known


def choose_channels(*, account: User, topic: Topic, channels: Channels) -> None:
    """Store the channels of ``account`` for ``topic``."""
    NoticeChoice.objects.update_or_create(
        account=account, topic=topic, defaults={"email": channels.email, "sms": channels.sms}
    )


def notices_of(account: User) -> QuerySet[Notice]:
    """The notices of an account, newest first, without kinds that no longer exist."""
    return Notice.objects.filter(account=account, kind__in=_words).order_by("-pk")


def mark_read(*, notices: QuerySet[Notice]) -> int:
    """Mark ``notices`` as read; returns how many were unread."""
    return notices.filter(read_at=None).update(read_at=Now())


def _queue(
    readers: Iterable[User],
    purpose: str,
    address: Callable[[User], str],
    content: Callable[[], Content],
) -> dict[int, UUID]:
    """Queue a message to each of ``readers`` in their language; its key by account."""
    queued: dict[int, UUID] = {}
    for language, some in by_language(readers).items():
        with translation.override(language):
            written = content()
            keys = queue_many([(address(a), written, a.pk) for a in some], purpose=purpose)
        queued |= {a.pk: key for a, key in zip(some, keys, strict=True)}
    return queued


def _letter(words: NoticeText, detail: dict[str, str], path: str) -> EmailContent:
    context = {"text": str(words.text) % detail, "address": settings.SITE_URL + path}
    text = render_to_string("accounts/email/notice.txt", context)
    return messages.email(
        str(words.title) % detail, text, messages.optional(reverse("accounts:notice_choices"))
    )
