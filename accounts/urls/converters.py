"""Path converters used by several apps; importing the module registers them."""

from django.urls import register_converter
from django.urls.converters import UUIDConverter


class ShortUuid(UUIDConverter):
    """A UUID with or without hyphens; text messages omit them."""

    regex = "[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}"


register_converter(ShortUuid, "short_uuid")
