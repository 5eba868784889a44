"""Markdown of staff to safe HTML."""

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

# Headings of an article stand below the page's own: # becomes h2.
_TAGS = {"p", "h2", "h3", "h4", "ul", "ol", "li", "strong", "em", "code", "a", "br", "hr"} | {
    "blockquote", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
_SCHEMES = {"https", "mailto"}
_parser = MarkdownIt("commonmark", {"html": False}).enable("table")


def render_markdown(text: str) -> SafeString:
    """``text`` as HTML that holds no script, style, image or frame, whatever was written."""
    tokens = _parser.parse(text)
    for token in tokens:
        if token.tag in ("h1", "h2", "h3", "h4", "h5"):
            token.tag = f"h{min(int(token.tag[1]) + 1, 4)}"
    dirty = _parser.renderer.render(tokens, _parser.options, {})
    clean = nh3.clean(
        dirty,
        tags=_TAGS,
        attributes={"a": {"href"}},
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer",
    )
    return mark_safe(clean)  # noqa: S308  cleaned above
