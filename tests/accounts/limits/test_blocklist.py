"""The block list: found by the exact contact, lifted with a reason, read by auditors."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.limits.rate_limits import is_blocked
from accounts.models import Block, User
from accounts.roles import Role
from audit.models import AuditEntry
from tests.people import make_account

pytestmark = pytest.mark.django_db
LIST = reverse("accounts:blocks")

ASKER = "network:198.51.100.7"


def enter(user: User) -> Client:
    """Sign someone in."""
    client = Client()
    client.force_login(user)
    return client


def test_a_registrar_finds_and_lifts_the_block_of_who_asks(
    blocked_number: Block, desk_registrar: User
) -> None:
    desk = enter(desk_registrar)
    assert "139****5678" not in desk.get(LIST).content.decode()
    assert "139****5678" in desk.post(LIST, {"contact": "139 1234 5678"}).content.decode()
    assert "没有被限制" in desk.post(LIST, {"contact": "13900000000"}).content.decode()
    assert "没有被限制" in desk.post(LIST, {"contact": "???"}).content.decode()
    page = reverse("accounts:lift_block", args=[blocked_number.key])
    desk.post(page, {"reason": ""})
    assert is_blocked("+8613912345678", ASKER)
    desk.post(page, {"reason": "本人到场说明"})
    assert not is_blocked("+8613912345678", ASKER)
    entry = AuditEntry.objects.get(action="accounts.lift_block")
    assert (entry.actor_id, entry.reason) == (desk_registrar.pk, "本人到场说明")
    assert "已解除" in desk.post(LIST, {"contact": "13912345678"}).content.decode()


def test_an_auditor_reads_and_lifts_nothing(blocked_number: Block, auditor: User) -> None:
    reader = enter(auditor)
    assert "139****5678" in reader.get(LIST).content.decode()
    page = reverse("accounts:lift_block", args=[blocked_number.key])
    assert reader.post(page, {"reason": "x"}).status_code == 404
    assert is_blocked("+8613912345678", ASKER)


@pytest.mark.parametrize("roles", [(), (Role.COUNSELOR,)])
def test_the_block_list_is_not_found_by_other_roles(
    roles: tuple[Role, ...], blocked_number: Block
) -> None:
    client = enter(make_account("x@example.org", roles=roles))
    assert client.get(LIST).status_code == 404
