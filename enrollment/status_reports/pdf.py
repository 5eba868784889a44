"""The printed report: A4, with photo and QR code, in Chinese, English or both."""

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import segno
from django.template.loader import render_to_string
from django.utils import translation

from enrollment.status_reports.glyphs import MissingGlyphsError, font_files, missing_glyphs

STYLE = Path(__file__).with_name("pdf.css")
TITLES = {"zh": "学籍验证报告", "en": "Student Status Report"}
TITLES["both"] = f"{TITLES['zh']} · {TITLES['en']}"
LANGUAGES = {"zh": ("zh-hans",), "en": ("en",), "both": ("zh-hans", "en")}


def print_report(
    *, language: str, facts: Mapping[str, Any], photo: bytes | None, link: str, code: str
) -> bytes:
    """The report as PDF/UA, one page per language; ``link`` goes into the QR code.

    Raises glyphs.MissingGlyphsError rather than print a box in place of a name.
    """
    given = {
        "facts": facts,
        "photo": as_data(photo, "image/jpeg") if photo else "",
        "qr": segno.make(link, error="m").svg_data_uri(scale=4, border=0),
        "link": link,
        "code": code,
    }
    pages = []
    for locale in LANGUAGES[language]:
        with translation.override(locale):
            pages.append(render_to_string("enrollment/status_reports/page.html", given))
    whole = render_to_string(
        "enrollment/status_reports/paper.html",
        {
            "pages": pages,
            "title": TITLES[language],
            "lang": "en" if language == "en" else "zh-Hans",
        },
    )
    if missing := missing_glyphs(whole):
        raise MissingGlyphsError(missing)
    return _printed(whole)


def _printed(whole: str) -> bytes:
    # Imported here: web processes never print, and the portal runs without Pango all the same.
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

    fonts = FontConfiguration()
    faces = [
        f'@font-face {{ font-family: "Paper{n}"; src: url("{path.as_uri()}") }}'
        for n, path in enumerate(font_files())
    ]
    family = ", ".join(f'"Paper{n}"' for n in range(len(faces)))
    faces.append(f"html {{ font-family: {family}, sans-serif }}")
    styles = [
        CSS(string="\n".join(faces), font_config=fonts),
        CSS(string=STYLE.read_text(), font_config=fonts),
    ]
    # The page may load data URLs only: no file, no network.
    fetcher = URLFetcher(allowed_protocols=["data"])
    pdf = HTML(string=whole, url_fetcher=fetcher).write_pdf(
        stylesheets=styles, font_config=fonts, pdf_variant="pdf/ua-1"
    )
    return bytes(pdf)


def as_data(content: bytes, kind: str) -> str:
    """A picture of the media type ``kind`` as an address that holds it."""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"
