"""One batch of the outbox: render, hand over, send side by side, settle."""

import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache

from django.db import transaction
from django.utils.translation import override

from delivery import claims, email
from delivery.claims import Outcome
from delivery.content import Content, EmailContent, SmsContent, unseal
from delivery.errors import DeliveryError, PassingError, PermanentError, UncertainError
from delivery.models import OutboxMessage, Status
from delivery.registry import renderer
from delivery.sms.base import Sms
from delivery.sms.registry import providers
from vault.cipher import UnsealError

logger = logging.getLogger(__name__)

SMS_THREADS = 16
EMAIL_CONNECTIONS = 4
Letter = tuple[OutboxMessage, str, Content]
Mail = tuple[OutboxMessage, str, EmailContent]


def send_due(limit: int = claims.BATCH) -> int:
    """Send one batch of due messages; returns how many were claimed."""
    messages = claims.claim(limit)
    if not messages:
        return 0
    letters, unsendable = _open(messages)
    ours = claims.hand_over([message for message, _, _ in letters])
    letters = [letter for letter in letters if letter[0].pk in ours]
    claims.settle(unsendable + _send_all(letters))
    return len(messages)


def _open(messages: Sequence[OutboxMessage]) -> tuple[list[Letter], list[Outcome]]:
    """Unseal and render; what cannot be opened or has expired fails for good."""
    rendered = _rendered(messages)
    letters: list[Letter] = []
    failed: list[Outcome] = []
    for message in messages:
        try:
            recipient, content = unseal(message.key, message.sealed)
        except UnsealError:
            failed.append(Outcome(message, Status.FAILED, error="unseal"))
            continue
        content = content or rendered.get(message.pk)
        if content is None:
            failed.append(Outcome(message, Status.FAILED, error="expired"))
        else:
            letters.append((message, recipient, content))
    return letters, failed


def _rendered(messages: Sequence[OutboxMessage]) -> dict[int, Content]:
    groups: dict[tuple[str, str], list[OutboxMessage]] = defaultdict(list)
    for message in messages:
        if message.kind:
            groups[message.kind, message.language].append(message)
    rendered: dict[int, Content] = {}
    for (kind, language), group in groups.items():
        render = renderer(kind)
        if render is None:
            logger.error("No renderer for messages of kind %s", kind)
            continue
        # A fault in one app's renderer must not hold up everybody's messages.
        try:
            with override(language), transaction.atomic():
                contents = render([message.reference for message in group])
        except Exception:
            logger.exception("Rendering %s failed", kind)
            continue
        rendered |= {m.pk: contents[m.reference] for m in group if m.reference in contents}
    return rendered


def _send_all(letters: Sequence[Letter]) -> list[Outcome]:
    jobs: list[Future[list[Outcome]]] = []
    mails: list[Mail] = []
    for message, recipient, content in letters:
        if isinstance(content, SmsContent):
            jobs.append(_pool().submit(_send_sms, message, recipient, content))
        else:
            mails.append((message, recipient, content))
    shares = [mails[start::EMAIL_CONNECTIONS] for start in range(EMAIL_CONNECTIONS)]
    jobs += [_pool().submit(_send_mails, share) for share in shares if share]
    return [outcome for job in jobs for outcome in job.result()]


def _send_mails(share: Sequence[Mail]) -> list[Outcome]:
    """Send over one connection; when it breaks, the rest waits for another time."""
    try:
        connection = email.connect()
    except DeliveryError as error:
        return [claims.passing(message, error.code) for message, _, _ in share]
    try:
        return list(_mail_outcomes(connection, share))
    finally:
        connection.close()


def _mail_outcomes(connection: email.Connection, share: Sequence[Mail]) -> Iterator[Outcome]:
    broken = ""
    for message, recipient, content in share:
        if broken:
            yield claims.passing(message, broken)
            continue
        try:
            provider_id = connection.send(
                email.compose(message.key, recipient, content), message.key
            )
        except DeliveryError as error:
            yield _failure(message, "email", error)
            if not isinstance(error, PermanentError):
                broken = error.code
        except Exception as error:
            logger.exception("Sending an e-mail failed in an unforeseen way")
            yield _failure(message, "email", UncertainError(type(error).__name__))
            broken = type(error).__name__
        else:
            yield Outcome(message, Status.SENT, "email", provider_id)


def _send_sms(message: OutboxMessage, recipient: str, content: SmsContent) -> list[Outcome]:
    sms = Sms(message.key.hex, recipient, content.kind, content.params, message.language)
    error: DeliveryError = PassingError("no-provider")
    name = ""
    for provider in providers():
        name = provider.name
        try:
            return [Outcome(message, Status.SENT, name, provider.send(sms))]
        except PassingError as refusal:  # surely not accepted: the next provider may
            error = refusal
        except DeliveryError as failure:
            error = failure
            break
        except Exception as fault:
            logger.exception("Provider %s failed in an unforeseen way", name)
            error = UncertainError(type(fault).__name__)
            break
    return [_failure(message, name, error)]


def _failure(message: OutboxMessage, provider: str, error: DeliveryError) -> Outcome:
    if isinstance(error, PassingError):
        return claims.passing(message, error.code)
    status = Status.UNKNOWN if isinstance(error, UncertainError) else Status.FAILED
    return Outcome(message, status, provider, error=error.code)


@cache
def _pool() -> ThreadPoolExecutor:
    """One pool a process, made when first used: after the worker has forked."""
    return ThreadPoolExecutor(SMS_THREADS + EMAIL_CONNECTIONS, "sending")
