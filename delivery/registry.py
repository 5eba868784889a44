"""Renderers: messages whose text is made only at the moment of sending.

A verification code must rest nowhere in the clear. The app that owns it queues
a message with a kind and a reference, and registers how to render that kind.
"""

from collections.abc import Callable, Mapping, Sequence

from delivery.content import Content

# From references to contents. A reference that it leaves out is not sent: what
# it stood for has expired or was used.
Renderer = Callable[[Sequence[str]], Mapping[str, Content]]

_renderers: dict[str, Renderer] = {}


def register_renderer(kind: str, render: Renderer) -> None:
    """Have messages of ``kind`` rendered by ``render``; call it in ``AppConfig.ready``.

    ``render`` is called with the references of many messages at once, so that
    one query serves them all.
    """
    _renderers[kind] = render


def renderer(kind: str) -> Renderer | None:
    """The renderer of ``kind``, None when messages of this kind bring their text."""
    return _renderers.get(kind)
