"""Rendering of Markdown written by staff as safe HTML."""

import re

import nh3
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from markdown_it import MarkdownIt

# Headings of an article are one level below the page's own: # becomes h2.
_TAGS = {"p", "h2", "h3", "h4", "ul", "ol", "li", "strong", "em", "code", "a", "br", "hr"} | {
    "blockquote", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
_SCHEMES = {"https", "mailto"}
# A tag, or a run of Chinese characters with the punctuation between them.
_TAG_OR_CHINESE = re.compile(
    r"(<[^<>]*>)|[\u3400-\u9fff](?:[\u3001-\u9fff\uff00-\uffef]*[\u3400-\u9fff])?"
)
_parser = MarkdownIt("commonmark", {"html": False}).enable("table")


def render_markdown(text: str) -> SafeString:
    """``text`` as HTML without script, style, images and frames, whatever it contains."""
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
    return mark_safe(_mark_chinese(clean))  # noqa: S308  cleaned above


def _mark_chinese(html: str) -> str:
    """``html`` with the language of Chinese words declared on pages of another language."""
    if (get_language() or "").startswith("zh"):
        return html
    return _TAG_OR_CHINESE.sub(
        lambda found: found[1] or f'<span lang="zh-Hans">{found[0]}</span>', html
    )
