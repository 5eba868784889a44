"""The web process killed, the broker away, the database restarted: what a visitor meets."""

import re
import threading
from collections.abc import Iterator
from http import HTTPStatus

import httpx
import pytest

from tests.faults.site import Site, running, wait_until
from tests.people import AGREED, PASSWORD

pytestmark = pytest.mark.slow

SLEEP = """
CREATE FUNCTION sleep() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_sleep(3); RETURN NEW; END';
CREATE TRIGGER sleep BEFORE INSERT ON delivery_outboxmessage
    FOR EACH ROW EXECUTE FUNCTION sleep();
"""
WAKE = "DROP TRIGGER sleep ON delivery_outboxmessage; DROP FUNCTION sleep();"
SLEEPING = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep'"


@pytest.fixture(scope="module")
def whole_site() -> Iterator[Site]:
    with running() as site:
        yield site


@pytest.fixture
def site(whole_site: Site) -> Iterator[Site]:
    """The site with its web process answering."""
    whole_site.web()
    wait_until(lambda: answers(whole_site), 30, "web does not start")
    yield whole_site
    whole_site.kill_all()


def browser(site: Site) -> httpx.Client:
    return httpx.Client(base_url=f"http://127.0.0.1:{site.port}", timeout=20, trust_env=False)


def answers(site: Site, address: str = "/healthz") -> bool:
    try:
        with browser(site) as client:
            return client.get(address).status_code == HTTPStatus.OK
    except httpx.HTTPError:
        return False


def post(client: httpx.Client, address: str, **fields: str) -> httpx.Response:
    page = client.get(address)
    assert page.status_code == HTTPStatus.OK, page.text[:2000]
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    assert token is not None
    fields["csrfmiddlewaretoken"] = token.group(1)
    headers = {"Referer": str(page.url)}
    return client.post(address, data=fields, headers=headers)


def register(site: Site, address: str) -> httpx.Response:
    with browser(site) as client:
        return post(client, "/account/signup/", email=address, password1=PASSWORD, **AGREED)


def accounts(site: Site, address: str) -> list[object]:
    query = "SELECT id FROM accounts_user WHERE email = %s"
    return [row["id"] for row in site.rows(query, address)]


def test_killed_in_mid_registration_leaves_all_or_nothing(site: Site) -> None:
    before = site.rows("SELECT count(*) FROM delivery_outboxmessage")
    site.rows(SLEEP)
    visitor = threading.Thread(target=ignoring_the_end, args=(site, "killed@example.org"))
    visitor.start()
    wait_until(lambda: site.rows(SLEEPING), 20, "the registration never reached the outbox")
    site.kill_all()
    visitor.join()
    wait_until(lambda: not site.rows(SLEEPING), 20, "the database still works for the dead")
    site.rows(WAKE)
    assert accounts(site, "killed@example.org") == []
    assert site.rows("SELECT count(*) FROM delivery_outboxmessage") == before

    site.flush_broker()  # as a minute later: the cool-down of letters to one address is over
    site.web()
    wait_until(lambda: answers(site), 30, "web does not start")
    assert register(site, "killed@example.org").status_code == HTTPStatus.FOUND
    assert len(accounts(site, "killed@example.org")) == 1
    [after] = site.rows("SELECT count(*) FROM delivery_outboxmessage")
    assert after["count"] == before[0]["count"] + 1


def ignoring_the_end(site: Site, address: str) -> None:
    try:
        register(site, address)
    except httpx.HTTPError:
        return


def test_without_the_broker_people_register_and_sign_in(site: Site) -> None:
    site.valkey.stop()
    try:
        assert register(site, "no-broker@example.org").status_code == HTTPStatus.FOUND
        site.rows("UPDATE account_emailaddress SET verified = true")
        with browser(site) as client:
            signed_in = post(
                client, "/account/login/", login="no-broker@example.org", password=PASSWORD
            )
            assert signed_in.status_code == HTTPStatus.FOUND
            assert client.get("/status/", follow_redirects=True).status_code == HTTPStatus.OK
    finally:
        site.valkey.start()
    assert len(accounts(site, "no-broker@example.org")) == 1


def test_an_emptied_broker_signs_no_one_out(site: Site) -> None:
    register(site, "emptied@example.org")
    site.rows("UPDATE account_emailaddress SET verified = true")
    with browser(site) as client:
        post(client, "/account/login/", login="emptied@example.org", password=PASSWORD)
        inside = client.get("/status/", follow_redirects=True)
        assert "/account/login/" not in str(inside.url)
        site.flush_broker()
        assert client.get("/status/", follow_redirects=True).url == inside.url


def test_the_database_restarted_is_found_again_within_ten_seconds(site: Site) -> None:
    register(site, "kept@example.org")
    assert answers(site, "/account/login/")
    site.postgresql.stop()
    site.postgresql.start()
    took = wait_until(lambda: lookup_works(site), 10, "no recovery within ten seconds")
    assert took <= 10
    assert len(accounts(site, "kept@example.org")) == 1


def test_while_the_database_is_away_pages_answer_503_and_the_log_grows_by_a_line(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(site.environ, "DEBUG", "no")
    site.kill_all()
    site.manage("collectstatic", "--noinput")
    site.web()
    wait_until(lambda: answers(site), 30, "web does not start")
    with browser(site) as client:
        client.cookies.set("session", "a" * 32)
        assert client.get("/status/").status_code == HTTPStatus.FOUND
        site.postgresql.stop()
        try:
            before = len(site.output())
            answer = client.get("/status/")
        finally:
            site.postgresql.start()
        assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE
        assert answer.headers["Retry-After"] == "30"
        told = site.output()[before:]
        assert told.count("does not answer") == 1
        assert "Traceback" not in told
        wait_until(lambda: client.get("/status/").status_code == 302, 10, "no recovery")


def lookup_works(site: Site) -> bool:
    """A page that must ask the database: a wrong sign-in."""
    with browser(site) as client:
        answer = post(client, "/account/login/", login="kept@example.org", password="wrong-one")
    return answer.status_code == HTTPStatus.OK
