"""The form field for a proof of work, which the browser solves without user action."""

import logging
from datetime import datetime
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.limits import login_attempts, proof_of_work, rate_limits

logger = logging.getLogger(__name__)
AnyForm = TypeVar("AnyForm", bound=forms.BaseForm)


class ProofOfWorkWidget(forms.Widget):
    """Shows the progress of the proof of work; each rendering issues a new challenge."""

    template_name = "accounts/limits/proof_of_work.html"
    use_fieldset = True

    def __init__(self, level: int, without_script: datetime | None) -> None:
        super().__init__()
        self.level, self.without_script = level, without_script

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """The template context, never with the submitted value: a solution works only once."""
        context = super().get_context(name, None, attrs)
        challenge = proof_of_work.issue(self.level)
        return context | {
            "challenge": challenge,
            "without_script": self.without_script and login_attempts.when(self.without_script),
        }


class ProofOfWorkField(forms.CharField):
    """Valid with an unused solution of a challenge of this ``level``.

    ``without_script`` is when the form works again without a proof of work.
    """

    def __init__(self, *, level: int = 0, without_script: datetime | None = None) -> None:
        super().__init__(
            label=_("Security check"),
            max_length=5000,
            widget=ProofOfWorkWidget(level, without_script),
            error_messages={
                "required": _(
                    "There were many attempts. Wait for the check, then send the form again."
                )
            },
        )
        self.level = level

    def clean(self, value: Any) -> str:
        solution = str(super().clean(value))
        if not proof_of_work.redeem(solution, level=self.level):
            # One line a request, with its number, under which the proxy's log has the address.
            logger.warning("proof of work of level %d refused", self.level)
            raise ValidationError(_("The check has expired. Please send the form again."))
        return solution


def guard_sending(form: AnyForm, client: str) -> AnyForm:
    """Add the proof-of-work field if this client has already triggered many messages."""
    if rate_limits.has_sent_many(client):
        form.fields["captcha"] = ProofOfWorkField()
    return form
