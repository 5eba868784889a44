"""Codes and addresses as people paste them, at every door that takes one."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db.models import F
from django.forms import Form
from django.test import Client
from django.utils import timezone

from accounts.codes import services as codes
from accounts.contacts.forms import MailboxForm
from accounts.identifiers.email_addresses import clean_mailbox
from accounts.identifiers.services import parse
from accounts.models import LimitHit, User
from accounts.recovery.forms import KnownContactForm, NewContactForm
from tests.outbox import Outbox
from tests.people import AGREED, PASSWORD, make_account

ADDRESS = "lin@qq.com"
WRITTEN = [
    "lin@qq.com。", "lin@qq.com，", "lin@qq.com；", "lin@qq.com.", "Lin＠QQ．com", "lin@qq。com",
    " lin@qq.com ", "\u200blin@qq.com\u202c", "\ufefflin@qq.com",
    "mailto:lin@qq.com", "lin @ qq.com",
    "<lin@qq.com>", "林 <lin@qq.com>", "“lin@qq.com”", "lin@QQ.COM",
    "（lin@qq.com）", "lin@qq.com\u00a0",
    "mailto:lin@qq.com?subject=x", "ｌｉｎ@qq.com",
]  # fmt: skip
REFUSED = [
    "lin@qq.com wang@qq.com", "lin@qq.com、wang@qq.com", "lin@qq..com", "林@qq.com",
    "lin@", "@qq.com",
    "lin", "lin@qq.com\r\nBcc: x@y.com", "lin@qq.com 林", "lin@-qq.com",
    "a" * 65 + "@" + "b" * 250 + ".c",
    "@" * 300, "lin@qq.com" + " " * 100_000, "",
]  # fmt: skip


@pytest.mark.parametrize("typed", WRITTEN)
def test_one_address_however_it_is_written(typed: str) -> None:
    assert clean_mailbox(typed) == ADDRESS
    assert parse(typed).value == ADDRESS


def test_a_domain_in_characters_is_the_one_in_ascii() -> None:
    assert clean_mailbox("lin@例子.中国") == clean_mailbox("lin@XN--FSQU00A.xn--fiqs8s")


@pytest.mark.parametrize("typed", REFUSED)
def test_what_is_no_single_address_is_refused(typed: str) -> None:
    started = timezone.now()
    with pytest.raises(ValidationError):
        clean_mailbox(typed)
    assert (timezone.now() - started).total_seconds() < 0.5


@pytest.mark.django_db
class TestEveryDoor:
    """Sign-up, sign-in, code, reset, name, rescue, binding: one rule."""

    @pytest.mark.parametrize("typed", ["lin@qq.com。", "Lin＠qq．com", "\u200blin@qq.com，"])
    def test_sign_up_then_every_way_in(self, outbox: Outbox, typed: str) -> None:
        data = {"email": typed, "password1": PASSWORD} | AGREED
        Client().post("/account/signup/", data)
        assert [letter.to for letter in outbox.emails()] == [ADDRESS]
        assert User.objects.get().email == ADDRESS
        User.objects.all().delete()
        make_account(ADDRESS)
        client = Client()
        client.post("/account/login/", {"login": typed, "password": PASSWORD})
        assert "_auth_user_id" in client.session
        for door in ("/account/login/code/", "/account/password/reset/"):
            LimitHit.objects.update(at=F("at") - timedelta(minutes=2))
            answer = Client().post(door, {"login": typed})
            assert answer.status_code == 302, door
        assert {letter.to for letter in outbox.emails()} == {ADDRESS}

    @pytest.mark.parametrize("form", [MailboxForm, NewContactForm, KnownContactForm])
    def test_binding_and_rescue(self, form: type[Form]) -> None:
        field = "address" if form is MailboxForm else "contact"
        filled = form({field: "Lin＠qq.com。"})
        assert filled.is_valid()
        assert ADDRESS in str(filled.cleaned_data[field])
        assert not form({field: "lin@qq.com、wang@qq.com"}).is_valid()

    def test_two_writings_are_one_account(self, outbox: Outbox) -> None:
        for typed in ("lin@qq.com", "lin@qq.com。", "ＬＩＮ@qq.com"):
            LimitHit.objects.all().delete()
            Client().post("/account/signup/", {"email": typed, "password1": PASSWORD} | AGREED)
        assert User.objects.count() == 1


@pytest.mark.parametrize(
    "typed",
    [
        "367071", "３６７０７１", "367 071", "367-071", "36 70 71", "3 6 7 0 7 1",
        "验证码：367 071",
        "【学籍门户】验证码：367071，10 分钟内有效，请勿告诉任何人。",
        "【学籍】你的校验码是367 071，24小时内有效", "367071（10 分钟内有效）", "367071 10 分钟",
        "\u200b367071\u202c", "G-367071 is your code", "校验码 367071，客服 010-62345678",
        "校验码367071，请在2026年11月26日10:30前输入", "367071 367071",
        "<#> 367071", "10 分钟：367071",
    ],
)  # fmt: skip
def test_the_code_is_found_in_what_is_pasted(typed: str) -> None:
    assert codes.find(typed) == {"367071"}


@pytest.mark.parametrize(
    "typed", ["", "36707", "3670711", "20261126", "13912345678", "验证码", "12 34", "٣٦٧٠٧١"]
)
def test_where_no_code_is_none_is_found(typed: str) -> None:
    assert codes.find(typed) == set()


@pytest.mark.parametrize("typed", ["367071 123456", "旧 367071 新 123456", "100 367 071"])
def test_of_two_codes_the_person_says_which(typed: str) -> None:
    assert len(codes.find(typed)) == 2


NUMBER, E164 = "13912345678", "+8613912345678"


def register(client: Client, password: str = PASSWORD) -> str:
    data = {"phone": NUMBER, "password1": password} | AGREED
    return client.post("/account/signup/phone/", data, follow=True).content.decode()


def enter(client: Client, typed: str) -> str:
    answer = client.post("/account/signup/phone/code/", {"code": typed}, follow=True)
    return answer.content.decode()


def code_in(outbox: Outbox) -> str:
    found = re.search(r"\d{6}", outbox.texts()[-1].text)
    assert found
    return found.group()


@pytest.mark.django_db
class TestPhoneSignUpGoesOn:
    """The browser has forgotten: the code that was received does in any other."""

    def test_the_same_number_again_in_another_browser(self, outbox: Outbox) -> None:
        register(Client())
        other = Client()
        page = register(other)
        assert "/account/signup/phone/code/" in page, "there is a way to type it"
        assert 'name="code"' in other.get("/account/signup/phone/code/").content.decode()
        enter(other, outbox.texts()[-1].text)
        assert "_auth_user_id" in other.session
        assert User.objects.filter(phone_confirmed_at__isnull=False).count() == 1
        assert len(outbox.texts()) == 1

    def test_the_password_is_that_of_the_browser_where_it_was_typed(self, outbox: Outbox) -> None:
        """The one who began with the number of another does not get the account."""
        thief, owner = Client(), Client()
        register(thief, "the thief's own words")
        register(owner, "the owner's own words")
        enter(owner, code_in(outbox))
        account = User.objects.get(phone=E164, phone_confirmed_at__isnull=False)
        assert account.check_password("the owner's own words")
        enter(thief, code_in(outbox))
        assert "_auth_user_id" not in thief.session

    def test_guessing_in_many_browsers_is_no_more_tries(self, outbox: Outbox) -> None:
        register(Client())
        code = code_in(outbox)
        guesser = Client()
        for n in range(25):
            if n % 5 == 0:
                guesser = Client()
                register(guesser)
            enter(guesser, "000000" if code != "000000" else "111111")
        enter(guesser, code)
        assert "_auth_user_id" not in guesser.session

    def test_a_known_number_shows_the_same(self, outbox: Outbox) -> None:
        make_account("owner@example.org", phone=E164)
        register(Client())
        other = Client()
        assert "/account/signup/phone/code/" in register(other)
        assert "不正确" in enter(other, "000000") or "不对" in enter(other, "000000")

    def test_without_a_living_code_no_page_says_that_one_works(self, outbox: Outbox) -> None:
        register(Client())
        User.objects.all().delete()
        page = register(Client())
        assert "/account/signup/phone/code/" not in page
        assert "仍然有效" not in page
