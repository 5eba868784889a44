"""A report is never signed with a box in place of a character, and every reader can read it."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from pypdf import PdfReader
from pypdf.generic import DictionaryObject
from pytest_django import Settings

from accounts.models import Notice, User
from enrollment.models import InstitutionRegistrar, StatusReport, StudentRecord
from enrollment.status_reports.glyphs import MissingGlyphsError, missing_glyphs
from enrollment.status_reports.pdf import print_report
from enrollment.status_reports.signing import verify
from enrollment.status_reports.tasks import print_status_report, sweep_reports
from tests.people import make_account

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
RARE = "\U0002b7a5"


@pytest.fixture
def holder(client: Client, wang: User, wang_record: StudentRecord) -> Client:
    client.force_login(wang)
    return client


def issue(holder: Client, record: StudentRecord, language: str = "both") -> StatusReport:
    given = {"purpose": "实习申请", "language": language, "days": 30, "pin": ""}
    holder.post(f"/status/{record.key}/reports/", given)
    report = StatusReport.objects.latest("pk")
    print_status_report(report.pk)
    report.refresh_from_db()
    return report


def file_of(holder: Client, report: StatusReport) -> bytes:
    return holder.get(f"/status/reports/{report.key}/file/").content


def make_font(path: Path, characters: str) -> str:
    """A font with these characters, each a filled square."""
    pen = TTGlyphPen(None)
    for at, point in enumerate([(100, 0), (100, 700), (800, 700), (800, 0)]):
        (pen.lineTo if at else pen.moveTo)(point)
    pen.closePath()
    square = pen.glyph()
    names = [".notdef", *(f"u{ord(char):X}" for char in characters)]
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({ord(char): f"u{ord(char):X}" for char in characters})
    builder.setupGlyf(dict.fromkeys(names, square))
    builder.setupHorizontalMetrics(dict.fromkeys(names, (900, 100)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Rare", "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=800, sTypoDescender=-200)
    builder.setupPost()
    builder.save(path)
    return str(path)


@pytest.mark.parametrize(
    ("name", "missing"),
    [(f"王{RARE}", RARE), ("བསོད་ནམས", "བསོད་ནམ"), ("สมชาย", "สมชาย"),
     ("王\U00030000明", "\U00030000"),
     ("ئالىم", "ئالىم"), ("王\ue000", "\ue000"), ("王😀", "😀")],
)  # fmt: skip
def test_a_report_waits_for_a_font(
    holder: Client, wang_record: StudentRecord, name: str, missing: str
) -> None:
    registrar = make_account("registrar@example.org")
    InstitutionRegistrar.objects.create(user=registrar, institution=wang_record.institution)
    StudentRecord.objects.filter(pk=wang_record.pk).update(name=name)
    report = issue(holder, wang_record)
    assert (report.is_ready, report.attempts) == (False, 0)
    assert set(report.missing_glyphs) == set(missing)
    page = holder.get(f"/status/reports/{report.key}/").content.decode()
    assert missing[0] in page
    assert "字体" in page
    assert "几秒" not in page
    for _ in range(5):
        print_status_report(report.pk)
    assert Notice.objects.filter(account=registrar, kind="report_waits").count() == 1
    assert holder.get(f"/status/reports/{report.key}/file/").status_code == 404


@pytest.mark.parametrize("field", ["major_name", "level"])
def test_every_value_on_the_paper_is_looked_at(
    holder: Client, wang_record: StudentRecord, field: str
) -> None:
    StudentRecord.objects.filter(pk=wang_record.pk).update(**{field: f"软件{RARE}"})
    assert issue(holder, wang_record).missing_glyphs == RARE


def test_with_a_font_the_waiting_report_is_printed_with_its_glyph(
    holder: Client, wang_record: StudentRecord, settings: Settings, tmp_path: Path
) -> None:
    StudentRecord.objects.filter(pk=wang_record.pk).update(name=f"王{RARE}明")
    report = issue(holder, wang_record, "zh")
    assert not report.is_ready
    settings.REPORT_FONTS = [make_font(tmp_path / "rare.ttf", RARE)]
    StatusReport.objects.update(issued_at=report.issued_at.replace(year=2020))
    sweep_reports()
    report.refresh_from_db()
    if not report.is_ready:  # the sweep rings; no worker listens here
        print_status_report(report.pk)
        report.refresh_from_db()
    assert (report.is_ready, report.missing_glyphs) == (True, "")
    reader = PdfReader(BytesIO(file_of(holder, report)))
    assert f"王{RARE}明" in reader.pages[0].extract_text()
    resources: Any = reader.pages[0]["/Resources"]
    fonts = resources["/Font"]
    assert len(fonts) == 2, "the portal's own font and the one for the rare character"


def test_marks_without_a_glyph_of_their_own_hold_nothing_up() -> None:
    assert missing_glyphs("葛\U000e0100城\ufe0f\u200d\n") == ""


def test_what_cannot_be_printed_is_not_printed_at_all() -> None:
    with pytest.raises(MissingGlyphsError, match=r"U\+2B7A5"):
        print_report(
            language="zh", facts={"gender": 1, "purpose": RARE}, photo=None, link="x", code="y"
        )


class TestForEveryReader:
    """The signed file as software for blind readers finds it (PDF/UA-1)."""

    @pytest.mark.parametrize(
        ("language", "lang", "title"),
        [
            ("zh", "zh-Hans", "学籍验证报告"),
            ("en", "en", "Student Status Report"),
            ("both", "zh-Hans", "学籍验证报告 · Student Status Report"),
        ],
    )
    def test_tags_language_and_title(
        self, holder: Client, wang_record: StudentRecord, language: str, lang: str, title: str
    ) -> None:
        content = file_of(holder, issue(holder, wang_record, language))
        assert verify(content).intact
        reader = PdfReader(BytesIO(content))
        root: Any = reader.trailer["/Root"]
        assert root["/MarkInfo"]["/Marked"]
        assert root["/Lang"] == lang
        assert root["/ViewerPreferences"]["/DisplayDocTitle"]
        assert reader.metadata is not None
        assert reader.metadata.title == title
        xmp = root["/Metadata"].get_data().decode()
        assert title in xmp
        assert "pdfuaid" in xmp
        kinds = _kinds(root["/StructTreeRoot"])
        assert {"/H1", "/Table", "/TH", "/TD", "/Link"} <= kinds
        links = [a.get_object() for page in reader.pages for a in page.get("/Annots", [])]
        report = StatusReport.objects.get()
        assert any(
            report.code in str(link.get("/A", DictionaryObject()).get("/URI", "")) for link in links
        )

    def test_an_english_report_says_level_and_mode_in_english(
        self, holder: Client, wang_record: StudentRecord
    ) -> None:
        StudentRecord.objects.filter(pk=wang_record.pk).update(level="本科", study_mode="函授")
        content = file_of(holder, issue(holder, wang_record, "en"))
        text = PdfReader(BytesIO(content)).pages[0].extract_text()
        assert "Undergraduate" in text
        assert "Correspondence" in text


def _kinds(element: object) -> set[str]:
    found: set[str] = set()
    waiting = [element]
    while waiting:
        here = waiting.pop()
        here = here.get_object() if hasattr(here, "get_object") else here
        if isinstance(here, list):
            waiting += here
        elif isinstance(here, dict):
            found.add(str(here.get("/S")))
            waiting.append(here.get("/K"))
    return found
