"""The form field that asks for a proof of work; the browser does it without being asked to."""

from datetime import datetime
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.limits import login_attempts, proof_of_work, rate_limits

AnyForm = TypeVar("AnyForm", bound=forms.BaseForm)


class CaptchaWidget(forms.Widget):
    """A status that tells how far the proof is; a new challenge each time it is shown."""

    template_name = "accounts/limits/proof_of_work.html"
    use_fieldset = True

    def __init__(self, level: int, without_script: datetime | None) -> None:
        super().__init__()
        self.level, self.without_script = level, without_script

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """What was sent is never shown again: it is spent."""
        context = super().get_context(name, None, attrs)
        challenge = proof_of_work.issue(self.level)
        return context | {
            "challenge": challenge,
            "without_script": self.without_script and login_attempts.when(self.without_script),
        }


class CaptchaField(forms.CharField):
    """Valid with the solution of a challenge of this ``level`` that nobody has shown before.

    ``without_script`` is when the form works again without any proof.
    """

    def __init__(self, *, level: int = 0, without_script: datetime | None = None) -> None:
        super().__init__(
            label=_("Security check"),
            max_length=5000,
            widget=CaptchaWidget(level, without_script),
            error_messages={
                "required": _(
                    "There were many tries. Wait for the check, then send the form again."
                )
            },
        )
        self.level = level

    def clean(self, value: Any) -> str:
        solution = str(super().clean(value))
        if not proof_of_work.redeem(solution, level=self.level):
            raise ValidationError(_("The check has expired. Please send the form again."))
        return solution


def guard_sending(form: AnyForm, client: str) -> AnyForm:
    """Let ``form``, which has something sent, ask for a proof where ``client`` has sent much."""
    if rate_limits.has_sent_many(client):
        form.fields["captcha"] = CaptchaField()
    return form
