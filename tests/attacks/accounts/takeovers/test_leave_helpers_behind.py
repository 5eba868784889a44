"""Who had a registrar's account comes back by roles and tokens that it gave before."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse

from accounts.identifiers.services import Identifier
from accounts.models import Notice, User
from accounts.recovery.take_back import take_back
from accounts.roles import Role
from audit.models import AuditEntry
from delivery.models import Channel
from enrollment.imports.tokens.services import create_token, find_token
from enrollment.institutions.appointments import services as appointments
from enrollment.institutions.appointments.services import Post
from enrollment.institutions.counselors import assign_counselors
from enrollment.institutions.reviews.services import reviews_visible_to
from enrollment.institutions.settings.services import decide_rules, update_rules
from enrollment.institutions.staff import dismiss
from enrollment.models import (
    Appointment,
    ImportToken,
    Institution,
    InstitutionRegistrar,
    RuleChange,
    SchoolClass,
    StaffReview,
    TokenRight,
)
from tests.enrollment.registrar import make_registrar, signed_in_just_now
from tests.people import enter, make_account, make_school

pytestmark = pytest.mark.django_db
HELPER = Identifier(Channel.EMAIL, "helper@example.org")


@pytest.fixture
def school(db: None) -> Institution:
    return make_school()


@pytest.fixture
def owner(school: Institution) -> User:
    return make_registrar("owner@example.org", school)


@pytest.fixture
def colleague(school: Institution) -> User:
    return make_registrar("colleague@example.org", school)


@pytest.fixture
def operator(db: None) -> User:
    operator = make_account("operator@example.org")
    User.objects.filter(pk=operator.pk).update(is_superuser=True, is_staff=True)
    operator.refresh_from_db()
    return operator


@pytest.fixture
def school_class(school: Institution) -> SchoolClass:
    return SchoolClass.objects.create(institution=school, code="计科2601")


def appoint_helper(owner: User, school_class: SchoolClass) -> Appointment:
    """The taker has appointed an accomplice, who has not answered yet."""
    post = Post(Role.COUNSELOR, school_class=school_class)
    (made,) = appointments.invite(posts=[(post, HELPER)], by=owner)
    return made


def reviewing(user: User) -> Client:
    client = enter(user)
    signed_in_just_now(client)
    return client


def page_of(review: StaffReview) -> str:
    return reverse("registry:staff_review", args=[review.key])


def test_a_token_made_long_before_ends_with_the_account_taken_back(
    owner: User, school: Institution
) -> None:
    right = TokenRight.PUBLISH
    _token, secret = create_token(institution=school, name="脚本", right=right, days=180, by=owner)
    ImportToken.objects.update(created_at=Now() - timedelta(days=90))
    assert find_token(secret)
    take_back(account=owner)
    assert find_token(secret) is None
    assert AuditEntry.objects.filter(action="enrollment.revoke_token").exists()


def test_an_invitation_to_a_helper_is_withdrawn(owner: User, school_class: SchoolClass) -> None:
    made = appoint_helper(owner, school_class)
    take_back(account=owner)
    helper = make_account("helper@example.org")
    assert appointments.appointment_for(helper, made.key) is None


def test_looser_rules_asked_for_are_refused(owner: User, school: Institution) -> None:
    update_rules(school=school, third_item="none", second_approver=False, by=owner)
    assert RuleChange.objects.filter(accepted=None).exists()
    take_back(account=owner)
    assert not RuleChange.objects.filter(accepted=None).exists()


def test_a_helper_who_has_accepted_is_shown_to_colleague_and_operator(
    owner: User, colleague: User, operator: User, school_class: SchoolClass
) -> None:
    made = appoint_helper(owner, school_class)
    helper = make_account("helper@example.org")
    appointments.accept(appointment=made, account=helper)
    take_back(account=owner)
    review = StaffReview.objects.get()
    for user, listed in ((colleague, "registry:people"), (operator, "registry:appointments")):
        assert Notice.objects.filter(account=user, kind="staff_review", path=page_of(review))
        client = reviewing(user)
        assert page_of(review) in client.get(reverse(listed)).content.decode()
        page = client.get(page_of(review)).content.decode()
        assert made.shown in page
        assert "已接受" in page


def test_a_dismissal_and_an_assignment_are_shown(
    owner: User, colleague: User, school_class: SchoolClass
) -> None:
    victim = make_account("victim@example.org", roles=(Role.COUNSELOR,))
    other = make_registrar("other@example.org", school_class.institution)
    who = Identifier(Channel.EMAIL, other.email)
    assign_counselors(classes=[school_class], who=who, last_day=None, by=owner)
    dismiss(account=victim, role=Role.COUNSELOR, institution=None, reason="假", by=owner)
    take_back(account=owner)
    page = reviewing(colleague).get(page_of(StaffReview.objects.get())).content.decode()
    assert victim.email in page
    assert other.email in page


def test_it_is_reviewed_by_another_person_of_the_school_alone(
    owner: User, colleague: User, school_class: SchoolClass
) -> None:
    appoint_helper(owner, school_class)
    stranger = make_registrar("stranger@example.org", make_school("10002", "其他大学"))
    take_back(account=owner)
    review = StaffReview.objects.get()
    owner.set_password("Paper-Lantern-42")
    owner.save()
    for user in (owner, stranger, make_account("student@example.org")):
        assert reviewing(user).get(page_of(review)).status_code == 404
    assert reviewing(colleague).post(page_of(review)).status_code == 302
    review.refresh_from_db()
    assert review.closed_by == colleague
    assert AuditEntry.objects.filter(action="enrollment.close_staff_review").exists()
    assert reviewing(colleague).get(page_of(review)).status_code == 404


def test_whom_an_act_concerns_does_not_close_its_review(
    owner: User, colleague: User, operator: User, school_class: SchoolClass
) -> None:
    who = Identifier(Channel.EMAIL, colleague.email)
    assign_counselors(classes=[school_class], who=who, last_day=None, by=owner)
    take_back(account=owner)
    review = StaffReview.objects.get()
    assert reviewing(colleague).post(page_of(review)).status_code == 404
    assert not Notice.objects.filter(account=colleague, kind="staff_review").exists()
    assert reviewing(operator).post(page_of(review)).status_code == 302


def test_who_accepted_an_appointment_does_not_close_its_review(
    owner: User, colleague: User, school_class: SchoolClass
) -> None:
    made = appoint_helper(owner, school_class)
    appointments.accept(appointment=made, account=colleague)
    take_back(account=owner)
    review = StaffReview.objects.get()
    assert reviewing(colleague).post(page_of(review)).status_code == 404


def test_who_asked_for_the_rules_that_the_taker_agreed_to_does_not_close_the_review(
    owner: User, colleague: User, school: Institution
) -> None:
    InstitutionRegistrar.objects.update(since=Now() - timedelta(days=30))
    asked = update_rules(school=school, third_item="none", second_approver=False, by=colleague)
    assert asked is not None
    decide_rules(change=asked, accepted=True, by=owner)
    take_back(account=owner)
    review = StaffReview.objects.get()
    assert reviewing(colleague).post(page_of(review)).status_code == 404


def test_an_operator_closes_no_review_of_the_own_account(
    operator: User, school: Institution
) -> None:
    appointments.invite(posts=[(Post(Role.REGISTRAR, school), HELPER)], by=operator)
    other = make_account("other-operator@example.org")
    User.objects.filter(pk=other.pk).update(is_superuser=True, is_staff=True)
    take_back(account=operator)
    review = StaffReview.objects.get()
    assert review not in reviews_visible_to(operator)
    assert review in reviews_visible_to(User.objects.get(pk=other.pk))
    told = Notice.objects.filter(kind="staff_review", path=page_of(review))
    assert [notice.account for notice in told] == [other]


def test_without_changes_of_roles_no_review_is_opened(owner: User, colleague: User) -> None:
    take_back(account=owner)
    assert not StaffReview.objects.exists()
    assert not Notice.objects.filter(account=colleague, kind="staff_review").exists()


def test_acts_of_an_owner_who_was_dismissed_meanwhile_are_reviewed(
    owner: User, colleague: User, school: Institution, school_class: SchoolClass
) -> None:
    made = appoint_helper(owner, school_class)
    appointments.accept(appointment=made, account=make_account("helper@example.org"))
    dismiss(account=owner, role=Role.REGISTRAR, institution=school, reason="假", by=colleague)
    take_back(account=User.objects.get(pk=owner.pk))
    assert StaffReview.objects.get().institution == school
    assert Notice.objects.filter(account=colleague, kind="staff_review").exists()


def test_an_operators_appointments_are_reviewed_by_the_operators(
    operator: User, school: Institution
) -> None:
    appointments.invite(posts=[(Post(Role.REGISTRAR, school), HELPER)], by=operator)
    take_back(account=operator)
    review = StaffReview.objects.get()
    assert review.institution is None
    assert Notice.objects.filter(account=operator, path=page_of(review)).exists()
    other = make_account("other-operator@example.org")
    User.objects.filter(pk=other.pk).update(is_superuser=True, is_staff=True)
    page = reviewing(other).get(page_of(review)).content.decode()
    assert reverse("registry:appointments") in page


def test_an_open_session_withdraws_no_counselor_without_the_password(
    owner: User, colleague: User, school_class: SchoolClass
) -> None:
    who = Identifier(Channel.EMAIL, colleague.email)
    assign_counselors(classes=[school_class], who=who, last_day=None, by=owner)
    client = Client()
    client.force_login(owner)
    address = reverse("registry:withdraw_counselor", args=[school_class.pk, colleague.key])
    assert client.post(address)["Location"].startswith(reverse("account_reauthenticate"))
    assert school_class.counselors.filter(user=colleague).exists()
