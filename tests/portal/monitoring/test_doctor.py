"""``manage.py doctor`` finds what works well, with a real mail server, vendor and TLS."""

import io
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from django.core.management import CommandError, call_command
from pytest_django import Settings

from devtools.embedded.servers import free_port
from tests.delivery import fake_sms
from tests.delivery.fake_smtp import FakeSmtp
from xuejiportal.monitoring import examination

DAYS = 30
USER, PASSWORD = b"portal", b"made-up"


def diagnosis() -> list[str]:
    """The lines that the doctor prints."""
    told = io.StringIO()
    with pytest.raises(CommandError):  # no worker runs here
        call_command("doctor", stdout=told, no_color=True)
    return told.getvalue().splitlines()


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A server's context for localhost, which this process trusts."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-keyout", "key.pem", "-out", "cert.pem", "-days", str(DAYS),
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
        cwd=tmp_path, check=True, capture_output=True,
    )  # fmt: skip
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    return context


@pytest.fixture
def mail_server(certificate: ssl.SSLContext, settings: Settings) -> Iterator[FakeSmtp]:
    """One that demands STARTTLS and the password; the portal is told of it."""

    def authenticate(*given: Any) -> AuthResult:
        return AuthResult(success=given[-1] == LoginPassword(USER, PASSWORD))

    fake = FakeSmtp()
    controller: Any = Controller(
        fake, hostname="localhost", port=free_port(), tls_context=certificate,
        require_starttls=True, authenticator=authenticate, auth_required=True,
    )  # fmt: skip
    controller.start()
    settings.EMAIL_TRANSPORT, settings.EMAIL_USE_TLS = "smtp", True
    settings.EMAIL_HOST, settings.EMAIL_PORT = "localhost", controller.port
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = USER.decode(), PASSWORD.decode()
    yield fake
    controller.stop()


@pytest.mark.django_db
def test_a_mail_server_that_takes_the_password_over_tls_is_well(mail_server: FakeSmtp) -> None:
    assert "ok  mail: smtp: accepted" in diagnosis()
    assert mail_server.connections
    assert not mail_server.taken  # nothing is sent


@pytest.mark.django_db
def test_a_wrong_mail_password_is_told(mail_server: FakeSmtp, settings: Settings) -> None:
    settings.EMAIL_HOST_PASSWORD = "another"
    lines = diagnosis()
    [at] = [number for number, line in enumerate(lines) if line.startswith("!!  mail: ")]
    assert "user, password" in lines[at + 1]


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["aliyun", "tencent"])
def test_credentials_that_a_vendor_takes_are_well_and_others_are_told(
    name: str, settings: Settings
) -> None:
    settings.SMS_PROVIDERS, settings.SMS_TIMEOUT = [name], 5
    settings.ALIYUN_ACCESS_KEY_ID, settings.TENCENT_SECRET_ID = "aliyun-id", "tencent-id"
    settings.ALIYUN_ACCESS_KEY_SECRET = "aliyun-secret"
    settings.TENCENT_SECRET_KEY = "tencent-secret"
    settings.TENCENT_SMS_APP_ID = "1400"
    with fake_sms.serving() as vendor:
        settings.ALIYUN_SMS_ENDPOINT = settings.TENCENT_SMS_ENDPOINT = vendor.url
        assert f"ok  SMS by {name}: accepts the credentials" in diagnosis()
        assert not vendor.accepted  # nothing is sent
        settings.ALIYUN_ACCESS_KEY_SECRET = settings.TENCENT_SECRET_KEY = "another"
        assert any(line.startswith(f"!!  SMS by {name}: ") for line in diagnosis())


@pytest.mark.django_db
@pytest.mark.parametrize("listens", [False, True])
@pytest.mark.parametrize("name", ["aliyun", "tencent"])
def test_a_vendor_that_does_not_answer_is_no_matter_of_credentials(
    name: str, listens: bool, settings: Settings
) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        if listens:
            silent.listen()
        settings.SMS_PROVIDERS, settings.SMS_TIMEOUT = [name], 0.2
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        settings.ALIYUN_SMS_ENDPOINT = settings.TENCENT_SMS_ENDPOINT = address
        settings.ALIYUN_ACCESS_KEY_ID = settings.ALIYUN_ACCESS_KEY_SECRET = "made-up"
        settings.TENCENT_SECRET_ID = settings.TENCENT_SECRET_KEY = "made-up"
        lines = diagnosis()
    [at] = [number for number, line in enumerate(lines) if line.startswith(f"!!  SMS by {name}: ")]
    assert "firewall" in lines[at + 1]


@pytest.mark.django_db
def test_a_certificate_that_browsers_trust_is_well(
    certificate: ssl.SSLContext, settings: Settings
) -> None:
    server = HTTPServer(("localhost", 0), BaseHTTPRequestHandler)
    server.socket = certificate.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.handle_request)
    thread.start()
    settings.SITE_URL = f"https://localhost:{server.server_port}"
    try:
        assert any(line.startswith("ok  TLS: good for ") for line in diagnosis())
    finally:
        thread.join()
        server.server_close()


@pytest.mark.django_db
def test_a_missing_pango_is_told_with_the_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise OSError(f"cannot load library 'libpango-1.0-0': {name} cannot open it")

    assert "ok  printing: Pango is there" in diagnosis()
    monkeypatch.setattr(examination, "import_module", missing)
    lines = diagnosis()
    told = "!!  printing: reports wait: cannot load library 'libpango-1.0-0'"
    assert "apt-get install libpango-1.0-0" in lines[lines.index(told) + 1]


@pytest.mark.django_db
def test_a_setting_that_stops_one_part_stops_no_other(settings: Settings) -> None:
    settings.SITE_URL = "https://portal.example.edu.cn:port"
    told = diagnosis()
    assert "!!  certificate: not examined: ValueError" in told
    assert any("permissions:" in line for line in told)
    assert any("mail:" in line for line in told)
