"""Renderers and failure listeners: how other apps take part in sending a kind of message.

A one-time code must not be stored in clear text. The app that owns it queues a message
with a kind and a reference, and registers a renderer that makes the text when it is sent.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from delivery.outbox.content import Content

if TYPE_CHECKING:
    from delivery.models import OutboxMessage

# From references to contents. A reference missing from the result is not sent: its
# code has expired or was used.
Renderer = Callable[[Sequence[str]], Mapping[str, Content]]

# Called with messages that no provider accepted: nothing was sent, nothing was charged.
FailureListener = Callable[["Sequence[OutboxMessage]"], None]

_renderers: dict[str, Renderer] = {}
_failure_listeners: dict[str, FailureListener] = {}


def register_renderer(kind: str, render: Renderer) -> None:
    """Register ``render`` for messages of ``kind``; call it in ``AppConfig.ready``.

    ``render`` is called with the references of many messages at once, so that
    one query serves them all.
    """
    _renderers[kind] = render


def renderer(kind: str) -> Renderer | None:
    """The renderer of ``kind``; None if messages of this kind store their text."""
    return _renderers.get(kind)


def register_failure_listener(kind: str, listener: FailureListener) -> None:
    """Register ``listener``, called with the messages of ``kind`` that failed for good."""
    _failure_listeners[kind] = listener


def notify_failure_listeners(failed: "Sequence[OutboxMessage]") -> None:
    """Call the failure listener registered for each kind with its failed messages."""
    for kind, listener in _failure_listeners.items():
        if concerned := [message for message in failed if message.kind == kind]:
            listener(concerned)
