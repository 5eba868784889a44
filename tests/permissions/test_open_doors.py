"""Every address of the resolver is closed to strangers unless it is named here."""

import uuid
from collections.abc import Iterator, Mapping
from types import MappingProxyType

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

pytestmark = pytest.mark.django_db
VALUES = {
    "uuid": str(uuid.UUID(int=7)),
    "shortuuid": str(uuid.UUID(int=7)),
    "int": 7,
    "slug": "photos",
    "string": "x",
}
NAMED = {"app_label": "accounts"}
METHODS = ("get", "post", "put", "delete")
OPEN: frozenset[str] = frozenset(
    """
    home privacy_notice privacy_notice_now help help_article help_verdict
    offline service_worker favicon healthz readyz metrics set_language
    account_signup_phone account_signup_code account_signup_again
    account_login account_logout account_signup account_inactive account_email_verification_sent
    account_confirm_email account_code account_code_enter account_code_again
    account_reset_password account_reset_password_enter account_reset_password_again
    account_reset_password_new account_find_username account_find_username_sent
    verification:object_to_claim
    accounts:undo_change mfa_authenticate accounts:stop_rescue account_lost account_rescue
    account_rescue_enter account_rescue_again account_rescue_state
    account_reset_password_question
    enrollment:check_receipt enrollment:check_report enrollment:check_report_code
    import_api:receive import_api:receive_named import_api:state import_api:publish
    """.split()
)


def addresses(
    resolver: URLResolver, prefix: str = "", above: Mapping[str, object] = MappingProxyType({})
) -> Iterator[tuple[str, str]]:
    """Name and address of every pattern, its variables filled with samples."""
    for entry in resolver.url_patterns:
        given = {**above, **_samples(entry)}
        if isinstance(entry, URLResolver):
            inner = f"{prefix}{entry.namespace}:" if entry.namespace else prefix
            yield from addresses(entry, inner, given)
        elif isinstance(entry, URLPattern) and entry.name:
            yield f"{prefix}{entry.name}", reverse(f"{prefix}{entry.name}", kwargs=given)


def _samples(entry: URLPattern | URLResolver) -> dict[str, object]:
    converters = entry.pattern.converters
    if not converters:
        # Django's admin names its apps in a regular expression.
        return {name: NAMED.get(name, "x") for name in entry.pattern.regex.groupindex}
    kinds = {
        key: type(found).__name__.removesuffix("Converter").lower()
        for key, found in converters.items()
    }
    return {
        key: VALUES.get(kind) or converters[key].regex.split("|")[0].strip("(?:)")
        for key, kind in kinds.items()
    }


@pytest.mark.parametrize("method", METHODS)
def test_a_stranger_finds_only_the_open_doors(method: str) -> None:
    client = Client()
    opened = set()
    for name, address in sorted(set(addresses(get_resolver()))):
        answer = getattr(client, method)(address)
        assert answer.status_code < 500, name
        doors = (reverse(settings.LOGIN_URL) + "?next=", reverse("console:login") + "?next=")
        to_sign_in = answer.status_code == 302 and answer["Location"].startswith(doors)
        if not to_sign_in and answer.status_code not in (403, 404, 405):
            opened.add(name)
    assert opened - OPEN == set()
