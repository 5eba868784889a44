"""Phone and mailbox both lost: seen at the school, a day to object, and the account is back."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.db.models import F
from django.test import Client
from django.urls import reverse

from accounts.models import ContactChange, LimitHit, Notice, Rescue, User
from accounts.tasks import finish_rescues, forget_unfinished
from audit.models import AuditEntry
from enrollment.models import StudentRecord
from enrollment.records.release import release_records
from enrollment.records.services import claim_records
from tests.outbox import Outbox
from tests.people import make_account
from tests.verification.assisted.helping import NEW_PHONE, OLD_PHONE, begin, code_sent, hand_over

pytestmark = pytest.mark.django_db


@pytest.fixture
def holder(li: User, li_record: StudentRecord) -> User:
    """李晓雨, who holds her record and has bound a phone and a mailbox."""
    User.objects.filter(pk=li.pk).update(phone=OLD_PHONE, phone_confirmed_at=li.date_joined)
    claim_records(account=li, records=[li_record])
    TOTP.activate(li, generate_totp_secret())
    li.refresh_from_db()
    return li


def a_day_passes() -> None:
    Rescue.objects.update(due_at=F("due_at") - timedelta(hours=25))
    LimitHit.objects.all().delete()
    finish_rescues()


def link_to(outbox: Outbox, path: str) -> str:
    """The newest link of a text message that leads to ``path``."""
    texts = " ".join(letter.text for letter in reversed(outbox.texts()))
    found = re.search(rf"http://[^/]+({path}\S+)", texts)
    assert found
    return found.group(1)


def test_the_new_contact_takes_the_place_of_both_and_a_new_password_is_chosen(
    holder: User, li_record: StudentRecord, counselor: User, outbox: Outbox
) -> None:
    client, code = begin(outbox)
    assert code.replace("-", "") not in str(Rescue.objects.values())
    assert "24" in hand_over(counselor, li_record, code.lower())
    told = {letter.to for letter in (*outbox.texts(), *outbox.emails())}
    assert {OLD_PHONE, holder.email} <= told
    state = reverse("account_rescue_state")
    assert "学校已确认是你本人" in client.get(state).content.decode()
    holder.refresh_from_db()
    assert str(holder.phone) == OLD_PHONE  # nothing changes before the day is over
    finish_rescues()
    holder.refresh_from_db()
    assert str(holder.phone) == OLD_PHONE
    a_day_passes()
    holder.refresh_from_db()
    assert str(holder.phone) == f"+86{NEW_PHONE}"
    assert holder.email == ""
    assert not EmailAddress.objects.filter(user=holder).exists()
    assert not Authenticator.objects.filter(user=holder).exists()
    assert not holder.has_usable_password()
    assert "账号已找回" in client.get(state).content.decode()
    client.post(reverse("account_reset_password"), {"login": NEW_PHONE})
    client.post(reverse("account_reset_password_enter"), {"code": code_sent(outbox)})
    client.post(reverse("account_reset_password_new"), {"password1": "four calm new words"})
    assert "李晓雨" in client.get(reverse("enrollment:status")).content.decode()
    entry = AuditEntry.objects.get(action="verification.rescue")
    assert (entry.actor_id, entry.reason) == (counselor.pk, "手机被盗，邮箱停用")
    assert AuditEntry.objects.filter(action="accounts.finish_rescue").exists()


def test_an_old_contact_objects_and_nothing_changes(
    holder: User, li_record: StudentRecord, counselor: User, outbox: Outbox
) -> None:
    client, code = begin(outbox)
    hand_over(counselor, li_record, code)
    link = link_to(outbox, "/account/contacts/stop/")
    old_phone = Client()
    old_phone.get(link)
    assert Rescue.objects.get().objected_at is None  # a mail scanner's GET
    assert "一切照旧" in old_phone.post(link).content.decode()
    a_day_passes()
    holder.refresh_from_db()
    assert (str(holder.phone), holder.has_usable_password()) == (OLD_PHONE, True)
    notice = Notice.objects.get(account=counselor, kind="rescue_objected")
    assert notice.path == reverse("registry:record", args=[li_record.key])
    assert "有人提出异议" in client.get(reverse("account_rescue_state")).content.decode()
    assert "已失效" in old_phone.get(link).content.decode()


def test_after_it_is_done_the_old_contacts_can_still_undo_it_for_a_day(
    holder: User, li_record: StudentRecord, counselor: User, outbox: Outbox
) -> None:
    _, code = begin(outbox, "new.box@example.org")
    hand_over(counselor, li_record, code)
    a_day_passes()
    holder.refresh_from_db()
    assert (holder.phone, holder.email) == (None, "new.box@example.org")
    Client().post(link_to(outbox, "/account/contacts/undo/"))
    holder.refresh_from_db()
    assert (str(holder.phone), holder.email) == (OLD_PHONE, "li.xiaoyu@example.org")
    assert not ContactChange.objects.filter(undone_at=None).exists()


def test_a_contact_that_has_an_account_is_sent_to_recovery(holder: User, outbox: Outbox) -> None:
    client = Client()
    client.post(reverse("account_rescue"), {"contact": holder.email})
    answer = client.post(reverse("account_rescue_enter"), {"code": code_sent(outbox)})
    assert "已绑定" in answer.content.decode()
    assert not Rescue.objects.exists()


def test_asking_for_a_recovery_does_not_reveal_who_has_an_account(holder: User) -> None:
    pages = []
    for contact in (holder.email, "nobody@example.org"):
        client = Client()
        client.post(reverse("account_rescue"), {"contact": contact})
        text = client.get(reverse("account_rescue_enter")).content.decode()
        text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"|<time.*?</time>', "", text)
        pages.append(re.sub(r'data-countdown="\d+"|\S+@e\S+', "", text))
    assert pages[0] == pages[1]


def test_a_contact_bound_elsewhere_meanwhile_ends_it(
    holder: User, li_record: StudentRecord, counselor: User, outbox: Outbox
) -> None:
    client, code = begin(outbox)
    hand_over(counselor, li_record, code)
    make_account("other@example.org", phone=f"+86{NEW_PHONE}")
    a_day_passes()
    holder.refresh_from_db()
    assert (str(holder.phone), holder.has_usable_password()) == (OLD_PHONE, True)
    assert "未能完成" in client.get(reverse("account_rescue_state")).content.decode()


def test_a_record_that_leaves_the_account_within_the_day_ends_it(
    holder: User, li_record: StudentRecord, counselor: User, outbox: Outbox
) -> None:
    client, code = begin(outbox)
    hand_over(counselor, li_record, code)
    release_records(keys=[li_record.pk], by=None, cause="x")
    a_day_passes()
    holder.refresh_from_db()
    assert (str(holder.phone), holder.has_usable_password()) == (OLD_PHONE, True)
    page = client.get(reverse("account_rescue_state")).content.decode()
    assert "未能完成" in page
    assert "不再关联" in page


@pytest.mark.parametrize(
    "changes", [{"code": "2222-2222"}, {"reason": ""}, {"seen": ""}, {"code": "❄"}]
)
def test_a_missing_or_wrong_entry_is_named(
    holder: User,
    li_record: StudentRecord,
    counselor: User,
    outbox: Outbox,
    changes: dict[str, object],
) -> None:
    _, code = begin(outbox)
    assert "data-error-summary" in hand_over(counselor, li_record, **{"code": code, **changes})
    assert not Rescue.objects.exclude(account=None).exists()


def test_tries_of_recovery_codes_are_limited(
    holder: User, li_record: StudentRecord, counselor: User, outbox: Outbox
) -> None:
    _, code = begin(outbox)
    for _ in range(30):
        AuditEntry.objects.create(action="verification.assist_try", actor_id=counselor.pk)
    assert "明天" in hand_over(counselor, li_record, code)
    assert Rescue.objects.get().account is None


def test_a_code_is_good_once_and_an_account_is_given_back_once_at_a_time(
    holder: User, li_record: StudentRecord, counselor: User, outbox: Outbox
) -> None:
    client, code = begin(outbox)
    hand_over(counselor, li_record, code)
    assert "data-error-summary" in hand_over(counselor, li_record, code)
    assert "big-code" not in client.post(reverse("account_rescue_state")).content.decode()
    LimitHit.objects.all().delete()
    _, other = begin(outbox, "13612345678")
    assert "data-error-summary" in hand_over(counselor, li_record, other)


def test_a_record_without_holder_has_no_account_to_give_back(
    li_record: StudentRecord, counselor: User, outbox: Outbox
) -> None:
    _, code = begin(outbox)
    assert "重新注册" in hand_over(counselor, li_record, code)


def test_a_recovery_not_taken_to_a_school_is_deleted(outbox: Outbox) -> None:
    begin(outbox)
    Rescue.objects.update(created_at=F("created_at") - timedelta(days=3))
    forget_unfinished()
    assert not Rescue.objects.exists()
