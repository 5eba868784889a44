"""What happened to an account, for its owner to read."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class EventKind(models.TextChoices):
    """A sign-in, or a change of what keeps the account safe."""

    SIGNED_IN = "signed_in", _("Signed in")
    SIGNED_IN_BY_CODE = "signed_in_by_code", _("Signed in with a code")
    PASSWORD_CHANGED = "password_changed", _("Password changed")
    PASSWORD_RESET = "password_reset", _("Password recovered by a code")
    USERNAME_CHOSEN = "username_chosen", _("Username chosen")
    FACTOR_ADDED = "factor_added", _("Second factor added")
    FACTOR_REMOVED = "factor_removed", _("Second factor removed")
    RECOVERY_CODES_RENEWED = "recovery_codes", _("New recovery codes made")
    CONTACT_BOUND = "contact_bound", _("Phone or e-mail bound")
    DELETION_ASKED = "deletion_asked", _("Deletion of the account asked for")
    DELETION_CANCELLED = "deletion_cancelled", _("Deletion of the account cancelled")
    QUESTIONS_CHOSEN = "questions_chosen", _("Security questions chosen")
    QUESTIONS_REMOVED = "questions_removed", _("Security questions removed")
    RESCUE_OPENED = "rescue_opened", _("Given back by the school, unless you object")
    RESCUE_STOPPED = "rescue_stopped", _("Objected to giving the account back")
    STAFF_CODE_ISSUED = "staff_code_issued", _("Code made to set up the second step")
    CONTACT_RESTORED = "contact_restored", _("Account taken back: recent changes undone")


class SecurityEvent(models.Model):
    """One line of the log an owner reads.

    ``network`` is the network address without the part that tells one device
    from its neighbours; ``user_agent`` is what the browser said of itself. Both
    are empty where a link in a message or the portal itself did it.
    """

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="security_events"
    )
    kind = models.CharField(max_length=20, choices=EventKind)
    at = models.DateTimeField(db_default=Now())
    user_agent = models.CharField(max_length=200, blank=True)
    network = models.CharField(max_length=45, blank=True)

    class Meta:
        indexes = [models.Index(fields=["account", "-at"], name="security_log")]

    def __str__(self) -> str:
        return f"{self.kind} of account {self.account_id}"
