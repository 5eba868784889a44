"""What a taker has prepared or had issued must end when the owner takes the account back."""

import re
from datetime import timedelta
from functools import partial

import pytest
from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import F
from django.test import Client
from django.urls import reverse

from accounts.contacts import services as contacts
from accounts.models import ContactChange, LimitHit, Notice, Rescue, StaffAdmission, User
from accounts.roles import Role
from accounts.sign_in.admission import issue_code
from accounts.tasks import finish_rescues
from delivery.models import Channel
from enrollment.imports.tokens.services import create_token
from enrollment.models import ImportToken, StudentRecord, TokenRight
from enrollment.records.services import claim_records
from tests.outbox import Outbox
from tests.people import PASSWORD, enter, make_account, make_school
from verification import disputes
from verification.assisted import services as assisted
from verification.models import AssistCode, Vouch

pytestmark = pytest.mark.django_db

PHONE, TAKERS = "+8613912345678", "+8613812345678"
TAKE_BACK = "/account/security/take-back/"
NEW_PASSWORD = "another calm phrase"


@pytest.fixture
def owner(db: None) -> User:
    return make_account("victim@example.org", phone=PHONE)


def take_phone(owner: User) -> str:
    """The taker binds a phone; the address of the owner's link."""
    with transaction.atomic():
        contacts.bind(account=owner, channel=Channel.SMS, address=TAKERS)
    return reverse("accounts:undo_change", args=[ContactChange.objects.latest("pk").key])


def code_sent(outbox: Outbox, contact: str) -> str:
    """The newest code that ``contact`` (a number without +86, or a mailbox) got."""
    letters = [m for m in (*outbox.emails(), *outbox.texts()) if m.to in (contact, f"+86{contact}")]
    codes = [re.search(r"校验码\D*(\d{6})", letter.text) for letter in letters]
    return [found for found in codes if found][-1].group(1)


def reset(login: str, outbox: Outbox) -> Client:
    client = Client()
    LimitHit.objects.all().delete()
    client.post(reverse("account_reset_password"), {"login": login})
    client.post(reverse("account_reset_password_enter"), {"code": code_sent(outbox, login)})
    client.post(reverse("account_reset_password_new"), {"password1": NEW_PASSWORD})
    return client


def open_rescue(owner: User, record: StudentRecord, staff: User, outbox: Outbox) -> Rescue:
    """An impostor has shown themselves at the school; the old contacts have a day."""
    claim_records(account=owner, records=[record])
    impostor = Client()
    impostor.post(reverse("account_rescue"), {"contact": "13712345678"})
    impostor.post(reverse("account_rescue_enter"), {"code": code_sent(outbox, "13712345678")})
    page = impostor.post(reverse("account_rescue_state")).content.decode()
    code = re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}", page)
    assert code
    values = {"code": code.group(), "reason": "手机被盗", "seen": "on"}
    enter(staff).post(reverse("verification:rescue", args=[record.key]), values)
    return Rescue.objects.get(account=owner)


# --- the page of the owner who is signed in ----------------------------------


def test_the_security_page_takes_back_after_the_password_alone(owner: User, outbox: Outbox) -> None:
    take_phone(owner)
    elsewhere, stale = enter(owner), Client()
    stale.force_login(owner)
    assert stale.post(TAKE_BACK)["Location"].startswith("/account/reauthenticate/")
    mine = enter(owner)
    assert "手机号" in mine.get(TAKE_BACK).content.decode()
    assert reverse("account_reset_password") in mine.post(TAKE_BACK).content.decode()
    owner.refresh_from_db()
    assert owner.phone == PHONE
    assert not owner.has_usable_password()
    for client in (elsewhere, mine, stale):
        assert client.get("/account/security/").status_code == 302
    assert reset("13912345678", outbox).get("/account/security/").status_code == 200


def test_without_any_change_the_contacts_stay(owner: User) -> None:
    enter(owner).post(TAKE_BACK)
    owner.refresh_from_db()
    assert owner.phone == PHONE
    assert owner.email == "victim@example.org"
    assert not owner.check_password(PASSWORD)


def test_allauths_own_page_changes_no_mailbox(owner: User) -> None:
    client = enter(owner)
    for act in ("action_add", "action_primary", "action_remove"):
        client.post("/account/email/", {"email": "taker@example.org", act: "on"})
    owner.refresh_from_db()
    assert owner.email == "victim@example.org"
    assert EmailAddress.objects.filter(user=owner).count() == 1


# --- grants ------------------------------------------------------------------


@pytest.mark.parametrize("by", ["undo", "reset", "password change"])
def test_a_code_shown_at_the_school_opens_no_record_after(
    owner: User, outbox: Outbox, by: str
) -> None:
    link = take_phone(owner)
    assisted.new_code(account=owner)
    if by == "undo":
        Client().post(link)
    elif by == "reset":
        reset("victim@example.org", outbox)
    else:
        change = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD}
        enter(owner).post("/account/password/change/", change)
    assert not AssistCode.objects.exists()


def test_tokens_are_revoked_however_old(db: None) -> None:
    registrar = make_account("registrar@example.org", roles=(Role.REGISTRAR,))
    school = make_school()
    make = partial(
        create_token, institution=school, right=TokenRight.PUBLISH, days=30, by=registrar
    )
    make(name="old")
    ImportToken.objects.update(created_at=F("created_at") - timedelta(days=2))
    make(name="taker")
    Client().post(take_phone(registrar))
    assert not ImportToken.objects.filter(revoked_at=None).exists()


def test_a_code_of_staff_that_waits_is_void_after(db: None) -> None:
    registrar = make_account("registrar@example.org", roles=(Role.REGISTRAR,))
    issue_code(account=registrar, by=None, reason="x")
    Client().post(take_phone(registrar))
    assert StaffAdmission.objects.get().code_hash is None


# --- the help of the school --------------------------------------------------


@pytest.mark.parametrize("by", ["objection", "undo", "reset"])
def test_an_impostors_rescue_ends_with_the_owners_word(
    owner: User, li_record: StudentRecord, class_counselor: User, outbox: Outbox, by: str
) -> None:
    link = take_phone(owner)
    rescue = open_rescue(owner, li_record, class_counselor, outbox)
    contacts.request_code(
        account=owner, channel=Channel.EMAIL, address="taker@example.org", client="198.51.100.7"
    )
    if by == "objection":
        Client().post(reverse("accounts:stop_rescue", args=[rescue.key]))
    elif by == "undo":
        Client().post(link)
    else:
        reset("victim@example.org", outbox)
    Rescue.objects.update(due_at=F("due_at") - timedelta(hours=25))
    finish_rescues()
    rescue.refresh_from_db()
    assert rescue.objected_at
    assert rescue.done_at is None
    assert Notice.objects.filter(account=class_counselor, kind="rescue_objected").exists()
    assert not owner.codes.filter(closed_at=None).exists()


def test_a_finished_rescue_is_undone_and_closes_what_it_opened(
    owner: User, li_record: StudentRecord, class_counselor: User, outbox: Outbox
) -> None:
    open_rescue(owner, li_record, class_counselor, outbox)
    Rescue.objects.update(due_at=F("due_at") - timedelta(hours=25))
    finish_rescues()
    owner.refresh_from_db()
    assert owner.phone == "+8613712345678"
    impostor = reset("13712345678", outbox)
    assert impostor.get("/account/security/").status_code == 200
    for change in ContactChange.objects.all():
        Client().post(reverse("accounts:undo_change", args=[change.key]))
    owner.refresh_from_db()
    assert owner.phone == PHONE
    assert owner.email == "victim@example.org"
    assert not owner.check_password(NEW_PASSWORD)
    assert impostor.get("/account/security/").status_code == 302


def test_a_finished_rescue_tells_each_old_contact_once(
    owner: User, li_record: StudentRecord, class_counselor: User, outbox: Outbox
) -> None:
    open_rescue(owner, li_record, class_counselor, outbox)
    Rescue.objects.update(due_at=F("due_at") - timedelta(hours=25))
    finish_rescues()
    undo = [m.to for m in (*outbox.emails(), *outbox.texts()) if "/contacts/undo/" in m.text]
    assert sorted(undo) == [PHONE, "victim@example.org"]


# --- a vouch that comes too late ---------------------------------------------


def test_vouching_at_the_moment_of_a_withdrawal_is_no_error(
    asked_to_vouch: Vouch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The claimant withdraws between the look at the dispute and the answer."""
    vouching = disputes.vouch

    def withdrawn_first(*, vouch: Vouch, knows: bool) -> None:
        disputes.withdraw(dispute=vouch.dispute)
        vouching(vouch=vouch, knows=knows)

    monkeypatch.setattr(disputes, "vouch", withdrawn_first)
    client = Client()
    client.force_login(asked_to_vouch.account)
    page = reverse("verification:vouch", args=[asked_to_vouch.pk])
    answer = client.post(page, {"answer": "yes"}, follow=True)
    assert answer.status_code == 200
    assert "异议已结束" in answer.content.decode()
    asked_to_vouch.refresh_from_db()
    assert asked_to_vouch.answer is None
