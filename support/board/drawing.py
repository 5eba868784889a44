"""Bars and figures of a board as template tags.

They are composed here and not by templates: the board of a province has one of each for every
institution, and an included template costs ten times as much.
"""

from collections.abc import Iterator

from django import template
from django.contrib.humanize.templatetags.humanize import intcomma
from django.urls import reverse
from django.utils.formats import localize
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from enrollment.models import SchoolClass
from support.board.figures import Standing

register = template.Library()

_BAR = (
    '<div class="bar"><p class="row row--spread"><b>{}</b><span class="num">{}%</span></p>'
    '<svg class="bar__line" viewBox="0 0 100 8" preserveAspectRatio="none" role="img"'
    ' aria-label="{}">{}</svg></div>'
)
_SLICE = '<rect class="part--{}" x="{}" y="0" width="{}" height="8"><title>{}</title></rect>'
_PLAIN_SLICE = '<rect class="part--{}" x="{}" y="0" width="{}" height="8"></rect>'
_FIGURE = (
    '<li class="legend__item{}"><span class="legend__mark part--{}" aria-hidden="true"></span>'
    '{}<b class="num">{}</b></li>'
)


@register.simple_tag
def bar(standing: Standing) -> SafeString:
    """One group as a bar of its seven parts, with how many of how many have confirmed."""
    numbers = {"done": intcomma(standing.confirmed), "total": intcomma(standing.total)}
    label = gettext("%(done)s of %(total)s have confirmed") % numbers
    slices = ((part.value, start, width, part.label) for part, start, width in standing.slices)
    drawn = format_html_join("", _SLICE, slices)
    return format_html(_BAR, label, localize(standing.percent), label, drawn)


@register.simple_tag
def slices(standing: Standing) -> SafeString:
    """The parts of a bar in a row of a table, which says them in words beside it."""
    found = ((part.value, start, width) for part, start, width in standing.slices)
    return format_html_join("", _PLAIN_SLICE, found)


@register.simple_tag
def figures(standing: Standing, school_class: SchoolClass | None = None) -> SafeString:
    """The figures under a bar; with ``school_class`` each leads to its people."""
    items = format_html_join("", _FIGURE, _figures(standing, school_class))
    return format_html('<ul class="legend">{}</ul>', items)


def _figures(standing: Standing, school_class: SchoolClass | None) -> Iterator[tuple[object, ...]]:
    for part, people in standing.cells:
        name = format_html("<span>{}</span>", part.label)
        if people and school_class:
            path = reverse("support:class_part", args=[school_class.pk, part.value])
            name = format_html('<a href="{}">{}</a>', path, part.label)
        yield "" if people else " legend__item--none", part.value, name, intcomma(people)
