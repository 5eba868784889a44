"""A large file on its way, and one that is refused, in a real browser."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from accounts.models import User
from enrollment.models import ImportBatch
from tests.journeys.conftest import NewContext

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LARGE = "学号,姓名\n" + "x" * 1_200_000


def test_a_large_file_shows_how_far_it_is(
    desk_registrar: User, media: Path, open_context: NewContext, tmp_path: Path
) -> None:
    tab = open_context(desk_registrar).new_page()
    tab.goto("/registry/imports/")
    bar = tab.locator("[data-upload-bar]")
    for name, arrives in (("名册.exe", False), ("名册.csv", True)):
        path = tmp_path / name
        path.write_text(LARGE, encoding="utf-8")
        expect(bar).to_be_hidden()
        tab.locator("input[type=file]").set_input_files(path)
        tab.get_by_role("button", name="上传并检查").click()
        if arrives:
            expect(tab.locator("[data-live]")).to_be_visible()
        else:
            expect(tab.locator("[data-error-summary]")).to_contain_text(name)
    assert ImportBatch.objects.get().file_name == "名册.csv"


def test_a_lost_connection_keeps_the_chosen_file(
    desk_registrar: User, media: Path, open_context: NewContext, tmp_path: Path
) -> None:
    context = open_context(desk_registrar)
    tab = context.new_page()
    tab.goto("/registry/imports/")
    path = tmp_path / "名册.csv"
    path.write_text(LARGE, encoding="utf-8")
    tab.locator("input[type=file]").set_input_files(path)
    context.set_offline(True)
    tab.get_by_role("button", name="上传并检查").click()
    expect(tab.get_by_role("alert")).to_contain_text("请重新发送")
    context.set_offline(False)
    tab.get_by_role("button", name="上传并检查").click()
    expect(tab.locator("[data-live]")).to_be_visible()


def test_a_file_that_is_long_on_its_way_finds_the_session_alive(
    desk_registrar: User, media: Path, open_context: NewContext, tmp_path: Path
) -> None:
    context = open_context(desk_registrar)
    tab = context.new_page()
    tab.clock.install()
    tab.goto("/registry/imports/")
    path = tmp_path / "名册.csv"
    path.write_text(LARGE, encoding="utf-8")
    tab.locator("input[type=file]").set_input_files(path)
    line = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 200_000}
    context.new_cdp_session(tab).send("Network.emulateNetworkConditions", line)
    tab.get_by_role("button", name="上传并检查").click()
    expect(tab.locator("[data-upload-bar] progress")).to_be_visible()
    with tab.expect_request(lambda asked: asked.method == "HEAD") as sign:
        tab.clock.fast_forward(2 * 60_000)
    assert "x-live" not in sign.value.headers
    expect(tab.locator("[data-live]")).to_be_visible(timeout=30_000)
