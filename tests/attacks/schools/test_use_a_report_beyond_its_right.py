"""A report outlives its right, reads as more than it is, or is put out of use by strangers."""

import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO

import pytest
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore
from pypdf import PdfWriter

from accounts.limits.rules import RULES
from accounts.models import LimitHit, User
from enrollment.models import SigningKey, StatusReport, StudentRecord
from enrollment.records.corrections.approvals import Approval
from enrollment.records.corrections.services import correct_record
from enrollment.records.corrections.values import Change
from enrollment.records.freezing import RecordFrozenError
from enrollment.records.release import release_records
from enrollment.records.withholding import end_of_delay, withhold
from enrollment.status_page.cards import card_of
from enrollment.status_reports.services import RecordChangedError, issue_report
from enrollment.status_reports.signing import sign, signing_key
from tests.enrollment.status_reports.reports import bring, file_of, issue
from tests.people import make_account, make_school, sample_number
from vault.cipher import unseal
from verification import disputes
from verification.facts import Facts
from verification.models import Decision, Dispute

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
FACTS = ("王明", "2007")


@pytest.fixture
def holder(wang: User, wang_record: StudentRecord) -> Client:
    """王明, signed in."""
    client = Client()
    client.force_login(wang)
    return client


@pytest.fixture
def report(holder: Client, wang_record: StudentRecord) -> StatusReport:
    """A printed report of his."""
    return issue(holder, wang_record, language="zh")


def ask(code: str, pin: str = "", address: str = "10.1.1.1") -> str:
    """What the public check says to someone at ``address``."""
    answer = Client(REMOTE_ADDR=address).post("/status/report/", {"code": code, "pin": pin})
    assert answer.status_code in (200, 429)
    return answer.content.decode()


def says_no_more_than_a_verdict(text: str) -> None:
    """Nothing of the person, and no “still valid”."""
    assert "已失效" in text
    assert "仍然有效，" not in text
    for fact in FACTS:
        assert fact not in text


@pytest.mark.parametrize("by", ["code", "file"])
@pytest.mark.parametrize("how", ["revoked", "expired"])
def test_only_the_verdict_is_left_of_it(
    holder: Client, report: StatusReport, by: str, how: str
) -> None:
    content = file_of(holder, report)
    past = timezone.now() - timedelta(days=1)
    if how == "revoked":
        holder.post(reverse("enrollment:report_revoke", args=[report.key]))
    else:
        StatusReport.objects.update(valid_until=past, issued_at=past - timedelta(days=1))
    says_no_more_than_a_verdict(ask(report.code) if by == "code" else bring(content))


@pytest.mark.parametrize(
    "how", ["taken back", "name", "number", "type", "another account", "account deleted"]
)
def test_it_ends_with_the_right_to_it(
    wang: User, wang_record: StudentRecord, report: StatusReport, how: str
) -> None:
    """Whatever part of the portal, or a statement by hand, changes the record."""
    changes: dict[str, dict[str, object]] = {
        "taken back": {"holder": None, "claimed_at": None},
        "name": {"name": "王朋"},
        "number": {"certificate_hash": b"other"},
        "type": {"certificate_type": "护照"},
        "another account": {"holder": make_account("other@example.org")},
        "account deleted": {"holder": None},
    }
    StudentRecord.objects.filter(pk=wang_record.pk).update(**changes[how])
    report.refresh_from_db()
    assert report.revoked_at is not None
    says_no_more_than_a_verdict(ask(report.code))


def test_it_attests_the_record_and_not_the_account(
    wang: User, wang_record: StudentRecord, report: StatusReport
) -> None:
    User.objects.filter(pk=wang.pk).update(is_active=False)
    assert "仍然有效" in ask(report.code)
    release_records(keys=[wang_record.pk], by=None, cause="x")
    says_no_more_than_a_verdict(ask(report.code))


def test_the_impostors_report_ends_with_the_dispute(
    dispute: Dispute, wang_record: StudentRecord, wang: User, desk_registrar: User
) -> None:
    client = Client()
    client.force_login(wang)
    StudentRecord.objects.update(frozen_at=None)
    report = issue(client, wang_record, language="zh")
    Dispute.objects.update(object_until=timezone.now() - timedelta(days=1))
    dispute.refresh_from_db()
    disputes.decide(
        dispute=dispute, decision=Decision.CLAIMANT, reason="本人到校", by=desk_registrar
    )
    says_no_more_than_a_verdict(ask(report.code))


@pytest.mark.parametrize("by", ["code", "link", "file"])
def test_while_the_record_is_in_dispute_it_proves_nothing(
    holder: Client, report: StatusReport, true_wang: User, wang_record: StudentRecord, by: str
) -> None:
    content = file_of(holder, report)
    facts = Facts("王明", "居民身份证", sample_number(31), wang_record.candidate_number)
    words = disputes.Statement("有人用了我的身份证号。")
    opened = disputes.open_dispute(account=true_wang, facts=facts, statement=words)
    disputes.look_into(opened)
    link = reverse("enrollment:check_report_code", args=[report.code])
    text = {
        "code": lambda: ask(report.code),
        "link": lambda: Client().get(link).content.decode(),
        "file": lambda: bring(content),
    }[by]()
    assert "暂不能证明" in text
    assert "仍然有效，" not in text
    assert not any(fact in text for fact in FACTS)
    disputes.withdraw(dispute=opened)  # as it was read before it was looked into
    assert "王明" in ask(report.code)


def test_while_the_record_is_in_dispute_no_report_is_extended(
    holder: Client, report: StatusReport
) -> None:
    StudentRecord.objects.update(frozen_at=timezone.now())
    until = report.valid_until
    page = reverse("enrollment:report_extend", args=[report.key])
    assert "正在身份异议核查中" in holder.post(page, {"days": 180}, follow=True).content.decode()
    report.refresh_from_db()
    assert report.valid_until == until


def test_a_pin_is_not_guessed_faster_by_reading_the_link_or_from_many_networks(
    holder: Client, wang_record: StudentRecord
) -> None:
    """Whatever the entrance and however many networks: all wrong PINs together are counted."""
    report = issue(holder, wang_record, language="zh", pin="246813")
    link = reverse("enrollment:check_report_code", args=[report.code])
    for number in range(150):
        reader = Client(REMOTE_ADDR=f"2001:db8:{number:x}::1")
        values = {"code": report.code, "pin": f"{number:06}"}
        reader.post(link if number % 2 else "/status/report/", values)
    most = RULES["report_pins"][0].limit
    assert LimitHit.objects.filter(action="report_pins").count() == most
    assert "王明" not in Client().get(f"{link}?pin=246813").content.decode()


def test_another_field_that_changes_leaves_it_valid(
    wang_record: StudentRecord, report: StatusReport
) -> None:
    StudentRecord.objects.filter(pk=wang_record.pk).update(college="软件学院", version=2)
    assert "仍然有效" in ask(report.code)


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


def test_strangers_do_not_use_up_the_tries_of_others(
    holder: Client, wang_record: StudentRecord
) -> None:
    report = issue(holder, wang_record, language="zh", pin="246813")
    for _ in range(12):
        assert "王明" not in ask(report.code, "000000", "203.0.113.5")
    assert "王明" not in ask(report.code, "246813", "203.0.113.5"), "the guesser must wait"
    assert "王明" in ask(report.code, "246813", "198.51.100.7")


def test_tries_come_back_after_a_while(holder: Client, wang_record: StudentRecord) -> None:
    report = issue(holder, wang_record, language="zh", pin="246813")
    for number in range(300):
        ask(report.code, "000000", f"203.0.113.{number % 250}")
    assert "王明" not in ask(report.code, "246813", "198.51.100.7"), "guessers together are slowed"
    LimitHit.objects.update(at=timezone.now() - timedelta(days=2))
    assert "王明" in ask(report.code, "246813", "198.51.100.7")


def test_the_right_pin_costs_no_try(holder: Client, wang_record: StudentRecord) -> None:
    report = issue(holder, wang_record, language="zh", pin="246813")
    for _ in range(30):
        assert "王明" in ask(report.code, "246813")


def test_issuing_has_a_daily_limit(holder: Client, wang_record: StudentRecord) -> None:
    most = RULES["issue_report"][0].limit
    given = {"purpose": "实习", "language": "zh", "days": 30, "pin": ""}
    for _ in range(most + 3):
        answer = holder.post(f"/status/{wang_record.key}/reports/", given, follow=True)
        assert answer.status_code == 200
    assert StatusReport.objects.count() == most
    assert "明天" in answer.content.decode()


def test_a_report_is_not_extended_while_the_record_is_withheld(
    holder: Client, wang: User, report: StatusReport
) -> None:
    withhold(account=wang, until=end_of_delay())
    page = reverse("enrollment:report_extend", args=[report.key])
    assert holder.post(page, {"days": 180}, follow=True).status_code == 404
    until = report.valid_until
    report.refresh_from_db()
    assert report.valid_until == until


def test_a_report_is_not_issued_of_a_name_that_was_corrected_meanwhile(
    wang: User, wang_record: StudentRecord, desk_registrar: User
) -> None:
    """It would end with the correction, had it been issued a moment before."""
    card = card_of(wang, wang_record.key)
    assert card is not None
    approval = Approval("教函〔2026〕1号", timezone.localdate())
    change = Change("name", "王朋", "", approval)
    correct_record(record=wang_record, change=change, by=desk_registrar)
    with pytest.raises(RecordChangedError):
        issue_report(card=card, account=wang, purpose="x", language="zh", days=1, pin="")


def test_a_report_is_not_issued_for_a_record_that_has_just_left(
    wang: User, wang_record: StudentRecord
) -> None:
    """The page was open when the school took the record back."""
    card = card_of(wang, wang_record.key)
    assert card is not None
    StudentRecord.objects.update(holder=None, claimed_at=None)
    with pytest.raises(RecordFrozenError):
        issue_report(card=card, account=wang, purpose="x", language="zh", days=1, pin="")
