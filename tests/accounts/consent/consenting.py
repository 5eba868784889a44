"""A browser that signs in, the pages that ask it for consent, and what is kept of it."""

from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.models import Consent, User
from tests.people import PASSWORD, sample_number

ASK, ASK_IDENTITY = reverse("accounts:consent"), reverse("accounts:identity_consent")
STATED = {
    "name": "李晓雨",
    "certificate_type": "居民身份证",
    "number": sample_number(12),
    "third_item": "123456",
}


def sign_in(user: User, way_on: str = "") -> tuple[Client, str]:
    """A browser that has signed in, and where that led."""
    cache.clear()
    client = Client()
    given = {"login": user.email, "password": PASSWORD, "next": way_on}
    return client, client.post(reverse("account_login"), given).headers["Location"]


def kept(user: User, **wanted: object) -> list[tuple[str, int]]:
    """Purpose and version of the consents that are kept, in their order."""
    rows = Consent.objects.filter(account=user, **wanted).order_by("pk")
    return list(rows.values_list("purpose", "version"))
