"""A page that staff leave open says how many things wait, in its menus too."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from accounts.models import User
from accounts.notices.services import notify
from accounts.roles import Role
from enrollment.models import InstitutionRegistrar
from support.models import Report
from support.reports.desk.services import answer_reports
from tests.journeys.conftest import NewContext
from tests.people import make_school
from tests.support.desk.lists import report_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MINUTE = 61_000  # what waits is looked at once a minute


def test_a_page_left_open_is_loaded_again_when_a_role_has_ended(
    class_counselor: User, open_context: NewContext
) -> None:
    school = InstitutionRegistrar.objects.create(user=class_counselor, institution=make_school())
    class_counselor.role_grants.create(role=Role.REGISTRAR)
    tab = open_context(class_counselor, viewport={"width": 1280, "height": 800}).new_page()
    tab.clock.install()
    tab.goto(reverse("today"))
    disputes = tab.locator(f".staff__nav a[href='{reverse('verification:disputes')}']")
    expect(disputes).to_have_count(1)
    school.delete()
    class_counselor.role_grants.filter(role=Role.REGISTRAR).delete()
    tab.clock.run_for(MINUTE)
    expect(disputes).to_have_count(0)


def test_the_numbers_of_the_menus_follow_what_waits(
    class_counselor: User, open_context: NewContext
) -> None:
    tab = open_context(class_counselor, viewport={"width": 1280, "height": 800}).new_page()
    tab.clock.install()
    tab.goto(reverse("today"))
    reports = tab.locator(f".staff__nav a[href='{reverse('support:queue')}']")
    unread = tab.locator(".menu > summary b")
    expect(reports.locator("b")).to_have_count(0)
    for number in (1, 2):
        report_of(200 + number)
        notify(account=class_counselor, kind="batch_settled", path=reverse("support:queue"))
        tab.clock.run_for(MINUTE)
        expect(reports.locator("b")).to_have_text(str(number))
        expect(unread).to_contain_text(str(number))
    answer_reports(reports=Report.objects.all(), words="已更正", by=class_counselor)
    tab.clock.run_for(MINUTE)
    expect(reports.locator("b")).to_have_count(0)
