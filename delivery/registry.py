"""Renderers: messages whose text is made only at the moment of sending.

A verification code must rest nowhere in the clear. The app that owns it queues
a message with a kind and a reference, and registers how to render that kind.
"""

from collections.abc import Callable, Mapping, Sequence

from delivery.content import Content

# From references to contents. A reference that it leaves out is not sent: what
# it stood for has expired or was used.
Renderer = Callable[[Sequence[str]], Mapping[str, Content]]

# Told the references of messages that no provider took: nothing was sent, nothing cost.
FailureListener = Callable[[Sequence[str]], None]

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


def tell_failures(failed: Mapping[str, Sequence[str]]) -> None:
    """Tell the references of failed messages, by kind, to whoever wants to know."""
    for kind, references in failed.items():
        if listener := _failure_listeners.get(kind):
            listener(references)
