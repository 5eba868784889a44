"""Path converters that several apps use; importing the module registers them."""

from django.urls import register_converter
from django.urls.converters import UUIDConverter


class ShortUuid(UUIDConverter):
    """A UUID with or without its hyphens: text messages carry it without."""

    regex = "[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}"


register_converter(ShortUuid, "short_uuid")
