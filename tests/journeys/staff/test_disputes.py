"""身份异议 from both sides and the desk, on a phone in Chinese and a desktop in English."""

import os
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from accounts.models import User
from enrollment.models import StudentRecord
from tests.enrollment.files.evidence_files import picture
from tests.journeys import ways
from tests.journeys.conftest import NewContext
from tests.people import PASSWORD, sample_number
from verification import disputes
from verification.claims import services as claims
from verification.facts import Facts
from verification.models import Dispute

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PICTURES = os.environ.get("PICTURES", "")


def show(tab: Tab, folder: Path, name: str) -> None:
    """Keep a picture of the screen."""
    tab.screenshot(path=folder / f"{name}.png", full_page=True)


def confirm_password(tab: Tab) -> None:
    """Show again that it is oneself."""
    tab.locator("[name=password]").fill(PASSWORD)
    tab.locator("main form button[type=submit]").first.click()
    tab.wait_for_url(lambda url: "reauthenticate" not in url)


@pytest.mark.parametrize("way", ways.BOTH, ids=str)
def test_both_sides_are_heard_and_the_school_decides(
    way: ways.Way,
    true_wang: User,
    wang: User,
    wang_record: StudentRecord,
    desk_registrar: User,
    open_context: NewContext,
    tmp_path: Path,
) -> None:
    folder = Path(PICTURES) / f"dispute-{way}" if PICTURES else tmp_path
    folder.mkdir(parents=True, exist_ok=True)
    facts = Facts("王明", "居民身份证", sample_number(31), wang_record.candidate_number)
    claims.start_attempt(account=true_wang, facts=facts)
    claims.submit_attempt(account=true_wang)

    people = (true_wang, wang, desk_registrar)
    claimant, holder, desk = (way.open(open_context, person) for person in people)
    claimant.goto(reverse("verification:unmatched"))
    show(claimant, folder, "1-unmatched")
    claimant.locator(f"main a[href='{reverse('verification:dispute')}']").click()
    claimant.locator("[name=words]").fill("有人用了我的身份证号注册。")
    claimant.locator("[name=evidence]").set_input_files(
        {"name": "学生证.jpg", "mimeType": "image/jpeg", "buffer": picture(size=(600, 400))}
    )
    show(claimant, folder, "2-open")
    claimant.locator("main .form__actions button").first.click()
    expect(claimant.locator("main .timeline")).to_be_visible()
    show(claimant, folder, "3-mine")

    dispute = Dispute.objects.get()
    disputes.look_into(dispute)
    holder.goto(reverse("accounts:notices"))
    show(holder, folder, "4-notice")
    holder.locator("main .timeline a").first.click()
    holder.locator("[name=words]").fill("是我本人，学生证在手。")
    show(holder, folder, "5-objection")
    holder.locator("main .form__actions button").first.click()
    expect(holder.locator("[name=words]")).to_have_count(0)
    holder.goto(reverse("enrollment:status"))
    show(holder, folder, "6-frozen-record")

    desk.goto(reverse("verification:disputes"))
    show(desk, folder, "7-queue")
    desk.locator("main td a").first.click()
    expect(desk.locator("main .evidence__picture")).to_be_visible()
    show(desk, folder, "8-both-sides")
    desk.locator("[name=decision][value=claimant]").check()
    desk.locator("[name=reason]").fill("核对了证件原件与录取通知书。")
    desk.locator("main .form__actions button").first.click()
    confirm_password(desk)  # then the decision goes on by itself
    expect(desk.locator("[name=decision]")).to_have_count(0)
    show(desk, folder, "9-decided")
    wang_record.refresh_from_db()
    assert wang_record.holder == true_wang
    claimant.goto(reverse("enrollment:status"))
    expect(claimant.get_by_role("main")).to_contain_text("王明")
    show(claimant, folder, "10-record")
