"""Sending one batch of the outbox: render, hand over, send in parallel, settle."""

import logging
import time
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache

from django.conf import settings
from django.db import transaction
from django.utils.translation import override

from delivery.email import pacing
from delivery.email import transport as email_transport
from delivery.errors import DeliveryError, RuleError, Scope, TransientError, UncertainError
from delivery.models import OutboxMessage, Status
from delivery.outbox import transitions
from delivery.outbox.content import Content, EmailContent, SmsContent, unseal
from delivery.outbox.renderers import renderer
from delivery.outbox.transitions import Outcome
from delivery.sms.base import Sms
from delivery.sms.registry import in_turn, note_unclear, providers
from vault.cipher import UnsealError

logger = logging.getLogger(__name__)

SMS_THREADS = 16
EMAIL_CONNECTIONS = 4
Letter = tuple[OutboxMessage, str, Content]
Mail = tuple[OutboxMessage, str, EmailContent]
# Domains that refuse further mail in this batch, with the error; shared by its connections.
Stopped = dict[str, str]


def send_due(limit: int = transitions.BATCH) -> int:
    """Send one batch of due messages; returns how many were claimed."""
    messages = transitions.claim(limit)
    if not messages:
        return 0
    late = pacing.too_fast(messages)
    waiting = [transitions.untried(message, "paced") for message in messages if message.pk in late]
    letters, unsendable = _open([message for message in messages if message.pk not in late])
    ours = transitions.hand_over([message for message, _, _ in letters])
    letters = [letter for letter in letters if letter[0].pk in ours]
    stopped: Stopped = {}
    outcomes = _send_all(letters, stopped)
    pacing.pause(stopped)
    pacing.resume(
        {one.message.domain for one in outcomes if one.status == Status.SENT} - {*stopped}
    )
    transitions.settle(waiting + unsendable + outcomes)
    return len(messages)


def _open(messages: Sequence[OutboxMessage]) -> tuple[list[Letter], list[Outcome]]:
    """Unseal and render ``messages``; returns those to send, and permanent failures.

    A message fails when it cannot be unsealed or when its reference has expired.
    """
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
        # An error in one app's renderer must not stop the messages of the others.
        try:
            with override(language), transaction.atomic():
                contents = render([message.reference for message in group])
        except Exception:
            logger.exception("Rendering %s failed", kind)
            continue
        rendered |= {m.pk: contents[m.reference] for m in group if m.reference in contents}
    return rendered


def _send_all(letters: Sequence[Letter], stopped: Stopped) -> list[Outcome]:
    jobs: list[Future[list[Outcome]]] = []
    mails: list[Mail] = []
    for message, recipient, content in letters:
        if isinstance(content, SmsContent):
            jobs.append(_pool().submit(_send_sms, message, recipient, content))
        else:
            mails.append((message, recipient, content))
    shares = [mails[start::EMAIL_CONNECTIONS] for start in range(EMAIL_CONNECTIONS)]
    jobs += [_pool().submit(_send_mails, share, stopped) for share in shares if share]
    return [outcome for job in jobs for outcome in job.result()]


def _send_mails(share: Sequence[Mail], stopped: Stopped) -> list[Outcome]:
    """Send over one connection; without a connection all are queued again."""
    try:
        connection = email_transport.connect()
    except DeliveryError as error:
        stopped[pacing.SERVER] = error.code
        return [transitions.untried(message, error.code) for message, _, _ in share]
    deadline = time.monotonic() + settings.OUTBOX_HANDOVER_LEASE / 2
    try:
        return [_send_mail(connection, mail, stopped, deadline) for mail in share]
    finally:
        connection.close()


def _send_mail(
    connection: email_transport.Connection, mail: Mail, stopped: Stopped, deadline: float
) -> Outcome:
    message, recipient, content = mail
    reason = stopped.get(pacing.SERVER) or stopped.get(message.domain)
    if reason or time.monotonic() > deadline:
        return transitions.untried(message, reason or "slow-server")
    try:
        letter = email_transport.compose(message.key, recipient, content, message.language)
        return Outcome(message, Status.SENT, "email", connection.send(letter, message.key))
    except DeliveryError as error:
        if error.scope in (Scope.DOMAIN, Scope.SERVER):
            name = pacing.SERVER if error.scope is Scope.SERVER else message.domain
            stopped[name] = error.code
            return transitions.untried(message, error.code)
        return _failure(message, "email", error)
    except Exception as error:
        logger.exception("Sending an e-mail failed in an unforeseen way")
        connection.close()
        return _failure(message, "email", UncertainError(type(error).__name__))


def _send_sms(message: OutboxMessage, recipient: str, content: SmsContent) -> list[Outcome]:
    sms = Sms(message.key.hex, recipient, content.kind, content.params, message.language)
    error: DeliveryError = TransientError("no-provider")
    refusals: list[DeliveryError] = []
    name = ""
    for provider in in_turn(providers()):
        name = provider.name
        try:
            return [Outcome(message, Status.SENT, name, provider.send(sms))]
        except (TransientError, RuleError) as refusal:  # not accepted: try the next provider
            refusals.append(refusal)
        except DeliveryError as failure:
            error = failure
            break
        except Exception as fault:
            logger.exception("Provider %s failed in an unforeseen way", name)
            error = UncertainError(type(fault).__name__)
            break
        finally:
            if isinstance(error, UncertainError):
                note_unclear(provider)
    else:
        # A provider that failed for now may later accept what another's rule refuses.
        later = [one for one in refusals if isinstance(one, TransientError)]
        error = [error, *refusals, *later][-1]
    if isinstance(error, RuleError) or error.code == "template-not-configured":
        logger.error("No provider takes text messages of kind %s: %s", content.kind, error.code)
    return [_failure(message, name, error)]


def _failure(message: OutboxMessage, provider: str, error: DeliveryError) -> Outcome:
    if isinstance(error, TransientError):
        return transitions.retry_later(message, error.code)
    if error.scope is Scope.RECIPIENT:
        return Outcome(message, Status.FAILED, provider, error=error.code, is_returned=True)
    status = Status.UNKNOWN if isinstance(error, UncertainError) else Status.FAILED
    return Outcome(message, status, provider, error=error.code)


@cache
def _pool() -> ThreadPoolExecutor:
    """The thread pool of this process, created at first use: after the worker has forked."""
    return ThreadPoolExecutor(SMS_THREADS + EMAIL_CONNECTIONS, "sending")
