"""Template filters of the project."""

from collections.abc import Iterator

from django import template
from django.core.paginator import Paginator

register = template.Library()


@register.filter
def elided_pages(paginator: "Paginator[object]", number: int) -> Iterator[int | str]:
    """The page numbers to link around ``number``, with gaps as ``Paginator.ELLIPSIS``."""
    return paginator.get_elided_page_range(number, on_each_side=1, on_ends=1)
