"""Lists of choices whose texts are in Chinese on pages of every language."""

from typing import Any

from django import forms


class ChineseSelect(forms.Select):
    """A list whose choices carry their language, but for the one that stands for none."""

    def create_option(self, name: str, value: Any, *args: Any, **options: Any) -> dict[str, Any]:
        """As Django's, with ``lang``: a voice reads names of schools and classes as Chinese."""
        option: dict[str, Any] = super().create_option(name, value, *args, **options)
        if value:
            option["attrs"]["lang"] = "zh-Hans"
        return option
