"""A registrar's photographs in a real browser, on a phone and at a desk.

The worker's part is done between the steps by the test itself; the open page
finds out by itself.
"""

import zipfile
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from accounts.models import User
from enrollment.models import Photo, PhotoBatch, PhotoKind
from enrollment.photos import tasks as photos_tasks
from tests.enrollment.imported_files import AT, run_import, sample, write_csv
from tests.enrollment.photos.pictures import picture
from tests.journeys.conftest import NewContext
from tests.journeys.hand import take_file
from tests.people import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("size", [(375, 812), (1280, 800)], ids=["phone", "desktop"])
def test_a_zip_becomes_photographs(
    size: tuple[int, int],
    desk_registrar: User,
    media: Path,
    open_context: NewContext,
    tmp_path: Path,
) -> None:
    rows = sample(4)
    run_import(write_csv(tmp_path / "学籍.csv", rows))
    path = tmp_path / "2026级录取照片.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"照片/{rows[0][AT['证件号码']]}.jpg", picture())
        archive.writestr(f"照片/{rows[1][AT['考生号']]}.png", picture(kind="PNG"))
        archive.writestr(f"照片/{rows[2][AT['学号']]}.jpg", picture()[:900])
        archive.writestr("照片/无此人.jpg", picture())
        archive.comment = b" " * 60_000
    tab = open_context(desk_registrar, viewport={"width": size[0], "height": size[1]}).new_page()

    tab.goto("/registry/photos/")
    tab.locator("input[type=file]").set_input_files(path)
    tab.get_by_role("button", name="上传并检查").click()
    expect(
        tab.locator("[name=kind]:invalid").or_(tab.locator("[data-error-summary]")).first
    ).to_be_attached()
    tab.get_by_label("录取照片").check()
    tab.get_by_role("button", name="上传并检查").click()
    expect(tab.locator("[data-live]")).to_be_visible()
    look(tab, tmp_path / "1.png")
    batch = PhotoBatch.objects.get()
    photos_tasks.check_photos(batch.pk)
    main = tab.get_by_role("main")
    expect(main).to_contain_text("照片的归属")
    expect(main).to_contain_text("无此人.jpg")
    look(tab, tmp_path / "2.png")

    main.get_by_role("link", name="去导入").click()
    if tab.locator("[name=password]").count():
        tab.locator("[name=password]").fill(PASSWORD)
        tab.locator("main form button[type=submit]").first.click()
    expect(main).to_contain_text("作为录取照片导入")
    look(tab, tmp_path / "3.png")
    main.get_by_role("button", name="导入这些照片").click()
    expect(tab.locator("[data-live] progress")).to_be_visible()
    photos_tasks.import_photo_batch(batch.pk)
    expect(main).to_contain_text("处理结果")
    look(tab, tmp_path / "4.png")
    assert Photo.objects.filter(kind=PhotoKind.ADMISSION).count() == 2

    taken = take_file(tab, main.get_by_role("link", name="下载完整清单").click)
    taken.save_as(tmp_path / "list.xlsx")
    names = [row[0] for row in load_workbook(tmp_path / "list.xlsx").worksheets[0].values]
    assert "照片/无此人.jpg" in names


def look(tab: Tab, path: Path) -> None:
    """Keep a picture of the page."""
    tab.screenshot(path=path, full_page=True)
