"""A certificate number is taken only with a consent of its own."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from enrollment.models import StudentRecord
from tests.accounts.consent.consenting import ASK_IDENTITY, STATED, kept, sign_in
from tests.people import AGREED
from verification.models import VerificationAttempt

pytestmark = pytest.mark.django_db


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
