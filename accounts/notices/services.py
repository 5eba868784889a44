"""Telling a person something: in the portal always, by e-mail and text message as they wish.

A notice says that there is something to read and where; what it is stays in
the portal. Messages that protect an account are no notices: nobody can turn
them off, and they do not pass here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

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
from accounts.notices.limits import take_places
from delivery.content import EmailContent, SmsContent
from delivery.services import queue_many

SMS_KIND = "notice"


@dataclass(frozen=True)
class NoticeText:
    """What a kind of notice says. ``text`` may name values of ``detail``: ``%(name)s``."""

    topic: Topic
    title: str | Promise
    text: str | Promise


@dataclass(frozen=True)
class Channels:
    """By which ways somebody is told beside the portal."""

    email: bool
    sms: bool


@dataclass
class Reached:
    """Who was told by which way; keys of accounts."""

    portal: list[int] = field(default_factory=list)
    email: list[int] = field(default_factory=list)
    sms: list[int] = field(default_factory=list)


_words: dict[str, NoticeText] = {}


def register_notice(kind: str, words: NoticeText) -> None:
    """Say what notices of ``kind`` say; call it in ``AppConfig.ready``."""
    _words[kind] = words


def words_of(notice: Notice) -> tuple[str, str]:
    """Title and text of ``notice`` in the reader's language."""
    words = _words[notice.kind]
    return str(words.title), str(words.text) % notice.detail


def notify(
    *,
    account: User,
    kind: str,
    path: str,
    detail: dict[str, str] | None = None,
    always: bool = False,
) -> Reached:
    """Tell one person; see ``tell_all``."""
    return notify_all(accounts=[account], kind=kind, path=path, detail=detail, always=always)


def notify_all(
    *,
    accounts: Sequence[User],
    kind: str,
    path: str,
    detail: dict[str, str] | None = None,
    always: bool = False,
) -> Reached:
    """Put a notice before each of ``accounts`` and send what they wish, in one transaction.

    ``always``: by every way there is, whatever they wish, since a right is at stake.
    """
    words = _words[kind]
    reach = Reached()
    with transaction.atomic():
        Notice.objects.bulk_create(
            Notice(account=account, kind=kind, path=path, detail=detail or {})
            for account in accounts
        )
        reach.portal += [account.pk for account in accounts]
        chosen = ways_of(accounts, words.topic)
        if always:
            chosen = dict.fromkeys(chosen, Channels(True, True))
        by_email = [account for account in accounts if account.email and chosen[account.pk].email]
        by_sms = [
            account for account in accounts if account.phone_confirmed_at and chosen[account.pk].sms
        ]
        free = take_places({str(a.phone) for a in by_sms}, always=always) if by_sms else set()
        by_sms = [account for account in by_sms if str(account.phone) in free]
        reach.email += [account.pk for account in by_email]
        reach.sms += [account.pk for account in by_sms]
        purpose = f"notice_{kind}"[:40]
        for language, readers in by_language(by_email).items():
            with translation.override(language):
                letter = _letter(words, detail or {}, path)
                queue_many([(a.email, letter, a.pk) for a in readers], purpose=purpose)
        for language, readers in by_language(by_sms).items():
            with translation.override(language):
                text = SmsContent(kind=SMS_KIND)
                queue_many([(str(a.phone), text, a.pk) for a in readers], purpose=purpose)
    return reach


def ways_of(accounts: Iterable[User], topic: Topic) -> dict[int, Channels]:
    """How each account wants to hear of ``topic``.

    Usual: by e-mail; an account that has none, by text message.
    """
    known = {account.pk: Channels(True, not account.email) for account in accounts}
    for choice in NoticeChoice.objects.filter(account__in=list(known), topic=topic):
        known[choice.account_id] = Channels(choice.email, choice.sms)
    return known


def choose_ways(*, account: User, topic: Topic, ways: Channels) -> None:
    """Keep how ``account`` wants to hear of ``topic``."""
    NoticeChoice.objects.update_or_create(
        account=account, topic=topic, defaults={"email": ways.email, "sms": ways.sms}
    )


def notices_of(account: User) -> QuerySet[Notice]:
    """The notices of an account, newest first; kinds that are no more are left out."""
    return Notice.objects.filter(account=account, kind__in=_words).order_by("-pk")


def mark_read(*, notices: QuerySet[Notice]) -> int:
    """Note that ``notices`` were read; how many were unread."""
    return notices.filter(read_at=None).update(read_at=Now())


def _letter(words: NoticeText, detail: dict[str, str], path: str) -> EmailContent:
    context = {"text": str(words.text) % detail, "address": settings.SITE_URL + path}
    text = render_to_string("accounts/email/notice.txt", context)
    return messages.email(
        str(words.title), text, messages.optional(reverse("accounts:notice_choices"))
    )
