"""Recovery codes of the second factor after a backup was restored."""

from allauth.mfa.models import Authenticator
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.models.notice import Topic
from accounts.notices.services import NoticeText, notify_all

VOID = "recovery_codes_void"
VOID_TEXT = NoticeText(
    Topic.WORK,
    _("Your recovery codes are void"),
    _("The portal was restored from a backup. Create new codes for two-step verification."),
)


def void_recovery_codes() -> int:
    """Delete all recovery codes and tell their owners; returns how many accounts had some.

    The backup takes codes used since, and those replaced since, for unused. Apps and passkeys stay.
    """
    codes = Authenticator.objects.filter(type=Authenticator.Type.RECOVERY_CODES)
    owners = list(User.objects.filter(authenticator__in=codes).order_by("pk"))
    codes.delete()
    notify_all(accounts=owners, kind=VOID, path=reverse("mfa_index"), always=True)
    return len(owners)
