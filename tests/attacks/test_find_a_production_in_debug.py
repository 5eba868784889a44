"""A portal that others can reach never runs as a development server, and is told what it lacks."""

from pathlib import Path

import pytest
from django.conf import settings as portal
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from tests.portal.environments import environment
from tests.portal.fresh_settings import fresh_settings
from xuejiportal.checks import check_proxies, check_surroundings

__all__ = ["environment"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SITE_URL", "https://xueji.example.edu.cn"),
        ("SITE_URL", "http://10.1.2.3"),
        ("SITE_URL", "https://localhost"),
        ("ALLOWED_HOSTS", "localhost,xueji.example.edu.cn"),
        ("ALLOWED_HOSTS", "*"),
        ("ALLOWED_HOSTS", ".example.edu.cn"),
        ("ALLOWED_HOSTS", "localhost.example.edu.cn"),
        ("DATABASE_URL", "postgresql://portal:secret@db.internal/portal"),
        ("DATABASE_URL", "postgresql:///portal?host=db.internal"),
        ("DATABASE_URL", "postgresql://portal@127.0.0.1.example.org/portal"),
        ("REDIS_URL", "redis://cache.internal/0"),
        # Written carelessly, or where one does not look.
        ("SITE_URL", "HTTPS://LOCALHOST"),
        ("SITE_URL", "http://localhost@xueji.example.edu.cn"),
        ("ALLOWED_HOSTS", "[2001:db8::1]"),
        ("DATABASE_URL", "postgresql:///portal?hostaddr=10.1.2.3"),
        ("DATABASE_URL", "postgresql://localhost/portal?hostaddr=10.1.2.3"),
        ("DATABASE_URL", "postgresql:///portal?service=production"),
        ("DATABASE_URL", "postgresql:///portal?host=127.0.0.1,db.internal"),
        ("DATABASE_URL", "postgresql:///portal?host=/run/postgresql,db.internal"),
        ("PGHOST", "db.internal"),
        ("PGHOST", "/run/postgresql,db.internal"),
        ("PGHOSTADDR", "10.1.2.3"),
        ("PGSERVICE", "production"),
    ],
)
@pytest.mark.parametrize("debug", ["yes", "no"])
def test_development_within_the_reach_of_others_does_not_start(
    environment: pytest.MonkeyPatch, name: str, value: str, debug: str
) -> None:
    environment.setenv("DEBUG", debug)
    environment.setenv(name, value)
    with pytest.raises(ImproperlyConfigured, match=f"{name}.*PRODUCTION=yes"):
        fresh_settings()


def test_an_address_without_its_scheme_does_not_start(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("SITE_URL", "xueji.example.edu.cn")
    with pytest.raises(ImproperlyConfigured, match="SITE_URL must start with https://"):
        fresh_settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SITE_URL", "http://localhost:8001"),
        ("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1],portal.localhost"),
        ("DATABASE_URL", "postgresql://root@127.0.0.1:5432/xuejiportal_ci"),
        ("DATABASE_URL", "postgresql:///xuejiportal?host=/run/postgresql"),
        ("DATABASE_URL", "postgresql://me@[::1]/xuejiportal"),
        ("REDIS_URL", "redis://127.0.0.1:6379/15"),
    ],
)
def test_development_on_this_machine_starts(
    environment: pytest.MonkeyPatch, name: str, value: str
) -> None:
    environment.setenv(name, value)
    assert fresh_settings()["DEBUG"] is True


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("peer", "headers", "status"),
    [
        ("10.1.2.3", {}, 403),
        ("::ffff:10.1.2.3", {}, 403),
        ("127.0.0.1", {"x-forwarded-for": "10.1.2.3"}, 403),
        ("127.0.0.1", {"forwarded": "for=10.1.2.3"}, 403),
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
    ],
)
def test_development_shows_its_codes_to_this_machine_alone_whatever_host_is_named(
    settings: Settings, peer: str, headers: dict[str, str], status: int
) -> None:
    settings.DEBUG = True
    client = Client(REMOTE_ADDR=peer, headers={"host": "localhost", **headers})
    for address in (reverse("delivery:outbox"), reverse("home")):
        assert client.get(address).status_code == status


@pytest.mark.parametrize("word", ["", "0", "off", "No"])
def test_saying_that_it_is_no_production_opens_nothing(
    environment: pytest.MonkeyPatch, word: str
) -> None:
    environment.setenv("PRODUCTION", word)
    environment.setenv("SITE_URL", "https://xueji.example.edu.cn")
    with pytest.raises(ImproperlyConfigured, match="PRODUCTION=yes"):
        fresh_settings()


def test_a_word_that_is_neither_yes_nor_no_does_not_start(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("PRODUCTION", "production")
    with pytest.raises(ImproperlyConfigured, match="PRODUCTION must be yes or no"):
        fresh_settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ASSISTED_DELAY_HOURS", "-72"),
        ("OBJECTION_HOURS", "0"),
        ("UNACTIVATED_DAYS", "0"),
        ("VERIFICATION_ACCOUNT_DAY", "0"),
        ("SMS_PER_MINUTE", "0"),
        ("TRUSTED_PROXY_COUNT", "-1"),
    ],
)
def test_a_number_that_ends_a_protection_does_not_start(
    environment: pytest.MonkeyPatch, name: str, value: str
) -> None:
    environment.setenv(name, value)
    with pytest.raises(ImproperlyConfigured, match=f"{name} must be"):
        fresh_settings()


@pytest.mark.parametrize("name", ["UNDO_DAYS", "EVIDENCE_DAYS", "EMAIL_LIFETIME", "OUTBOX_SWEEP"])
def test_a_time_that_no_calendar_has_does_not_start(
    environment: pytest.MonkeyPatch, name: str
) -> None:
    environment.setenv(name, "1000000000")
    with pytest.raises(ImproperlyConfigured, match=f"{name} must be 100000 or less"):
        fresh_settings()
    environment.setenv(name, "100000")
    assert fresh_settings()[name] == 100_000


def test_every_unit_says_that_it_is_production() -> None:
    units = list(Path(portal.BASE_DIR, "deploy/systemd").glob("portal-*.service"))
    assert len(units) >= 5
    assert all("\nEnvironment=PRODUCTION=yes\n" in unit.read_text() for unit in units)


def test_no_service_reads_the_history_of_the_code() -> None:
    for unit in Path(portal.BASE_DIR, "deploy/systemd").glob("portal-*.service"):
        assert "\nInaccessiblePaths=-/srv/xuejiportal/.git\n" in unit.read_text(), unit.name


def test_what_surrounds_a_production_is_looked_at(settings: Settings) -> None:
    settings.PRODUCTION = settings.SECURE_SSL_REDIRECT = True
    settings.DATABASE_URL, settings.REDIS_URL = "postgresql://p@db.example/p", "redis://c.example/0"
    settings.CAMPUS_NETWORKS = []
    settings.EMAIL_TRANSPORT, settings.EMAIL_HOST = "smtp", "mail.example"
    settings.DATA_PROCESSOR = settings.PRIVACY_CONTACT = ""
    settings.STAFF_SECOND_FACTOR = False
    found = {message.id for message in check_surroundings()}
    assert found == {f"xuejiportal.W{number:03}" for number in (3, 4, 6, 8, 9, 10)}


def test_a_portal_behind_no_known_proxy_is_an_error_of_the_check(settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT, settings.TRUSTED_PROXY_COUNT = True, 0
    assert [message.id for message in check_proxies()] == ["xuejiportal.E004"]
    settings.TRUSTED_PROXY_COUNT = 1
    assert check_proxies() == []


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("DATABASE_URL", "postgresql://p@db.example/p?sslmode=require", "W003"),
        ("DATABASE_URL", "postgresql://p@db.example/p?sslmode=verify-full", ""),
        ("REDIS_URL", "redis://:secret@c.example/0", "W004"),
        ("EMAIL_HOST", "mail.example", "W008"),
        ("EMAIL_HOST", "localhost", ""),
    ],
)
def test_a_connection_to_another_machine_is_encrypted_and_to_the_right_one(
    settings: Settings, name: str, value: str, code: str
) -> None:
    settings.PRODUCTION, settings.EMAIL_TRANSPORT, settings.EMAIL_USE_TLS = True, "smtp", False
    settings.DATABASE_URL, settings.REDIS_URL = "postgresql:///p", "redis://localhost/0"
    settings.EMAIL_HOST = "localhost"
    setattr(settings, name, value)
    found = {str(message.id).removeprefix("xuejiportal.") for message in check_surroundings()}
    assert found & {"W003", "W004", "W008"} == ({code} if code else set())


def test_a_server_named_by_its_number_is_looked_at_as_well(settings: Settings) -> None:
    settings.PRODUCTION = True
    settings.DATABASE_URL = "postgresql:///portal?hostaddr=10.1.2.3"
    assert "xuejiportal.W003" in {message.id for message in check_surroundings()}


def test_a_well_kept_production_is_told_nothing(settings: Settings) -> None:
    settings.PRODUCTION = settings.SECURE_SSL_REDIRECT = True
    settings.DATABASE_URL, settings.REDIS_URL = "postgresql:///p", "rediss://:secret@c.example/0"
    settings.TRUSTED_PROXY_COUNT, settings.CAMPUS_NETWORKS = 1, ["203.0.113.0/24"]
    settings.STAFF_SECOND_FACTOR = True
    settings.SMS_PROVIDERS = ["file"]
    settings.DATA_PROCESSOR, settings.PRIVACY_CONTACT = "示例大学", "privacy@example.edu.cn"
    assert check_surroundings() == []
