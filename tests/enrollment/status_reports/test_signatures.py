"""Signing keys of status reports, and what a signed file proves."""

import subprocess
from datetime import timedelta
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader, PdfWriter

from accounts.models import User
from audit.models import AuditEntry
from enrollment.models import (
    SigningKey,
    StudentRecord,
)
from enrollment.status_reports.signing import UnfitKeyError, import_key, sign, signing_key, verify
from tests.enrollment.status_reports.reports import ask, bring, file_of, issue
from tests.people import make_school

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


@pytest.fixture
def holder(client: Client, wang: User, wang_record: StudentRecord) -> Client:
    """王明, signed in."""
    client.force_login(wang)
    return client


def test_the_signature_is_accepted_by_another_implementation(
    holder: Client, wang_record: StudentRecord, tmp_path: Path
) -> None:
    """OpenSSL checks the CMS signature over the bytes that the PDF names."""
    pdf = file_of(holder, issue(holder, wang_record, language="zh"))
    field = PdfReader(BytesIO(pdf)).get_fields()
    assert field is not None
    value = field["Institution"]["/V"]
    assert value["/SubFilter"] == "/ETSI.CAdES.detached"
    a, b, c, d = value["/ByteRange"]
    assert (a, c + d) == (0, len(pdf)), "all of the file is signed"
    (tmp_path / "signed").write_bytes(pdf[a : a + b] + pdf[c : c + d])
    (tmp_path / "cms").write_bytes(value["/Contents"])
    (tmp_path / "der").write_bytes(bytes(SigningKey.objects.get().certificate))
    names = {name: str(tmp_path / name) for name in ["signed", "cms", "der", "pem", "out"]}
    subprocess.run(
        ["openssl", "x509", "-inform", "der", "-in", names["der"], "-out", names["pem"]],
        check=True,
    )
    command = ["openssl", "cms", "-verify", "-binary", "-inform", "der", "-purpose", "any"]
    command += ["-in", names["cms"], "-content", names["signed"]]
    command += ["-CAfile", names["pem"], "-out", names["out"]]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    (tmp_path / "signed").write_bytes(pdf[a : a + b] + pdf[c : c + d] + b" ")
    assert subprocess.run(command, capture_output=True, check=False).returncode != 0


def test_the_file_is_found_genuine_and_its_report_told(
    holder: Client, wang_record: StudentRecord
) -> None:
    text = bring(file_of(holder, issue(holder, wang_record)))
    for shown in ["签名完整", "由 明德示范大学 出具", "仍然有效", "没有变更", "王明"]:
        assert shown in text, shown


def test_a_changed_byte_is_refused(holder: Client, wang_record: StudentRecord) -> None:
    pdf = bytearray(file_of(holder, issue(holder, wang_record)))
    pdf[len(pdf) // 2] ^= 1
    text = bring(bytes(pdf))
    assert "没有出具过" in text
    assert "王明" not in text


def test_something_added_after_signing_is_refused(
    holder: Client, wang_record: StudentRecord
) -> None:
    pdf = file_of(holder, issue(holder, wang_record))
    assert not verify(pdf + b"\n%%EOF\n").authentic


def test_a_signature_by_an_unknown_key_is_refused(
    holder: Client, wang_record: StudentRecord
) -> None:
    pdf = file_of(holder, issue(holder, wang_record))
    SigningKey.objects.all().delete()
    assert "没有出具过" in bring(pdf)


def test_a_retired_key_goes_on_verifying(holder: Client, wang_record: StudentRecord) -> None:
    pdf = file_of(holder, issue(holder, wang_record))
    SigningKey.objects.update(retired_at=timezone.now())
    issue(holder, wang_record)
    assert SigningKey.objects.count() == 2
    assert verify(pdf).authentic


@pytest.mark.parametrize(
    "content", [b"", b"%PDF-1.7", b"\x00" * 50, b"<html>", b"%PDF-1.4\n1 0 obj"]
)
def test_what_is_no_report_is_told_kindly(content: bytes, db: None) -> None:
    assert "不真实" in bring(content)


def test_an_institution_signs_with_its_own_key() -> None:
    one, two = make_school(), make_school(code="10007", name="另校")
    keys = [signing_key(one), signing_key(two), signing_key(one)]
    assert keys[0] == keys[2] != keys[1]
    plain = BytesIO()
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.write(plain)
    assert verify(sign(plain.getvalue(), keys[1])).signer == keys[1]


@pytest.mark.parametrize("typed", ["0" * 16, "'; --", "王明", "x" * 40])
def test_an_unknown_code_is_not_genuine(typed: str, db: None) -> None:
    assert "无法确认" in ask(typed)


def make_pkcs12(directory: Path, *, days: int = 30, bits: int = 2048) -> Path:
    """A key of an invented authority's customer, with the authority's certificate."""
    now = timezone.now()
    authority, own = rsa.generate_private_key(65537, 2048), rsa.generate_private_key(65537, bits)
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "示范数字认证中心")])
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "明德示范大学")])

    def certificate(subject: x509.Name, key: rsa.RSAPrivateKey, ca: bool) -> x509.Certificate:
        built = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer)
        built = built.public_key(key.public_key()).serial_number(x509.random_serial_number())
        built = built.not_valid_before(now - timedelta(days=60))
        built = built.not_valid_after(now + timedelta(days=days))
        built = built.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        return built.sign(authority, hashes.SHA256())

    content = pkcs12.serialize_key_and_certificates(
        b"report", own, certificate(name, own, False), [certificate(issuer, authority, True)],
        serialization.BestAvailableEncryption("口令".encode()),
    )  # fmt: skip
    file = directory / "key.p12"
    file.write_bytes(content)
    return file


def test_a_certificate_authoritys_key_signs_from_its_import_on(
    holder: Client, wang_record: StudentRecord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = file_of(holder, issue(holder, wang_record, language="zh"))
    monkeypatch.setattr("sys.stdin", StringIO("口令\n"))
    file = make_pkcs12(tmp_path)
    call_command("import_signing_key", file, institution="19998", stdout=StringIO())
    new = file_of(holder, issue(holder, wang_record, language="zh"))
    signer = verify(new).signer
    assert signer is not None
    assert verify(new).authentic
    assert verify(old).authentic, "the key before it goes on verifying"
    assert verify(old).signer != signer
    issuer = x509.load_der_x509_certificate(bytes(signer.certificate)).issuer
    assert "示范数字认证中心" in issuer.rfc4514_string()
    fields = PdfReader(BytesIO(new)).get_fields()
    assert fields is not None
    # Of its own certificate the issuer, of the authority's both names: the chain is inside.
    signature = bytes(fields["Institution"]["/V"]["/Contents"])
    assert signature.count("示范数字认证中心".encode()) >= 3
    assert b"PRIVATE" not in bytes(signer.private_sealed)
    assert AuditEntry.objects.filter(action="enrollment.import_signing_key").count() == 1


@pytest.mark.parametrize(
    ("made", "password", "why"),
    [
        ({}, "wrong", "口令错误"),
        ({"days": -1}, "口令", "不在有效期"),
        ({"bits": 1024}, "口令", "2048"),
    ],
)
def test_an_unfit_key_changes_nothing(
    made: dict[str, int], password: str, why: str, wang_record: StudentRecord, tmp_path: Path
) -> None:
    before = signing_key(wang_record.institution)
    with pytest.raises(UnfitKeyError, match=why):
        import_key(
            institution=wang_record.institution,
            pkcs12_file=make_pkcs12(tmp_path, **made).read_bytes(),
            password=password,
        )
    assert signing_key(wang_record.institution) == before
