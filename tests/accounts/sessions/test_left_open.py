"""A page left open asks for itself again only when its session is over."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.sessions import lifetime

pytestmark = pytest.mark.django_db


def test_a_page_that_renews_itself_does_not_keep_the_session_alive(
    client: Client, wang: User
) -> None:
    client.force_login(wang)
    page = reverse("accounts:contacts")
    client.get(page)
    for _quarter in range(3):
        session = client.session
        session[lifetime.SEEN] -= lifetime.STUDENT.idle // 2
        session.save()
        answer = client.get(page, headers={lifetime.LIVE: "1"})
        if answer.status_code == 302:
            break
    assert answer["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("is_staff", [False, True])
def test_asking_again_does_not_keep_the_session_alive(
    client: Client, wang: User, is_staff: bool
) -> None:
    User.objects.filter(pk=wang.pk).update(is_staff=is_staff)
    client.force_login(wang)
    page = reverse("accounts:contacts")
    found = re.search(r'data-idle="(\d+)"', client.get(page).content.decode())
    assert found is not None
    session = client.session
    session[lifetime.SEEN] -= int(found[1])
    session.save()
    assert client.get(page)["Location"].startswith(reverse("account_login"))
