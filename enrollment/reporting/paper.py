"""The printed report: A4, with photo and QR code, in Chinese, English or both."""

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import segno
from cvttf_NotoSansCJK_Regular import get_TTF_path
from django.template.loader import render_to_string
from django.utils import translation
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher

STYLE = Path(__file__).with_name("paper.css")
FONT = Path(get_TTF_path()).as_uri()
# The page itself may name data and nothing else: no file, no network.
FETCHER = URLFetcher(allowed_protocols=["data"])
LANGUAGES = {"zh": ("zh-hans",), "en": ("en",), "both": ("zh-hans", "en")}


def print_report(
    *, language: str, facts: Mapping[str, Any], photo: bytes | None, link: str, code: str
) -> bytes:
    """The report as PDF; one page for each language. ``link`` goes into the QR code."""
    given = {
        "facts": facts,
        "photo": _as_data(photo, "image/jpeg") if photo else "",
        "qr": segno.make(link, error="m").svg_data_uri(scale=4, border=0),
        "link": link,
        "code": code,
    }
    pages = []
    for locale in LANGUAGES[language]:
        with translation.override(locale):
            pages.append(render_to_string("enrollment/reports/page.html", given))
    whole = render_to_string("enrollment/reports/paper.html", {"pages": pages})
    fonts = FontConfiguration()
    face = f'@font-face {{ font-family: "Paper"; src: url("{FONT}") }}'
    styles = [
        CSS(string=face, font_config=fonts),
        CSS(string=STYLE.read_text(), font_config=fonts),
    ]
    pdf = HTML(string=whole, url_fetcher=FETCHER).write_pdf(stylesheets=styles, font_config=fonts)
    return bytes(pdf)


def _as_data(content: bytes, kind: str) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"
