"""Steps between the right password and being signed in."""

from allauth.account.stages import EmailVerificationStage
from django.http import HttpResponse


class ConfirmedContactStage(EmailVerificationStage):
    """An account is active once its e-mail address or its phone is confirmed."""

    def handle(self) -> tuple[HttpResponse | None, bool]:
        """Let whoever has a confirmed phone through; ask others for the link."""
        if getattr(self.login.user, "phone_confirmed_at", None):
            return None, True
        answer: tuple[HttpResponse | None, bool] = super().handle()
        return answer
