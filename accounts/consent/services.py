"""Giving and withdrawing consent, and who still has to be asked."""

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models.functions import Now

from accounts.consent.notices import current_version
from accounts.models import Consent, Purpose, User

# Where the latest version agreed to stands on the account.
_FIELDS = {Purpose.ACCOUNT: "account_notice", Purpose.IDENTITY: "identity_notice"}
PAGES = {Purpose.ACCOUNT: "accounts:consent", Purpose.IDENTITY: "accounts:identity_consent"}


def lacks_consent(account: User, purpose: Purpose) -> bool:
    """Whether a student has not agreed to the current notice.

    Staff are not asked: they work here by their office (PIPL article 13, 3).
    """
    agreed: int = getattr(account, _FIELDS[purpose])
    return agreed < current_version(purpose) and account.is_student


def must_be_asked(account: User | AnonymousUser) -> bool:
    """Whether signing in leads to the notice first; not while the account waits for deletion."""
    if not isinstance(account, User) or account.deletion_due_at is not None:
        return False
    return lacks_consent(account, Purpose.ACCOUNT)


@transaction.atomic
def give_consent(*, account: User, purpose: Purpose) -> None:
    """Keep that ``account`` agrees to the current notice; twice is no more than once."""
    version = current_version(purpose)
    given = Consent(account=account, purpose=purpose, version=version)
    Consent.objects.bulk_create([given], ignore_conflicts=True)
    _note(account, {_FIELDS[purpose]: version})


@transaction.atomic
def withdraw_consents(*, account: User) -> None:
    """End every consent of ``account``; when each was given and withdrawn stays on record."""
    Consent.objects.filter(account=account, withdrawn_at=None).update(withdrawn_at=Now())
    _note(account, dict.fromkeys(_FIELDS.values(), 0))


@transaction.atomic
def forget_consents(*, account: User) -> None:
    """Remove what somebody else agreed to, who signed up with another person's mailbox."""
    Consent.objects.filter(account=account).delete()
    _note(account, dict.fromkeys(_FIELDS.values(), 0))


def evidence_of(account: User) -> list[str]:
    """What an account agreed to and when, for the trail, which outlives the account."""
    return [
        f"{consent.purpose} {consent.version}: {consent.given_at.isoformat()}"
        for consent in Consent.objects.filter(account=account).order_by("pk")
    ]


def _note(account: User, versions: dict[str, int]) -> None:
    User.objects.filter(pk=account.pk).update(**versions)
    for name, version in versions.items():
        setattr(account, name, version)
