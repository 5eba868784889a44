"""A record is claimed by somebody else: the phone that the school knows is told and objects."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice, User
from accounts.roles import Role
from enrollment.models import Institution, InstitutionRegistrar, StudentRecord
from enrollment.models.institution import ThirdItem
from tests.attacks.schools.records.planting import REGISTRY_PHONE, help_at, plant
from tests.attacks.schools.records.proving import NUMBER, holder_of, prove
from tests.outbox import Outbox
from tests.people import enter, make_account, make_record, make_school
from verification import disputes
from verification.claims.retry import match_waiting
from verification.models import Claim, Dispute

pytestmark = pytest.mark.django_db


def link_in(outbox: Outbox, phone: str) -> str:
    """The link to object that the phone was sent."""
    texts = [letter.text for letter in outbox.texts() if letter.to == phone]
    [link] = re.findall(r"http://[^/]+(/\S+/object/)", " ".join(texts))
    return str(link)


def test_every_claim_alerts_the_phone_that_the_school_knows(
    victim: StudentRecord, puppet: User, outbox: Outbox
) -> None:
    prove(puppet, "26110108150777")
    assert holder_of(victim) == puppet
    assert link_in(outbox, REGISTRY_PHONE)


@pytest.mark.parametrize("way", ["assistance", "retry", "growth", "decision"])
def test_the_phone_is_told_whichever_way_the_record_opens(
    way: str, careless: Institution, puppet: User, registrar: User, li: User, outbox: Outbox
) -> None:
    InstitutionRegistrar.objects.create(user=registrar, institution=careless)
    if way == "retry":
        prove(puppet, "1")
        row = plant(careless, phone=REGISTRY_PHONE)
        match_waiting()
    elif way == "growth":
        plant(careless)
        prove(puppet)
        other = make_school("10003", "丙校", third_item=ThirdItem.NONE)
        row = plant(other, phone=REGISTRY_PHONE)
        match_waiting()
    else:
        row = plant(careless, phone=REGISTRY_PHONE)
        if way == "assistance":
            help_at(careless, row, puppet, Role.COUNSELOR)
        else:
            StudentRecord.objects.update(holder=li, claimed_at=timezone.now())
            prove(puppet, "1").post(reverse("verification:dispute"), {"words": "是我"})
            found = Dispute.objects.get()
            disputes.look_into(found)
            Dispute.objects.update(object_until=timezone.now() - timedelta(minutes=1))
            page = reverse("verification:decide_dispute", args=[found.key])
            enter(registrar).post(page, {"decision": "claimant", "reason": "x"})
    assert holder_of(row) == puppet
    assert link_in(outbox, REGISTRY_PHONE)


def test_one_message_is_enough_where_the_account_has_that_phone(outbox: Outbox) -> None:
    account = make_account("own@example.org", phone=REGISTRY_PHONE)
    make_record(name="李晓雨", number=NUMBER, phone=REGISTRY_PHONE)
    prove(account)
    make_record(
        name="李晓雨", number=NUMBER, school=make_school("10003", "丙校"), phone=REGISTRY_PHONE
    )
    told = len(outbox.texts())
    match_waiting()
    assert told == 1
    assert len(outbox.texts()) == 2


def test_the_phones_objection_freezes_and_a_registrar_of_the_school_decides(
    victim: StudentRecord, puppet: User, desk_registrar: User, outbox: Outbox
) -> None:
    prove(puppet, "26110108150777")
    link = link_in(outbox, REGISTRY_PHONE)
    phone = Client()
    assert "李晓雨" not in phone.get(link).content.decode()
    victim.refresh_from_db()
    assert victim.frozen_at is None  # a scanner's GET does nothing
    phone.post(link)
    victim.refresh_from_db()
    assert victim.frozen_at
    notice = Notice.objects.get(account=desk_registrar, kind="claim_objected")
    stranger = make_account("q@example.org", roles=(Role.REGISTRAR,))
    InstitutionRegistrar.objects.create(user=stranger, institution=make_school("10009", "丁校"))
    assert enter(stranger).get(notice.path).status_code == 404
    enter(desk_registrar).post(notice.path, {"decision": "take", "reason": "本人到场"})
    assert holder_of(victim) is None
    assert victim.frozen_at is None
    assert not Claim.objects.filter(ended_at=None).exists()
    prove(puppet, "26110108150777")
    match_waiting()
    assert holder_of(victim) is None, "found not to be this person"
    assert phone.post(link).status_code == 200
    second = make_account("puppet2@example.org")
    prove(second, "26110108150777")
    assert holder_of(victim) is None, "another account of theirs states the same"
    li = make_account("li.true@example.org", phone=REGISTRY_PHONE)
    prove(li, "26110108150777")
    assert holder_of(victim) == li


def test_an_objection_that_is_not_upheld_leaves_everything_as_it_was(
    victim: StudentRecord, puppet: User, desk_registrar: User, outbox: Outbox
) -> None:
    prove(puppet, "26110108150777")
    Client().post(link_in(outbox, REGISTRY_PHONE))
    notice = Notice.objects.get(account=desk_registrar, kind="claim_objected")
    enter(desk_registrar).post(notice.path, {"decision": "keep", "reason": "本人到场"})
    assert holder_of(victim) == puppet
    assert victim.frozen_at is None
