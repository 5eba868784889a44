"""Templates can be read without scrolling sideways."""

from pathlib import Path

from django.conf import settings

MOST = 110
TEMPLATES = Path(settings.BASE_DIR) / "templates"


def test_no_template_has_a_line_over_110_characters() -> None:
    long = [
        f"{path.relative_to(TEMPLATES)}:{number} ({len(line)})"
        for path in sorted(TEMPLATES.rglob("*.html"))
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if len(line) > MOST
    ]
    assert not long, "\n".join(long)
