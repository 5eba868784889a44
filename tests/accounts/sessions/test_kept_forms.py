"""A button pressed after the session has ended: nothing is lost, no page is empty."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import get_resolver, reverse

from accounts.limits.rules import RULES
from accounts.models import User
from accounts.sessions import lifetime
from support.models import Report
from tests.accounts.sessions.ended import browser_after_its_session_of
from tests.people import PASSWORD
from tests.permissions.addresses import addresses
from tests.permissions.open_pages import OPEN

pytestmark = pytest.mark.django_db
TOKEN = {"csrfmiddlewaretoken": "x"}
SEND_AGAIN = reverse("accounts:send_again")
BROWSER = {"accept": "text/html,application/xhtml+xml"}
DEAR = "照片上的人不是我，是我的同桌，我们的报名序号只差一位。"


def test_what_was_sent_is_offered_after_signing_in_whatever_the_address(
    li: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = 0
    mark = browser_after_its_session_of(li).cookies[settings.LAST_ACCOUNT_COOKIE_NAME].value
    monkeypatch.setitem(RULES, "keep_form", ())
    for name, address in sorted(set(addresses(get_resolver()))):
        client = Client()
        client.cookies[settings.LAST_ACCOUNT_COOKIE_NAME] = mark
        answer = client.post(address, TOKEN | {"words": DEAR})
        if name in OPEN or answer.status_code in (403, 404, 405) or name.startswith("console:"):
            continue
        assert answer["Location"].endswith(f"?next={SEND_AGAIN}"), name
        client.force_login(li)
        page = client.get(SEND_AGAIN)
        assert page.status_code == 200, name
        text = page.content.decode()
        assert f'action="{address}"' in text, name
        assert DEAR in text, name
        tried += 1
    assert tried > 40


def test_the_sign_in_says_that_what_was_entered_is_kept(li: User) -> None:
    client = browser_after_its_session_of(li)
    sign_in = client.post(reverse("accounts:notices_read"), TOKEN)["Location"]
    kept = "填写的内容已保留"
    assert kept in client.get(sign_in).content.decode()
    wrong = {"login": li.email, "password": "not-the-password", "next": SEND_AGAIN}
    assert kept in client.post(reverse("account_login"), wrong).content.decode()
    elsewhere = client.get(reverse("account_login") + "?next=/status/").content.decode()
    assert kept not in elsewhere


def test_no_address_of_a_button_opens_as_an_empty_page(client: Client, wang: User) -> None:
    client.force_login(wang)
    tried = 0
    for name, address in sorted(set(addresses(get_resolver()))):
        if name.startswith(("console:", "delivery:", "import_api:")):
            continue
        if client.get(address).status_code != 405:
            continue
        answer = client.get(address, headers=BROWSER, follow=True)
        assert answer.redirect_chain, name
        assert answer.status_code != 405, name
        assert answer.content, name
        tried += 1
    assert tried > 20


@pytest.mark.usefixtures("wang_record")
def test_a_report_written_in_a_session_that_had_ended_reaches_the_school(wang: User) -> None:
    client = browser_after_its_session_of(wang)
    address = reverse("support:report_write", args=["other"])
    answer = client.post(
        address,
        TOKEN | {"words": DEAR, "password": PASSWORD},
        headers={"referer": f"http://testserver{address}"},
    )
    sent = {"login": wang.email, "password": PASSWORD, "next": SEND_AGAIN}
    page = client.post(answer["Location"], sent, follow=True)
    kept = page.context["kept"]
    assert kept.page == address
    assert dict(kept.fields) == {"words": DEAR}
    client.post(kept.action, dict(kept.fields))
    assert Report.objects.get().account == wang


def test_a_kept_form_is_not_offered_to_another_account(wang: User, li: User) -> None:
    client = Client()
    client.force_login(wang)
    client.get(reverse("accounts:security"))
    session = client.session
    session[lifetime.SEEN] -= 16 * 60
    session[lifetime.STARTED] -= 5 * 3600
    session.save()
    answer = client.post(reverse("accounts:username"), TOKEN | {"username": DEAR})
    assert answer["Location"].endswith(f"?next={SEND_AGAIN}")
    client.force_login(li)
    assert DEAR not in client.get(SEND_AGAIN, follow=True).content.decode()


def test_its_owner_is_offered_what_was_written(wang: User) -> None:
    client = Client()
    client.force_login(wang)
    client.get(reverse("accounts:security"))
    session = client.session
    session[lifetime.SEEN] -= 16 * 60
    session[lifetime.STARTED] -= 5 * 3600
    session.save()
    client.post(reverse("accounts:username"), TOKEN | {"username": DEAR})
    client.force_login(wang)
    assert DEAR in client.get(SEND_AGAIN).content.decode()


@pytest.mark.parametrize("page", ["https://evil.example/x", "//evil.example", ""])
def test_a_kept_form_leads_back_to_no_other_site(page: str, li: User) -> None:
    client = browser_after_its_session_of(li)
    client.post(reverse("accounts:username"), TOKEN | {"a": "b"}, headers={"referer": page})
    client.force_login(li)
    assert client.get(SEND_AGAIN).context["kept"].page == "/"


def test_what_is_old_or_huge_is_not_kept(li: User) -> None:
    client = browser_after_its_session_of(li)
    answer = client.post(reverse("accounts:username"), TOKEN | {"a": "b" * 30_000})
    assert SEND_AGAIN not in answer["Location"]
    client.post(reverse("accounts:username"), TOKEN | {"a": "b"})
    session = client.session
    session["kept_form"] = session["kept_form"] | {"at": session["kept_form"]["at"] - 901}
    session.save()
    client.force_login(li)
    assert client.get(SEND_AGAIN)["Location"] == reverse("desk")
