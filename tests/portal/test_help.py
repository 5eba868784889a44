"""Help is on every page, also before sign-in, and opens at the part that concerns the page."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from xuejiportal.help_topics import BY_APP, BY_PAGE

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def anchors() -> set[str]:
    page = Client().get(reverse("help")).content.decode()
    return set(re.findall(r'<section class="help__topic" id="([a-z-]+)"', page))


def test_every_topic_a_page_names_exists(anchors: set[str]) -> None:
    assert set(BY_PAGE.values()) | set(BY_APP.values()) <= anchors


def test_the_contents_list_every_topic_once(anchors: set[str]) -> None:
    page = Client().get(reverse("help")).content.decode()
    listed = re.findall(r'<li><a href="#([a-z-]+)"', page)
    assert sorted(listed) == sorted(anchors)


@pytest.mark.parametrize(
    ("name", "topic"),
    [("account_signup", "register"), ("account_login", "sign-in"), ("home", "")],
)
def test_help_opens_at_the_part_of_the_page(name: str, topic: str, client: Client) -> None:
    wanted = reverse("help") + (f"#{topic}" if topic else "")
    header = client.get(reverse(name)).content.decode().split("</header>")[0]
    assert f'href="{wanted}"' in header
