"""Certificates and names on pages."""

from django import template

from enrollment.identity.certificates import certificate_type
from enrollment.identity.name import mask_name
from enrollment.identity.number import mask_number

register = template.Library()

register.filter("masked_number", mask_number)
register.filter("masked_name", mask_name)


@register.filter
def certificate_label(kind: str) -> str:
    """The name of a certificate type in the reader's language."""
    known = certificate_type(kind)
    return str(known.label) if known else kind


@register.filter
def spaced(number: str) -> str:
    """A number in groups as on the card, easier to compare: 110101 20060101 0001."""
    if len(number) != 18:
        return number
    return f"{number[:6]} {number[6:14]} {number[14:]}"
