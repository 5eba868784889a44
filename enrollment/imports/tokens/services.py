"""Create, authenticate and revoke import tokens."""

import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from accounts.models import RoleGrant, User
from accounts.roles import Role
from audit.services import record_action
from database.clock import database_now, read_with_clock
from enrollment.models import ImportToken, Institution, InstitutionRegistrar, TokenRight
from enrollment.queries import institutions_of
from vault.lookup import keyed_hash

# A prefix that secret scanners recognize in published code.
PREFIX = "xueji_"
# Minimum time between updates of the last use, so that polling does not write each time.
USE_NOTED_EVERY = timedelta(minutes=1)


def tokens_of(user: User) -> QuerySet[ImportToken]:
    """The tokens of a registrar's institutions, newest first."""
    found = read_with_clock(ImportToken.objects.filter(institution__in=institutions_of(user)))
    return found.select_related("institution", "created_by").order_by("-pk")


def create_token(
    *, institution: Institution, name: str, right: TokenRight, days: int, by: User
) -> tuple[ImportToken, str]:
    """Create a token; returns it with its secret, which is not stored."""
    secret = PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        token = ImportToken.objects.create(
            institution=institution,
            name=name,
            secret_hash=keyed_hash("import-token", secret),
            right=right,
            created_by=by,
            expires_at=database_now() + timedelta(days=days),
        )
        _write("create_token", token, by)
    return token, secret


def revoke_token(*, token: ImportToken, by: User) -> None:
    """Revoke a token permanently; repeated calls change nothing."""
    with transaction.atomic():
        if ImportToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=Now()):
            _write("revoke_token", token, by)


def find_token(secret: str) -> ImportToken | None:
    """The valid token with this secret whose creator is still authorized, or None."""
    found = _with_standing_maker().filter(
        secret_hash=keyed_hash("import-token", secret), revoked_at=None, expires_at__gt=Now()
    )
    token = found.select_related("institution", "created_by").first()
    if token is not None:
        stale = Q(last_used_at=None) | Q(last_used_at__lt=Now() - USE_NOTED_EVERY)
        ImportToken.objects.filter(stale, pk=token.pk).update(last_used_at=Now())
    return token


def _with_standing_maker() -> QuerySet[ImportToken]:
    """Tokens whose creator is still an active registrar of their institution."""
    is_registrar = RoleGrant.objects.filter(user=OuterRef("created_by"), role=Role.REGISTRAR)
    works_there = InstitutionRegistrar.objects.filter(
        user=OuterRef("created_by"), institution=OuterRef("institution")
    )
    return ImportToken.objects.filter(
        Exists(is_registrar), Exists(works_there), created_by__is_active=True
    )


def may_publish(token: ImportToken | None) -> bool:
    """Whether the token is valid, may publish, and its creator is still a registrar."""
    if token is None or token.right != TokenRight.PUBLISH or not token.is_open:
        return False
    return _with_standing_maker().filter(pk=token.pk).exists()


def _write(act: str, token: ImportToken, by: User) -> None:
    record_action(
        action=f"enrollment.{act}",
        actor_id=by.pk,
        subject_type="import_token",
        subject_key=token.key,
        institution_code=token.institution.code,
        detail={"right": token.right},
    )
