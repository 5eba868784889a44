"""A password is not made of what others know of its owner."""

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.outbox import Outbox
from tests.people import AGREED, PASSWORD

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("password", "refused"),
    [
        ("mobile13800138000", True),  # the owner's number
        ("138-0013-8000 is me", True),
        ("00138000-lantern", True),  # its last eight digits
        ("phone.owner", True),  # the owner's mailbox
        ("password1", True),
        ("xueji2026!", True),  # the portal's own words
        ("学籍门户-20260901", True),
        ("Student.Status.1", True),
        ("20070815", True),  # a birth date, of whomever
        ("15082007", True),
        ("070815421", True),
        ("13900139999", True),  # somebody's number
        ("110101200708150016", True),  # a certificate number
        ("11010120070815007X", True),
        ("2026312345", True),  # a student number
        ("26110154123456", True),  # a candidate number
        ("12345678901", True),
        ("98765432", True),
        ("48484848", True),
        ("\u0662\u0660\u0660\u0667\u0660\u0668\u0661\u0665", True),  # a date, in other digits
        ("48159263", False),
        ("7391640285517", False),
        ("mobile13900139999", False),
        ("students count lanterns", False),
        ("paper lantern over water", False),
    ],
)
def test_a_password_is_not_built_on_contacts_or_the_portals_words(
    phone_owner: User, password: str, refused: bool
) -> None:
    cache.clear()
    client = Client()
    client.force_login(phone_owner)
    client.post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": password}
    )
    phone_owner.refresh_from_db()
    assert phone_owner.check_password(password) is not refused


@pytest.mark.parametrize(("password", "made"), [("Lantern.Paper", 0), ("four calm words", 1)])
def test_at_sign_up_the_mailbox_is_compared(client: Client, password: str, made: int) -> None:
    cache.clear()
    client.post(
        reverse("account_signup"),
        {"email": "lantern.paper@example.org", "password1": password} | AGREED,
    )
    assert User.objects.count() == made


def test_a_change_is_told_by_text_message_too(
    phone_owner: User, client: Client, outbox: Outbox
) -> None:
    cache.clear()
    client.force_login(phone_owner)
    client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": "paper lantern over water"},
    )
    assert "修改了密码" in outbox.texts()[-1].text
    assert "密码已修改" in outbox.emails()[-1].subject


def test_a_refused_password_is_refused_with_the_reason(phone_owner: User, client: Client) -> None:
    cache.clear()
    client.force_login(phone_owner)
    page = client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": "mobile13800138000"},
    )
    assert "含有你的手机号" in page.content.decode()
