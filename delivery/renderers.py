"""Renderers: messages whose text is made only at the moment of sending.

A verification code must rest nowhere in the clear. The app that owns it queues
a message with a kind and a reference, and registers how to render that kind.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from delivery.content import Content

if TYPE_CHECKING:
    from delivery.models import OutboxMessage

# From references to contents. A reference that it leaves out is not sent: what
# it stood for has expired or was used.
Renderer = Callable[[Sequence[str]], Mapping[str, Content]]

# Told of messages that no provider took: nothing was sent, nothing cost.
FailureListener = Callable[["Sequence[OutboxMessage]"], None]

_renderers: dict[str, Renderer] = {}
_failure_listeners: dict[str, FailureListener] = {}


def register_renderer(kind: str, render: Renderer) -> None:
    """Have messages of ``kind`` rendered by ``render``; call it in ``AppConfig.ready``.

    ``render`` is called with the references of many messages at once, so that
    one query serves them all.
    """
    _renderers[kind] = render


def renderer(kind: str) -> Renderer | None:
    """The renderer of ``kind``, None when messages of this kind bring their text."""
    return _renderers.get(kind)


def register_failure_listener(kind: str, listener: FailureListener) -> None:
    """Have ``listener`` told which messages of ``kind`` could not be handed over to anybody."""
    _failure_listeners[kind] = listener


def tell_failures(failed: "Sequence[OutboxMessage]") -> None:
    """Tell of failed messages whoever wants to know of their kind."""
    for kind, listener in _failure_listeners.items():
        if concerned := [message for message in failed if message.kind == kind]:
            listener(concerned)
