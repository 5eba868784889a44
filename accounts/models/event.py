"""Security events of accounts."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from database.random_keys import random_key


class EventKind(models.TextChoices):
    """A sign-in, or a change that concerns the account's security."""

    SIGNED_IN = "signed_in", _("Signed in")
    SIGNED_IN_BY_CODE = "signed_in_by_code", _("Signed in with a code")
    SIGN_IN_FAILED = "sign_in_failed", _("Sign-in failed")
    FACTOR_FAILED = "factor_failed", _("Wrong code of the second step")
    PASSWORD_AGAIN = "password_again", _("Password given again")
    APP_USED = "app_used", _("Authenticator app used")
    PASSKEY_USED = "passkey_used", _("Passkey used")
    RECOVERY_CODE_USED = "recovery_code_used", _("Recovery code used")
    ACCESS_REFUSED = "access_refused", _("Page refused")
    PASSWORD_CHANGED = "password_changed", _("Password changed")
    PASSWORD_RESET = "password_reset", _("Password recovered by a code")
    USERNAME_CHOSEN = "username_chosen", _("Username chosen")
    FACTOR_ADDED = "factor_added", _("Second factor added")
    FACTOR_REMOVED = "factor_removed", _("Second factor removed")
    RECOVERY_CODES_RENEWED = "recovery_codes", _("New recovery codes created")
    CONTACT_BOUND = "contact_bound", _("Phone or email linked")
    DELETION_ASKED = "deletion_asked", _("Deletion of the account asked for")
    DELETION_CANCELLED = "deletion_cancelled", _("Deletion of the account cancelled")
    QUESTIONS_CHOSEN = "questions_chosen", _("Security questions chosen")
    QUESTIONS_REMOVED = "questions_removed", _("Security questions removed")
    SESSIONS_ENDED = "sessions_ended", _("Signed out everywhere by the operator")
    RESCUE_OPENED = "rescue_opened", _("Recovered at the school, unless you object")
    RESCUE_STOPPED = "rescue_stopped", _("Objected to the recovery")
    STAFF_CODE_ISSUED = "staff_code_issued", _("Code created to set up the second step")
    CONTACT_RESTORED = "contact_restored", _("Account taken back: recent changes undone")


# All other kinds are successes.
FAILURES = (EventKind.SIGN_IN_FAILED, EventKind.FACTOR_FAILED, EventKind.ACCESS_REFUSED)


class SecurityEvent(models.Model):
    """One entry of the security log, read by its owner and searched by auditors.

    GB/T 22239, 8.1.4. ``network`` is the network address without its device part, ``user_agent``
    the browser's header; both are empty for acts of the portal itself or by a link in a message.
    The full address is sealed, for auditors. ``account`` is empty for unknown names, and after
    the account is deleted; ``person_hash`` is the pseudonym that remains.
    """

    key = models.UUIDField(default=random_key, editable=False)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL,
        related_name="security_events",
    )  # fmt: skip
    kind = models.CharField(max_length=20, choices=EventKind)
    at = models.DateTimeField(db_default=Now())
    user_agent = models.CharField(max_length=200, blank=True)
    network = models.CharField(max_length=45, blank=True)
    person_hash = models.BinaryField(default=bytes)
    source_sealed = models.BinaryField(default=bytes)
    source_hash = models.BinaryField(default=bytes)
    page = models.CharField(max_length=80, blank=True)  # the name of a refused address

    class Meta:
        indexes = [
            models.Index(fields=["account", "-at"], name="security_log"),
            models.Index(fields=["person_hash", "-id"], name="security_log_person"),
            models.Index(fields=["source_hash", "-id"], name="security_log_source"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of account {self.account_id}"

    @property
    def succeeded(self) -> bool:
        """Whether the attempt succeeded."""
        return self.kind not in FAILURES
