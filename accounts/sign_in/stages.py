"""Stages between the right password and being signed in."""

from allauth.account.stages import EmailVerificationStage
from django.http import HttpResponse


class ConfirmedContactStage(EmailVerificationStage):
    """Requires a confirmed e-mail address or phone."""

    def handle(self) -> tuple[HttpResponse | None, bool]:
        """Continue if the phone is confirmed; otherwise ask for the activation link."""
        if getattr(self.login.user, "phone_confirmed_at", None):
            return None, True
        answer: tuple[HttpResponse | None, bool] = super().handle()
        return answer
