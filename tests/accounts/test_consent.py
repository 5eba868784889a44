"""Consent to the privacy notices: asked, kept with version and time, asked again, withdrawn."""

import hashlib
import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.consent import notices
from accounts.consent.services import withdraw_consents
from accounts.deletion import services as deletion
from accounts.models import Consent, LimitHit, Purpose, User
from accounts.roles import Role
from accounts.tasks import delete_due_accounts
from audit.models import AuditEntry
from enrollment.models import StudentRecord
from tests.outbox import Outbox
from tests.people import AGREED, PASSWORD, make_account, sample_number
from verification.models import VerificationAttempt

pytestmark = pytest.mark.django_db

MAILBOX, NUMBER = "new.comer@example.org", "13912345678"
ASK, ASK_IDENTITY = reverse("accounts:consent"), reverse("accounts:identity_consent")
BOTH_WAYS = [
    ("/account/signup/", {"email": MAILBOX, "password1": PASSWORD}),
    ("/account/signup/phone/", {"phone": NUMBER, "password1": PASSWORD}),
]


@pytest.fixture
def new_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second version of the notice for accounts is in force."""
    for path in notices.DIRECTORY.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    newer = (tmp_path / "account-1.toml").read_text("utf-8").replace("隐私告知", "新的隐私告知")
    (tmp_path / "account-2.toml").write_text(newer, "utf-8")
    known = {purpose: notices.read_versions(purpose, tmp_path) for purpose in Purpose}
    monkeypatch.setattr(notices, "_versions", known.__getitem__)


def sign_in(user: User, way_on: str = "") -> tuple[Client, str]:
    """A browser that has signed in, and where that led."""
    cache.clear()
    client = Client()
    given = {"login": user.email, "password": PASSWORD, "next": way_on}
    return client, client.post(reverse("account_login"), given).headers["Location"]


def kept(user: User, **wanted: object) -> list[tuple[str, int]]:
    rows = Consent.objects.filter(account=user, **wanted).order_by("pk")
    return list(rows.values_list("purpose", "version"))


@pytest.mark.parametrize(("path", "given"), BOTH_WAYS)
def test_signing_up_shows_the_notice_and_ticks_nothing(
    client: Client, path: str, given: dict[str, str], settings: Any
) -> None:
    settings.DATA_PROCESSOR, settings.PRIVACY_CONTACT = "示范省教育考试院", "data@example.org"
    page = client.get(path).content.decode()
    for told in (
        "谁处理",
        "为了什么",
        "保存多久",
        "你的权利",
        "示范省教育考试院",
        "data@example.org",
    ):
        assert told in page
    [box] = re.findall(r'<input[^>]*name="consent"[^>]*>', page)
    assert "checked" not in box
    [link] = re.findall(r'href="(/help/privacy/[^"]+)"', page)
    full = client.get(link).content.decode()
    assert "你的权利" in full
    assert "示范省教育考试院" in full


@pytest.mark.parametrize(("path", "given"), BOTH_WAYS)
def test_without_the_tick_there_is_no_account(
    client: Client, path: str, given: dict[str, str], outbox: Outbox
) -> None:
    answer = client.post(path, given)
    assert answer.status_code == 200
    assert "请阅读告知并勾选同意后再继续" in answer.content.decode()
    assert not User.objects.exists()
    assert outbox.emails() + outbox.texts() == []


@pytest.mark.parametrize(("path", "given"), BOTH_WAYS)
def test_signing_up_keeps_version_and_time(
    client: Client, path: str, given: dict[str, str], outbox: Outbox
) -> None:
    before = timezone.now()
    client.post(path, given | AGREED)
    [consent] = Consent.objects.all()
    assert (consent.purpose, consent.version) == (Purpose.ACCOUNT, 1)
    assert before <= consent.given_at <= timezone.now()
    LimitHit.objects.all().delete()
    client.post(path, given | AGREED)  # the same browser again
    assert Consent.objects.count() == 1


@pytest.fixture
def newcomer_browser(li: User) -> Client:
    """A browser of somebody who has agreed to the account, and to nothing about the number."""
    withdraw_consents(account=li)
    Consent.objects.filter(account=li, purpose=Purpose.IDENTITY).delete()
    User.objects.filter(pk=li.pk).update(account_notice=1)
    return sign_in(li)[0]


STATED = {
    "name": "李晓雨",
    "certificate_type": "居民身份证",
    "number": sample_number(12),
    "third_item": "123456",
}


def test_the_number_is_taken_only_with_a_consent_of_its_own(
    newcomer_browser: Client, li: User
) -> None:
    page = newcomer_browser.get("/verify/").content.decode()
    assert "证件号码使用告知" in page
    assert "不用于其他目的" in page
    [box] = re.findall(r'<input[^>]*name="consent"[^>]*>', page)
    assert "checked" not in box
    page = newcomer_browser.post("/verify/", STATED).content.decode()
    assert "请阅读告知并勾选同意后再继续" in page
    assert STATED["number"] in page  # nothing is typed again
    assert "学籍管理部门" in page  # a way on for those who do not agree
    assert kept(li, withdrawn_at=None) == []
    assert not VerificationAttempt.objects.exists()
    answer = newcomer_browser.post("/verify/", STATED | AGREED)
    assert answer.headers["Location"] == "/verify/check/"
    assert kept(li, withdrawn_at=None) == [("identity", 1)]
    page = newcomer_browser.get("/verify/").content.decode()
    assert 'name="consent"' not in page  # asked once, not at every try
    assert newcomer_browser.post("/verify/", STATED).headers["Location"] == "/verify/check/"


def test_a_tick_beside_a_faulty_answer_is_no_consent_yet(
    newcomer_browser: Client, li: User
) -> None:
    newcomer_browser.post("/verify/", STATED | AGREED | {"number": "1"})
    assert kept(li, withdrawn_at=None) == []


@pytest.mark.parametrize("page", ["check", "third", "show_code", "diagnosis"])
def test_other_pages_of_verification_ask_for_it_first(newcomer_browser: Client, page: str) -> None:
    address = reverse(f"verification:{page}")
    asked = newcomer_browser.get(address).headers["Location"]
    assert asked == f"{ASK_IDENTITY}?next={address.replace('/', '%2F')}"
    assert newcomer_browser.post(asked, AGREED).headers["Location"] == address


def test_a_new_notice_is_asked_for_before_an_old_draft_goes_on(li: User) -> None:
    client, _ = sign_in(li)
    client.post("/verify/", STATED)
    User.objects.filter(pk=li.pk).update(identity_notice=0)
    assert client.get(reverse("verification:go_on")).headers["Location"].startswith(ASK_IDENTITY)


def test_who_does_not_agree_to_the_number_reads_what_to_do(newcomer_browser: Client) -> None:
    page = newcomer_browser.get(reverse("accounts:consents")).content.decode()
    assert "没有在这里填写过证件号码" in page
    assert "学籍管理部门" in page
    assert reverse("verification:start") in page


def test_whose_record_was_opened_in_person_is_not_told_how_to_find_it(
    newcomer_browser: Client, li: User, li_record: StudentRecord
) -> None:
    StudentRecord.objects.filter(pk=li_record.pk).update(holder=li, claimed_at=timezone.now())
    page = newcomer_browser.get(reverse("accounts:consents")).content.decode()
    assert "使用证件号码" not in page
    assert reverse("verification:start") not in page


@pytest.mark.parametrize("way_on", ["", "/account/notices/"])
def test_a_new_version_is_asked_for_at_the_next_sign_in(
    wang: User, wang_record: StudentRecord, new_version: None, way_on: str
) -> None:
    client, led_to = sign_in(wang, way_on)
    assert led_to.startswith(ASK)
    page = client.get(led_to).content.decode()
    assert "告知内容有更新" in page
    assert "新的隐私告知" in page
    answer = client.post(led_to, AGREED)
    assert answer.headers["Location"] == (way_on or reverse("desk"))
    assert kept(wang) == [("account", 1), ("identity", 1), ("account", 2)]
    assert not sign_in(wang, way_on)[1].startswith(ASK)
    old = client.get(reverse("privacy_notice", args=["account", 1])).content.decode()
    assert "此版本已失效" in old


def test_staff_are_not_asked_for_consent(new_version: None) -> None:
    staff = make_account("staff@example.org", roles=(Role.REGISTRAR,))
    assert not sign_in(staff)[1].startswith(ASK)


def test_the_page_of_consent_leads_to_no_other_site(li: User) -> None:
    withdraw_consents(account=li)
    client, _ = sign_in(li)
    answer = client.post(f"{ASK}?next=https://evil.example.org/", AGREED)
    assert answer.headers["Location"] == reverse("desk")


def test_what_was_agreed_to_is_shown_and_withdrawn_by_deleting(wang: User) -> None:
    client, _ = sign_in(wang)
    assert reverse("accounts:consents") in client.get("/account/security/").content.decode()
    page = client.get(reverse("accounts:consents")).content.decode()
    assert "第 1 版" in page
    assert "证件号码（敏感个人信息）" in page
    assert reverse("accounts:delete_account") in page
    deletion.ask_for_deletion(account=wang)
    assert kept(wang, withdrawn_at=None) == []
    assert "撤回" in client.get(reverse("accounts:consents")).content.decode()
    # While the account waits no one is asked, and no number is taken.
    assert not sign_in(wang)[1].startswith(ASK)
    assert client.get("/verify/", follow=True).redirect_chain[-1][0] == "/account/security/delete/"
    deletion.cancel_deletion(account=wang)
    client, led_to = sign_in(wang)
    assert led_to.startswith(ASK)
    client.post(led_to, AGREED)
    assert kept(wang) == [("account", 1), ("identity", 1), ("account", 1)]


def test_deleting_leaves_version_and_time_in_the_trail_alone(wang: User) -> None:
    deletion.ask_for_deletion(account=wang)
    User.objects.filter(pk=wang.pk).update(deletion_due_at=timezone.now())
    delete_due_accounts()
    assert kept(wang) == []
    [entry] = AuditEntry.objects.filter(action="accounts.delete_account")
    assert [line.split(":")[0] for line in entry.detail["consents"]] == ["account 1", "identity 1"]


def test_the_copy_of_my_data_holds_the_consents(wang: User) -> None:
    client, _ = sign_in(wang)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    archive = zipfile.ZipFile(io.BytesIO(client.post(reverse("accounts:my_data")).content))
    told = json.loads(archive.read("data.json"))["consents"]
    assert [(line["purpose"], line["version"]) for line in told] == [
        ("账号", "1"),
        ("证件号码（敏感个人信息）", "1"),
    ]
    assert all(line["given_at"] for line in told)


def test_a_mailbox_proved_by_its_owner_drops_a_strangers_consent(outbox: Outbox) -> None:
    Client().post("/account/signup/", {"email": MAILBOX, "password1": PASSWORD} | AGREED)
    link = re.search(r"http://[^/]+(\S+)", outbox.emails()[-1].text)
    assert link
    owner = Client()
    owner.post(link.group(1), {"password1": "four other calm words"})
    assert not Consent.objects.exists()
    assert owner.get(reverse("desk")).headers["Location"].startswith(ASK)


@pytest.mark.parametrize("address", ["privacy/none/", "privacy/account/99/", "privacy/account/0/"])
def test_a_privacy_notice_that_does_not_exist_is_not_found(client: Client, address: str) -> None:
    assert client.get(f"/help/{address}").status_code == 404


@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_privacy_notices_are_whole_in_both_languages(
    client: Client, purpose: Purpose, language: str
) -> None:
    page = client.get(
        reverse("privacy_notice_now", args=[purpose]), headers={"Accept-Language": language}
    ).content.decode()
    assert ("What you" in page or "Who" in page) == (language == "en")
    assert "{" not in re.sub(r"<(script|style).*?</\1>", "", page, flags=re.DOTALL)


def test_who_has_agreed_costs_no_query(wang: User, wang_record: StudentRecord) -> None:
    client, _ = sign_in(wang)
    for address in ("/desk/", "/status/", "/"):
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        assert not [query for query in asked if "accounts_consent" in str(query["sql"])]


PUBLISHED = {
    "account-1.toml": "9334e0ed39bc03c6460f38c2dd9034f287d1a337e2163e43c93cdbb9ea23e42d",
    "identity-1.toml": "95e304ccd19e32eb5605e13e04e48730d5b7a7077388c80689bc791ef7808fcb",
}


def test_a_published_notice_stays_as_people_agreed_to_it() -> None:
    texts = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in notices.DIRECTORY.iterdir()
    }
    assert texts == PUBLISHED, (
        "People have agreed to these words. To change them, publish a new version: a file with "
        "the next number, and its digest here."
    )


@pytest.mark.parametrize("page", ["verification:further", "verification:dispute"])
def test_who_has_not_agreed_to_the_newest_notice_states_nothing_more(
    page: str, wang: User, wang_record: StudentRecord
) -> None:
    User.objects.filter(pk=wang.pk).update(identity_notice=0)
    client = Client()
    client.force_login(wang)
    for answer in (client.get(reverse(page)), client.post(reverse(page), {"third_item": "1"})):
        assert (
            answer.headers["Location"] == f"{ASK_IDENTITY}?next={reverse(page).replace('/', '%2F')}"
        )
    client.post(ASK_IDENTITY, AGREED)
    assert client.get(reverse(page)).headers.get("Location", "") != ASK_IDENTITY


def test_the_notices_say_what_the_operator_sees_and_how_long_facts_stay(settings: Any) -> None:
    settings.FACTS_DAYS = 123
    account = notices.current_notice(Purpose.ACCOUNT)
    assert "管理后台" in account.body
    how_long = dict(notices.current_notice(Purpose.IDENTITY).short)["保存多久"]
    assert "123 天" in how_long
