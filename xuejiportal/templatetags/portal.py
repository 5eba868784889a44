"""Template filters of the project."""

from collections.abc import Iterable, Iterator
from typing import Any

from django import template
from django.core.paginator import Paginator

from xuejiportal.acts import act_after_proof, only_reads
from xuejiportal.audit_pages.act_names import name_of
from xuejiportal.work.waiting import Waiting

register = template.Library()

register.filter("act_name", name_of)


@register.filter
def elided_pages(paginator: "Paginator[object]", number: int) -> Iterator[int | str]:
    """The page numbers to link around ``number``, with gaps as ``Paginator.ELLIPSIS``."""
    return paginator.get_elided_page_range(number, on_each_side=1, on_ends=1)


@register.simple_tag(takes_context=True)
def act_ahead(context: dict[str, Any]) -> str:
    """What the person is about to do once they have proved who they are."""
    return act_after_proof(context["request"])


@register.simple_tag(takes_context=True)
def code_suffices(context: dict[str, Any]) -> bool:
    """Whether signing in once more, also by a code, is proof enough for what comes next."""
    return only_reads(context["request"])


@register.simple_block_tag
def kept(content: str) -> str:
    """What is inside, for ``as`` a name: rendered once where a page shows it more than once."""
    return content


@register.filter
def number_of(waiting: Iterable[Waiting], kinds: tuple[str, ...]) -> int:
    """How many of ``kinds`` wait; without kinds 0, and ``waiting`` is not evaluated."""
    return sum(work.number for work in waiting if work.kind in kinds) if kinds else 0


@register.filter
def some_wait(waiting: Iterable[Waiting]) -> bool:
    """Whether anything waits."""
    return any(work.number for work in waiting)


@register.filter
def all_wait(waiting: Iterable[Waiting]) -> bool:
    """Whether something of every kind waits."""
    return all(work.number for work in waiting)


@register.filter
def is_where(href: str, path: str) -> bool:
    """Whether ``path`` is the page ``href`` or lies below it."""
    return path.startswith(href)
