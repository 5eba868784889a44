"""What a campaign does with each field, as a form field shown as one table."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enrollment.fields.catalogue import BY_NAME, ordered

# What a student can compare with their papers.
CHECKABLE = tuple(field.name for field in ordered(lambda field: field.checkable))


class FieldRule(models.TextChoices):
    """What is asked of students about one field."""

    CONFIRM = "confirm", pgettext_lazy("field rule", "Confirm")
    IGNORE = "ignore", pgettext_lazy("field rule", "Can wait")
    LEAVE = "leave", pgettext_lazy("field rule", "Not asked")


def rules_of(confirm: list[str], ignore: list[str]) -> dict[str, str]:
    """The rule of every checkable field, from the two lists of a campaign."""
    rules = dict.fromkeys(CHECKABLE, FieldRule.LEAVE.value)
    rules |= {name: FieldRule.IGNORE.value for name in ignore if name in rules}
    return rules | {name: FieldRule.CONFIRM.value for name in confirm if name in rules}


class RulesTable(forms.Widget):
    """A row of the table for each field, with one radio button for each rule."""

    template_name = "enrollment/institutions/rules_table.html"
    use_fieldset = True

    def get_context(
        self, name: str, value: Mapping[str, str] | None, attrs: dict[str, Any] | None
    ) -> dict[str, Any]:
        """With the rows: name in the form, label, and each rule with whether it is chosen."""
        known = value or {}
        context: dict[str, Any] = super().get_context(name, None, attrs)
        rows = [
            (
                f"{name}-{field}",
                BY_NAME[field].label,
                [(rule.value, known.get(field) == rule) for rule in FieldRule],
            )
            for field in CHECKABLE
        ]
        return context | {"rows": rows, "rules": FieldRule}

    def value_from_datadict(
        self, data: Mapping[str, Any], files: object, name: str
    ) -> dict[str, str]:
        """The rule chosen for each field; empty where none is."""
        return {field: data.get(f"{name}-{field}", "") for field in CHECKABLE}

    def id_for_label(self, id_: str | None) -> str:
        """None: each button is labelled by its row and column."""
        return ""


class RulesField(forms.Field):
    """A rule for each checkable field; at least one must be confirmed."""

    widget = RulesTable

    def clean(self, value: Mapping[str, str]) -> dict[str, str]:
        """The rules, each known. Raises ValidationError."""
        if not set(value.values()) <= set(FieldRule.values):
            raise ValidationError(_("Choose one answer for each field."))
        if FieldRule.CONFIRM not in value.values():
            raise ValidationError(_("Choose at least one field to be confirmed."))
        return dict(value)
