"""The way through the first steps, left and gone on with; the yearly look at the contacts."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db.models import F
from django.test import Client

from accounts.models import ContactCheck, User
from accounts.roles import Role
from enrollment.models import StudentRecord
from tests.people import make_account, sample_number
from verification.claims import services as claims
from verification.facts import Facts

pytestmark = pytest.mark.django_db

CHECK, PHONE = "/account/contacts/check/", "+8613912345678"


def enter(user: User) -> Client:
    cache.clear()
    client = Client()
    client.force_login(user)
    return client


def led_to(user: User) -> str:
    """Where signing in leads."""
    return enter(user).get("/desk/").headers["Location"]


def years_pass(user: User, days: int = 366) -> None:
    """What is in the past is so much further away."""
    User.objects.update(date_joined=F("date_joined") - timedelta(days=days))
    ContactCheck.objects.update(ask_again_at=F("ask_again_at") - timedelta(days=days))
    user.refresh_from_db()


def page(user: User, address: str) -> str:
    text: str = enter(user).get(address).content.decode()
    return text


def test_signing_in_goes_on_at_the_first_open_step(
    li: User, wang: User, wang_record: StudentRecord
) -> None:
    assert led_to(li) == "/verify/"
    assert led_to(wang) == CHECK  # he has proved himself, and one contact is missing
    User.objects.filter(pk=wang.pk).update(phone=PHONE, phone_confirmed_at=wang.date_joined)
    wang.refresh_from_db()
    assert led_to(wang) == "/status/"


def test_home_and_record_tell_what_is_left(
    li: User, wang: User, wang_record: StudentRecord
) -> None:
    assert 'href="/verify/go-on/"' in page(li, "/")
    assert f'href="{CHECK}"' in page(wang, "/")
    assert "还差一步" in page(wang, "/status/")
    enter(wang).post(CHECK, {"later": "yes"})
    assert CHECK not in page(wang, "/")
    assert "还差一步" not in page(wang, "/status/")


def test_a_later_step_leads_back_to_the_first_open_one(li: User) -> None:
    answer = enter(li).get(CHECK, follow=True)
    assert answer.redirect_chain[-1][0] == "/verify/"
    for later in ("check", "third"):
        assert enter(li).get(f"/verify/{later}/").headers["Location"] == "/verify/"
    assert enter(li).get("/account/contacts/").status_code == 200  # the settings stay open


def test_an_attempt_is_gone_on_with_where_it_waits(phone_owner: User, li: User) -> None:
    def goes_on(user: User) -> str:
        return enter(user).get("/status/", follow=True).redirect_chain[-1][0]

    assert goes_on(li) == "/verify/"
    for user in (li, phone_owner):
        facts = Facts("李晓雨", "居民身份证", sample_number(12), "" if user.phone else "123456")
        claims.start_attempt(account=user, facts=facts)
    assert goes_on(li) == "/verify/check/"  # answers given, not yet sent
    claims.submit_attempt(account=phone_owner)
    assert goes_on(phone_owner) == "/verify/third/"


def test_binding_can_wait_for_a_month(wang: User, wang_record: StudentRecord) -> None:
    assert "再绑定一种联系方式" in page(wang, CHECK)
    assert enter(wang).post(CHECK, follow=True).redirect_chain[-1][0] == "/status/"
    assert led_to(wang) == "/status/"
    years_pass(wang, days=31)
    assert led_to(wang) == CHECK


def test_after_a_year_each_contact_is_asked_after(wang: User, wang_record: StudentRecord) -> None:
    User.objects.filter(pk=wang.pk).update(phone=PHONE, phone_confirmed_at=wang.date_joined)
    years_pass(wang, days=364)
    assert led_to(wang) == "/status/"
    years_pass(wang, days=2)
    assert led_to(wang) == CHECK
    shown = page(wang, CHECK)
    assert all(part in shown for part in ("还能联系到你吗", "139****5678", "w***@example.org"))
    enter(wang).post(CHECK, {"right": "sms"})
    shown = page(wang, CHECK)
    assert "139****5678" not in shown
    assert "w***@example.org" in shown
    assert page(wang, "/status/").count("还差一步") == 1  # calmly: everything else works
    enter(wang).post(CHECK, {"right": "email"})
    assert led_to(wang) == "/status/"
    years_pass(wang)
    assert led_to(wang) == CHECK


def test_what_is_not_bound_cannot_be_confirmed(wang: User, wang_record: StudentRecord) -> None:
    enter(wang).post(CHECK, {"right": "sms"})
    assert led_to(wang) == CHECK


def test_staff_are_asked_after_what_they_have_and_no_more() -> None:
    staff = make_account("staff@example.org", roles=(Role.REGISTRAR,))
    assert led_to(staff) == "/today/"
    years_pass(staff)
    assert led_to(staff) == CHECK
    enter(staff).post(CHECK, {"right": "email"})
    assert led_to(staff) == "/today/"


def test_visitors_have_no_steps(client: Client) -> None:
    assert client.get(CHECK).headers["Location"].startswith("/account/login/")
