"""What is told to people by message; the words are templates."""

from collections.abc import Mapping

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.models import User
from delivery.services import queue_email


def tell_record_found(account: User) -> None:
    """A later import has brought the record that the person waited for."""
    _write(account, "record_found", {"link": settings.SITE_URL + reverse("enrollment:status")})


def _write(account: User, name: str, context: Mapping[str, object]) -> None:
    """Queue the letter ``name``; an account without e-mail reads it in the portal."""
    if not account.email:
        return
    given = {"site_name": settings.SITE_NAME, **context}
    subject = render_to_string(f"verification/letters/{name}_subject.txt", given)
    text = render_to_string(f"verification/letters/{name}.txt", given)
    queue_email(
        to=account.email,
        subject=" ".join(subject.split()),
        text=text,
        purpose=f"verification_{name}",
        account_id=account.pk,
    )
