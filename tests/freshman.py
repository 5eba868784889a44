"""A new student's whole way as the requests of a browser: from the home page to the receipt.

The way is written once; what sends the requests (a test client, a load generator) is told
what to ask and gives back what came.
"""

import html
import re
from collections.abc import Generator
from dataclasses import dataclass
from itertools import islice

from django.urls import reverse

from enrollment.demo.samples import HEADER, sample_rows

# As in tests.people, which cannot be imported before Django is set up.
PASSWORD = "Paper-Lantern-42"
AGREED = {"consent": "on"}
SEED = 1  # of the sample people
_LINK = re.compile(r"/account/confirm-email/[-:\w]+/")
_CODE = re.compile(r"\b\d{6}\b")
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
_ANSWER = re.compile(r'action="(/status/[-0-9a-f]{36}/answer/)"')


@dataclass(frozen=True)
class Ask:
    """One request of the step with this name; redirects are followed within it.

    ``browser`` is 1 for what the student does in another browser.
    """

    step: str
    path: str
    form: dict[str, str] | None = None
    browser: int = 0


@dataclass(frozen=True)
class Wait:
    """Until the newest message to this address is there; ``Page.text`` is its text."""

    address: str


@dataclass(frozen=True)
class Page:
    """What came: the address after all redirects, and the text."""

    path: str
    text: str


Way = Generator[Ask | Wait, Page, None]
Send = Generator[Ask | Wait, Page, Page]


@dataclass(frozen=True)
class Freshman:
    """A student as the registry has them, and how they come in.

    ``elsewhere``: signed up in one browser, signed in with the password in another.
    """

    name: str
    number: str
    candidate_number: str
    phone: str
    mailbox: str
    by_phone: bool = False
    elsewhere: bool = False

    def way(self) -> Way:
        """Every request up to the receipt. Raises AssertionError when a page is another one."""
        yield Ask("home page", reverse("home"))
        page, browser = yield from (self._by_phone() if self.by_phone else self._by_mail())
        if _path(page) == reverse("account_login"):
            # A sign-up begun in 0.2.0 does not note its password, and so does not sign in.
            login = self.phone if self.by_phone else self.mailbox
            page = yield from send_form("signed in", page, signing_in(login), browser)
        page = yield from self._named(page, browser)
        _at(page, "verification:check")
        page = yield from send_form("compared, record", page, {}, browser)
        _at(page, "enrollment:status")
        assert html.escape(self.name) in page.text, "another record"
        found = _ANSWER.search(page.text)
        assert found, "nothing to confirm"
        record = Page(found.group(1), page.text)
        page = yield from send_form("confirmed, receipt", record, {"answer": "right"}, browser)
        assert "/receipts/" in page.path, page.path

    def _named(self, page: Page, browser: int) -> Send:
        """Give the basic information.

        0.2.0 asks for the consent on a page of its own: before the form, or when a form of a
        newer version was sent to it.
        """
        consent, start = reverse("accounts:identity_consent"), reverse("verification:start")
        if _path(page) == consent:
            page = yield from send_form("agreed", page, AGREED, browser)
        facts = {"name": self.name, "certificate_type": "居民身份证", "number": self.number}
        facts |= AGREED
        if not self.by_phone:
            facts["third_item"] = self.candidate_number
        for _ in range(2):
            assert _path(page) == start, page.path
            page = yield from send_form("basic information", page, facts, browser)
            if _path(page) != consent:
                break
            page = yield from send_form("agreed", page, AGREED, browser)
        return page

    def _by_mail(self) -> Generator[Ask | Wait, Page, tuple[Page, int]]:
        page = yield Ask("sign-up form", reverse("account_signup"))
        signing = {"email": self.mailbox, "password1": PASSWORD, **AGREED}
        page = yield from send_form("sign-up sent", page, signing)
        _at(page, "account_email_verification_sent")
        letter = yield Wait(self.mailbox)
        link = _LINK.search(letter.text)
        assert link, letter.text
        browser = int(self.elsewhere)
        page = yield Ask("link opened", link.group(), browser=browser)
        activation = {"password": PASSWORD} if self.elsewhere else {}
        page = yield from send_form("activated, signed in", page, activation, browser)
        return page, browser

    def _by_phone(self) -> Generator[Ask | Wait, Page, tuple[Page, int]]:
        page = yield Ask("sign-up form", reverse("account_signup_phone"))
        signing = {"phone": self.phone, "password1": PASSWORD, **AGREED}
        page = yield from send_form("sign-up sent", page, signing)
        _at(page, "account_signup_code")
        message = yield Wait(f"+86{self.phone}")
        code = _CODE.search(message.text)
        assert code, message.text
        page = yield from send_form("activated, signed in", page, {"code": code.group()})
        if not self.elsewhere:
            return page, 0
        page = yield Ask("sign-in form", reverse("account_login"), browser=1)
        page = yield from send_form("signed in elsewhere", page, signing_in(self.phone), 1)
        return page, 1


def signing_in(login: str) -> dict[str, str]:
    """What is sent by the form of the sign-in page."""
    return {"login": login, "password": PASSWORD}


def freshmen(
    count: int, *, phones: int = 0, elsewhere: int = 50, seed: int = SEED
) -> list[Freshman]:
    """The first ``count`` sample people who are registered (注册学籍).

    ``phones`` and ``elsewhere`` of each hundred sign up by phone, and go on in another browser.
    """
    rows = (dict(zip(HEADER, row, strict=True)) for row in sample_rows(2 * count + 9, seed=seed))
    registered = (row for row in rows if row["学籍状态"] == "注册学籍")
    return [
        Freshman(
            row["姓名"],
            row["证件号码"],
            row["考生号"],
            row["手机号"],
            f"student{place}@mail{place % 16}.example.org",
            by_phone=_is_among(place, phones),
            elsewhere=_is_among(place // 3, elsewhere),
        )
        for place, row in enumerate(islice(registered, count))
    ]


def _is_among(place: int, percent: int) -> bool:
    """Spread evenly: of a hundred successive places so many are among them."""
    return (place + 1) * percent // 100 > place * percent // 100


def send_form(step: str, page: Page, form: dict[str, str], browser: int = 0) -> Send:
    """Send the form of ``page`` back to its address, with its token."""
    token = _TOKEN.search(page.text)
    assert token, f"{step}: no form on {page.path}"
    filled = {"csrfmiddlewaretoken": token.group(1), **form}
    return (yield Ask(step, page.path, filled, browser))


def _path(page: Page) -> str:
    return page.path.partition("?")[0]


def _at(page: Page, name: str) -> None:
    assert _path(page) == reverse(name), page.path
