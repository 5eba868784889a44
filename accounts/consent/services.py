"""Giving and withdrawing consent, and checking who still has to be asked."""

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models.functions import Now

from accounts.consent.notices import current_version
from accounts.models import Consent, Purpose, User

# The account's field with the latest version agreed to.
_FIELDS = {Purpose.ACCOUNT: "account_notice", Purpose.IDENTITY: "identity_notice"}
PAGES = {Purpose.ACCOUNT: "accounts:consent", Purpose.IDENTITY: "accounts:identity_consent"}


def lacks_consent(account: User, purpose: Purpose) -> bool:
    """Whether a student has not agreed to the current notice.

    Staff are not asked: their data is processed for their office (PIPL article 13, 3).
    """
    agreed: int = getattr(account, _FIELDS[purpose])
    return agreed < current_version(purpose) and account.is_student


def needs_consent(account: User | AnonymousUser) -> bool:
    """Whether sign-in leads to the notice first; not while the account waits for deletion."""
    if not isinstance(account, User) or account.deletion_due_at is not None:
        return False
    return lacks_consent(account, Purpose.ACCOUNT)


@transaction.atomic
def give_consent(*, account: User, purpose: Purpose) -> None:
    """Store that ``account`` agrees to the current notice; idempotent."""
    store_consent(account=account, purpose=purpose)
    _note(account, {_FIELDS[purpose]: current_version(purpose)})


def mark_agreed(account: User) -> None:
    """Set on an account about to be saved that its owner has agreed on the sign-up form.

    Once the account is saved, ``store_consent`` adds the proof.
    """
    setattr(account, _FIELDS[Purpose.ACCOUNT], current_version(Purpose.ACCOUNT))


def store_consent(*, account: User, purpose: Purpose) -> None:
    """Store the proof that ``account`` agrees to the current notice; idempotent."""
    given = Consent(account=account, purpose=purpose, version=current_version(purpose))
    Consent.objects.bulk_create([given], ignore_conflicts=True)


@transaction.atomic
def withdraw_consents(*, account: User) -> None:
    """Withdraw every consent of ``account``; the times of giving and withdrawing are kept."""
    Consent.objects.filter(account=account, withdrawn_at=None).update(withdrawn_at=Now())
    _note(account, dict.fromkeys(_FIELDS.values(), 0))


@transaction.atomic
def forget_consents(*, account: User) -> None:
    """Delete consents given by someone who signed up with another person's e-mail address."""
    Consent.objects.filter(account=account).delete()
    _note(account, dict.fromkeys(_FIELDS.values(), 0))


def evidence_of(account: User) -> list[str]:
    """The account's consents as text, for the audit trail, which outlives the account."""
    return [
        f"{consent.purpose} {consent.version}: {consent.given_at.isoformat()}"
        for consent in Consent.objects.filter(account=account).order_by("pk")
    ]


def _note(account: User, versions: dict[str, int]) -> None:
    User.objects.filter(pk=account.pk).update(**versions)
    for name, version in versions.items():
        setattr(account, name, version)
