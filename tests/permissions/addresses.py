"""Every address of the portal, filled with samples."""

import uuid
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from django.urls import URLPattern, URLResolver, reverse

VALUES = {
    "uuid": str(uuid.UUID(int=7)),
    "shortuuid": str(uuid.UUID(int=7)),
    "int": 7,
    "slug": "photos",
    "string": "x",
}
NAMED = {"app_label": "accounts"}


def addresses(
    resolver: URLResolver, prefix: str = "", above: Mapping[str, object] = MappingProxyType({})
) -> Iterator[tuple[str, str]]:
    """Name and address of every pattern, its variables filled with samples."""
    for entry in resolver.url_patterns:
        given = {**above, **_samples(entry)}
        if isinstance(entry, URLResolver):
            inner = f"{prefix}{entry.namespace}:" if entry.namespace else prefix
            yield from addresses(entry, inner, given)
        elif isinstance(entry, URLPattern) and entry.name:
            yield f"{prefix}{entry.name}", reverse(f"{prefix}{entry.name}", kwargs=given)


def _samples(entry: URLPattern | URLResolver) -> dict[str, object]:
    converters = entry.pattern.converters
    if not converters:
        # Django's admin names its apps in a regular expression.
        return {name: NAMED.get(name, "x") for name in entry.pattern.regex.groupindex}
    kinds = {
        key: type(found).__name__.removesuffix("Converter").lower()
        for key, found in converters.items()
    }
    return {
        key: VALUES.get(kind) or converters[key].regex.split("|")[0].strip("(?:)")
        for key, kind in kinds.items()
    }
