"""A person who has a password of staff wants the rights of staff without their factor (T24)."""

import re
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.models import RoleGrant, Session, StaffAdmission, User
from accounts.roles import Role
from accounts.sign_in.admission import issue_code
from audit.models import AuditEntry
from enrollment.models import ClassCounselor, InstitutionRegistrar, SchoolClass
from tests.accounts.sign_in.authenticator import code_now, set_up_app, show_it_is_you, sign_in
from tests.outbox import Outbox
from tests.people import PASSWORD, enter, make_account, make_school

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("_production")]
WORK, ENTER = reverse("accounts:blocks"), reverse("accounts:enter_staff_code")


@pytest.fixture
def _production(settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR = True


@pytest.fixture
def staff(db: None) -> User:
    """A registrar who has no factor yet."""
    return make_account("staff@example.org", phone="+8613912345678", roles=(Role.REGISTRAR,))


def enrol(account: User) -> tuple[Client, str]:
    """The person sets up an app with the code they were handed: the browser, the secret."""
    code = issue_code(account=account, by=None, reason="appointed")
    client = sign_in(account)
    client.post(ENTER, {"code": code})
    secret = set_up_app(client)
    cache.clear()
    return client, secret


def is_open(client: Client) -> bool:
    return client.get(WORK).status_code == 200


def test_an_open_session_does_not_become_staff_when_the_person_enrols(staff: User) -> None:
    thief = sign_in(staff)
    owner, _ = enrol(staff)
    assert is_open(owner)
    assert not is_open(thief)
    assert thief.get(WORK)["Location"].startswith(reverse("account_login")), "it was ended"


def test_a_session_that_survives_still_does_not_become_staff(staff: User) -> None:
    """A person who keeps a session from being ended has not given the factor in it."""
    thief = sign_in(staff)
    kept = Session.objects.get(account=staff)
    owner, _ = enrol(staff)
    kept.save(force_insert=True)
    assert thief.get(WORK)["Location"].startswith(reverse("mfa_reauthenticate"))
    show_it_is_you(thief)
    assert not is_open(thief), "the password again is no second factor"
    for name in ("mfa_index", "mfa_deactivate_totp", "mfa_generate_recovery_codes"):
        assert thief.get(reverse(name))["Location"].startswith(reverse("mfa_reauthenticate"))
    assert is_open(owner)


@pytest.mark.parametrize("name", ["mfa_index", "mfa_activate_totp", "mfa_add_webauthn"])
def test_the_password_alone_enrols_nothing(staff: User, name: str) -> None:
    thief = sign_in(staff)
    show_it_is_you(thief)
    for method in (thief.get, thief.post):
        assert method(reverse(name))["Location"] == ENTER
    assert not Authenticator.objects.exists()


def test_a_wrong_or_old_or_used_code_enrols_nothing(staff: User, wang: User) -> None:
    thief = sign_in(staff)
    RoleGrant.objects.create(user=wang, role=Role.AUDITOR)
    others = issue_code(account=wang, by=None, reason="x")
    used = issue_code(account=staff, by=None, reason="x")
    owner, thief = sign_in(staff), sign_in(staff)
    assert owner.post(ENTER, {"code": used.lower().replace("-", " ")}).status_code == 302
    for code in (used, others, "", "AAAA-AAAA-AAAA"):
        assert thief.post(ENTER, {"code": code}).status_code == 200
    late = issue_code(account=staff, by=None, reason="x")
    StaffAdmission.objects.update(code_expires_at=timezone.now())
    assert sign_in(staff).post(ENTER, {"code": late}).status_code == 200


def test_a_factor_set_up_before_the_appointment_is_not_enough(li: User) -> None:
    """A person who will be appointed has lost the password: the thief enrols first."""
    thief = sign_in(li)
    set_up_app(thief)
    RoleGrant.objects.create(user=li, role=Role.REGISTRAR)
    assert thief.get(WORK)["Location"] == ENTER
    owner, _ = enrol(li)
    assert is_open(owner)
    assert not is_open(thief)
    assert Authenticator.objects.filter(user=li, type="totp").count() == 1


def test_a_role_given_in_an_open_session_needs_the_code(li: User) -> None:
    client = sign_in(li)
    RoleGrant.objects.create(user=li, role=Role.REGISTRAR)
    assert client.get(WORK)["Location"] == ENTER


def test_removing_the_last_factor_ends_the_rights_of_the_session(staff: User) -> None:
    client, _ = enrol(staff)
    show_it_is_you(client)
    client.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.filter(user=staff).exists()
    assert client.get(WORK)["Location"] == ENTER
    assert client.get(reverse("mfa_activate_totp"))["Location"] == ENTER


def test_signing_in_with_the_factor_opens_the_work(staff: User) -> None:
    _, secret = enrol(staff)
    client = sign_in(staff)
    assert not is_open(client)
    client.post(reverse("mfa_authenticate"), {"code": code_now(secret)})
    assert is_open(client)


def test_a_student_who_enrols_ends_the_sessions_elsewhere(li: User) -> None:
    there, here = sign_in(li), sign_in(li)
    set_up_app(here)
    assert there.get(reverse("accounts:security")).status_code == 302
    assert here.get(reverse("accounts:security")).status_code == 200


def test_who_lost_factor_and_codes_gets_a_fresh_code_and_everybody_is_told(
    staff: User, operator: User, outbox: Outbox, settings: Settings
) -> None:
    before, _ = enrol(staff)
    settings.STAFF_SECOND_FACTOR = False  # the operator's own factor is not the subject
    desk = enter(operator)
    page = reverse("registry:staff_code", args=[staff.key])
    assert desk.get(page).status_code == 200
    assert Authenticator.objects.filter(user=staff).exists(), "looking changes nothing"
    text = desk.post(page, {"reason": "手机和恢复码都丢了"}).content.decode()
    found = re.search(r"<strong>([^<]*)</strong>", text)
    settings.STAFF_SECOND_FACTOR = True
    assert found
    assert not is_open(before)
    client = sign_in(staff)
    client.post(ENTER, {"code": found[1]})
    set_up_app(client)
    assert is_open(client)
    entry = AuditEntry.objects.filter(actor_id=operator.pk).latest("pk")
    assert (entry.action, entry.reason) == ("accounts.issue_staff_code", "手机和恢复码都丢了")
    assert found[1] not in str(AuditEntry.objects.values_list())
    assert any("两步验证" in letter.text for letter in outbox.emails())
    assert any("两步验证" in text.text for text in outbox.texts())


def test_a_registrar_makes_codes_for_counselors_of_the_school_alone(
    staff: User, wang: User, settings: Settings
) -> None:
    settings.STAFF_SECOND_FACTOR = False
    InstitutionRegistrar.objects.create(user=staff, institution=make_school())
    own = SchoolClass.objects.create(institution=make_school(), code="a")
    other = SchoolClass.objects.create(institution=make_school("10001", "别校"), code="b")
    mine, theirs, both, keeper = (
        make_account(f"c{n}@example.org", roles=(Role.COUNSELOR,)) for n in range(4)
    )
    for user, school_class in [(mine, own), (theirs, other), (both, own), (both, other)]:
        ClassCounselor.objects.create(user=user, school_class=school_class)
    ClassCounselor.objects.create(user=keeper, school_class=own)
    RoleGrant.objects.create(user=keeper, role=Role.REGISTRAR)
    desk = enter(staff)
    codes = {
        user.pk: desk.get(reverse("registry:staff_code", args=[user.key])).status_code
        for user in (mine, theirs, both, keeper, wang, staff)
    }
    assert codes == {
        mine.pk: 200, theirs.pk: 404, both.pk: 404, keeper.pk: 404, wang.pk: 404, staff.pk: 404
    }  # fmt: skip


def test_the_first_operator_gets_the_code_on_the_command_line(operator: User, li: User) -> None:
    said = StringIO()
    call_command("staff_code", operator.email, "--reason", "set up", stdout=said)
    client = sign_in(operator)
    assert client.get(reverse("registry:appointments"))["Location"] == ENTER
    client.post(ENTER, {"code": said.getvalue()})
    set_up_app(client)
    show_it_is_you(client)
    assert client.get(reverse("registry:appointments")).status_code == 200
    with pytest.raises(CommandError):
        call_command("staff_code", li.email, "--reason", "no role")
    with pytest.raises(CommandError):
        call_command("staff_code", "nobody@example.org", "--reason", "x")


def test_a_session_of_one_account_lends_its_factor_to_no_other(staff: User, li: User) -> None:
    client, _ = enrol(staff)
    RoleGrant.objects.create(user=li, role=Role.REGISTRAR)
    client.post(reverse("account_logout"))
    client.post(reverse("account_login"), {"login": li.email, "password": PASSWORD})
    assert client.get(WORK)["Location"] == ENTER


def test_a_removed_factor_does_not_count_while_another_is_left(staff: User) -> None:
    client, _ = enrol(staff)
    Authenticator.objects.filter(user=staff).update(id=F("id") + 1000)
    assert client.get(WORK)["Location"].startswith(reverse("mfa_reauthenticate"))
