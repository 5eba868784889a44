"""Files as people attach them to reports and disputes."""

import io

import pypdf
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image


def picture(kind: str = "JPEG", size: tuple[int, int] = (3000, 1000), **saved: object) -> bytes:
    """A picture file."""
    out = io.BytesIO()
    Image.new("RGB", size, "white").save(out, kind, **saved)
    return out.getvalue()


def paper(pages: int = 1, password: str = "", owner: str = "") -> bytes:
    """A PDF file."""
    writer, out = pypdf.PdfWriter(), io.BytesIO()
    for _ in range(pages):
        writer.add_blank_page(100, 100)
    if password or owner:
        writer.encrypt(password, owner or None, algorithm="RC4-128")
    writer.write(out)
    return out.getvalue()


def upload(content: bytes, name: str = "学生证.jpg") -> SimpleUploadedFile:
    """The file as a form hands it over."""
    return SimpleUploadedFile(name, content)
