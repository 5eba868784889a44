"""The screenshots of the README, taken of the demo school.

``make screenshots`` keeps them in ``docs/images``; in a usual run they show that
each of these pages still looks whole.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import reverse
from PIL import Image
from playwright.sync_api import Page as Tab

from accounts.models import User
from devtools.demo.registry import demo_rows
from devtools.demo.school import make_demo
from enrollment.demo.samples import INSTITUTION_CODE
from enrollment.models import Institution
from tests.enrollment.imported_files import AT, make_checked
from tests.journeys.checks import overflow_complaints
from tests.journeys.conftest import NewContext

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

PHONE, DESK = {"width": 375, "height": 1060}, {"width": 1180, "height": 800}
MAX_BYTES = 90_000


@pytest.fixture
def demo(media: Path) -> Institution:
    """The demo school."""
    make_demo()
    return Institution.objects.get(code=INSTITUTION_CODE)


def test_the_pictures_of_the_readme_show_whole_pages(
    demo: Institution, open_context: NewContext, tmp_path: Path
) -> None:
    folder = Path(os.environ.get("SCREENSHOTS", tmp_path))
    for name, tab in _pages(open_context, tmp_path):
        assert overflow_complaints(tab) == [], name
        picture = tmp_path / "picture.png"
        tab.screenshot(path=picture)
        kept = folder / f"{name}.png"
        with Image.open(picture) as image:
            image.convert("P", palette=Image.Palette.ADAPTIVE, colors=128).save(kept, optimize=True)
        assert kept.stat().st_size < MAX_BYTES, name


def _pages(open_context: NewContext, directory: Path) -> Iterator[tuple[str, Tab]]:
    """Each picture's name, and a tab that shows its page."""
    student, counselor, registrar = (
        User.objects.get(email=f"{name}@demo.test")
        for name in ("student", "counselor", "registrar")
    )
    rows = demo_rows()
    rows[5][AT["学籍状态"]], rows[6][AT["姓名"]] = "休学", ""
    rows[7][AT["性别"]] = {"男": "女", "女": "男"}[rows[7][AT["性别"]]]
    batch = make_checked(directory, rows)
    pages = {
        "record": (student, PHONE, "light", reverse("enrollment:status")),
        "record-dark": (student, PHONE, "dark", reverse("enrollment:status")),
        "board": (counselor, DESK, "light", reverse("support:board")),
        "import": (registrar, DESK, "light", reverse("registry:import", args=[batch.key])),
    }
    for name, (user, size, scheme, path) in pages.items():
        tab = open_context(user, viewport=size, color_scheme=scheme).new_page()
        answer = tab.goto(path)
        assert answer is not None
        assert answer.ok, name
        tab.wait_for_load_state("networkidle")
        yield name, tab
