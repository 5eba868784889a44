"""A file wants to be taken for a report, or to break the public check."""

import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore
from pypdf import PdfWriter

from enrollment.models import SigningKey, StatusReport, StudentRecord
from enrollment.status_reports.signing import sign, signing_key
from tests.enrollment.status_reports.reports import bring, file_of
from tests.people import make_school
from vault.cipher import unseal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


@pytest.mark.parametrize("tail", [b"\n", b"\r\n", b"\n\x1a", b"\0" * 40])
def test_a_line_feed_behind_it_leaves_the_signature_true(
    holder: Client, report: StatusReport, tail: bytes
) -> None:
    text = bring(file_of(holder, report) + tail)
    assert "不真实" not in text
    assert "王明" in text
    assert "空白" in text


def test_bytes_before_it_do_no_harm(holder: Client, report: StatusReport) -> None:
    assert "王明" in bring(b"\r\n" + file_of(holder, report))


def test_a_second_signature_is_told_as_something_added(
    holder: Client, report: StatusReport
) -> None:
    other = make_school(code="10009", name="别的学校")
    key = signing_key(other)
    first = file_of(holder, report)
    signer = SimpleSigner(
        signing_cert=asn1_x509.Certificate.load(bytes(key.certificate)),
        signing_key=asn1_keys.PrivateKeyInfo.load(
            unseal(key.private_sealed, context=f"signing-key:{key.key}")
        ),
        cert_registry=SimpleCertificateStore(),  # type: ignore[no-untyped-call]
    )
    about = PdfSignatureMetadata(field_name="Second", subfilter=SigSeedSubFilter.PADES)
    out = BytesIO()
    with ThreadPoolExecutor(1) as pool:  # the library runs an event loop
        writer = IncrementalPdfFileWriter(BytesIO(first))
        pool.submit(lambda: PdfSigner(about, signer).sign_pdf(writer, output=out)).result()
    text = bring(out.getvalue())
    assert "由 明德示范大学 出具" in text
    assert "别的学校" not in text
    assert "之后又加了内容" in text
    assert "没有改动" not in text


@pytest.mark.parametrize("calls_itself", [b"", b"% /ByteRange [0 9 9 9]\n", b"(/ByteRange)"])
def test_content_added_behind_it_is_told_whatever_it_calls_itself(
    holder: Client, report: StatusReport, calls_itself: bytes
) -> None:
    page = b"\n1 0 obj\n<</Type/Page>>\nendobj\n%%EOF\n"
    text = bring(file_of(holder, report) + b"\n" + calls_itself + page)
    assert "之后又加了内容" in text
    assert "没有改动" not in text


def test_a_signed_file_that_was_never_issued_is_unknown(
    holder: Client, wang_record: StudentRecord, report: StatusReport
) -> None:
    """Signed with the institution's own key, but by no one who issued it."""
    plain = PdfWriter()
    plain.add_blank_page(100, 100)
    out = BytesIO()
    plain.write(out)
    forged = sign(out.getvalue(), SigningKey.objects.get())
    text = bring(forged)
    assert "本站没有出具过" in text
    assert ">真实<" not in text
    content = file_of(holder, report)
    StatusReport.objects.all().delete()
    assert "本站没有出具过" in bring(content)


def test_a_byte_range_of_a_known_report_does_not_vouch_for_other_bytes(
    holder: Client, report: StatusReport
) -> None:
    """The forged page comes first, the issued file is only carried along."""
    content = file_of(holder, report)
    assert "王明" not in bring(b"%PDF-1.7\nforged\n" + content)


def nested(depth: int) -> bytes:
    return b"%PDF-1.7\n1 0 obj\n" + b"[" * depth + b"]" * depth + b"\nendobj\n"


HOSTILE = {
    "nested arrays": nested(2000) + b"trailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF",
    "nested dictionaries": b"%PDF-1.7\n1 0 obj\n" + b"<</A" * 900 + b">>" * 900 + b"\nendobj\n"
    b"trailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF",
    "broken stream": b"%PDF-1.5\n1 0 obj\n<</Type/XRef/Size 2/W[1 1 1]/Length 9"
    b"/Filter/FlateDecode>>\nstream\nnot zlib!\nendstream\nendobj\nstartxref\n9\n%%EOF",
    "bomb": b"%PDF-1.5\n1 0 obj\n<</Type/XRef/Size 2/W[1 1 1]/Filter/FlateDecode>>\nstream\n"
    + zlib.compress(bytes(50_000_000))
    + b"\nendstream\nendobj\nstartxref\n9\n%%EOF",
    "loop": b"%PDF-1.7\nxref\n0 1\n0000000000 65535 f \ntrailer<</Size 1/Prev 9>>\nstartxref\n9\n",
    "ranges": b"%PDF-1.7\n" + b"/ByteRange [0 1 2 999999999]" * 150_000,
    "blanks": b"%PDF-1.7\n" + b"/ByteRange" + b" " * 4_000_000,
    "no number": b"%PDF-1.7\n/ByteRange [0 " + b"9" * 4_000_000 + b" 1 1]",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_no_file_breaks_or_holds_the_public_check(kind: str, db: None) -> None:
    start = time.process_time()
    file = SimpleUploadedFile("report.pdf", HOSTILE[kind], content_type="application/pdf")
    answer = Client().post("/status/report/", {"file": file})
    assert answer.status_code == 200
    assert time.process_time() - start < 1
