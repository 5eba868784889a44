"""An address that names the page to go on to leads to this portal alone, and never to an error."""

from urllib.parse import urlencode

import pytest
from django.urls import reverse

from accounts.models import User
from tests.people import enter, make_account

pytestmark = pytest.mark.django_db

ELSEWHERE = (
    "https://evil.example/", "//evil.example/", "/\\evil.example/", "\\\\evil", "/\t/evil.example/",
    "javascript:alert(1)", "0001-01-01", "desk", "accounts:security", "verification.views", "..",
)  # fmt: skip


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_the_page_of_reasons_leads_nowhere_else(elsewhere: str, desk_registrar: User) -> None:
    page = f"{reverse('registry:reason')}?{urlencode({'next': elsewhere})}"
    answer = enter(desk_registrar).post(page, {"words": "x"})
    assert answer["Location"] == reverse("registry:search")


@pytest.mark.parametrize("agreed", [True, False])
@pytest.mark.parametrize("page", ["accounts:consent", "accounts:identity_consent"])
@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_consent_leads_nowhere_else(elsewhere: str, page: str, agreed: bool) -> None:
    student = make_account("li@example.org")
    if not agreed:
        User.objects.filter(pk=student.pk).update(account_notice=0, identity_notice=0)
    address = f"{reverse(page)}?{urlencode({'next': elsewhere})}"
    assert enter(student).post(address, {"consent": "on"})["Location"] == reverse("desk")
