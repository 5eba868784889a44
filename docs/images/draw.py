"""Draw the pictures of the documents: ``make pictures``.

The text source of each is the ``.txt`` beside it: a line is a row of boxes with
``|`` or an arrow with a label (``A -label-> B``) between them; an indented line is
a note below its row.
"""

import re
from html import escape
from pathlib import Path

HERE = Path(__file__).parent
WIDTH, BOX, GAP = 760, 44, 14
ARROW = re.compile(r"\s-([^>|]*)->\s")
STYLE = (
    "text{font:15px system-ui,'Noto Sans','Noto Sans CJK SC',sans-serif;fill:#1d2733}"
    ".note{font-size:13px;fill:#56616d}.box{fill:#eef4f8;stroke:#2f5f7f;stroke-width:1.5}"
    ".page{fill:#fff}path{stroke:#2f5f7f;stroke-width:1.5;fill:none}"
)


def draw(source: str) -> str:
    """The SVG of a text source."""
    rows: list[str] = []
    notes: dict[int, list[str]] = {}
    for line in filter(str.strip, source.splitlines()):
        if line.startswith(" "):
            notes.setdefault(len(rows) - 1, []).append(line.strip())
        else:
            rows.append(line.strip())
    parts: list[str] = []
    top = 20
    for number, line in enumerate(rows):
        parts += _row(line, top)
        top += BOX
        for note in notes.get(number, []):
            top += 20
            parts.append(_text(WIDTH / 2, top, note, "note"))
        top += 26
    size = f'width="{WIDTH}" height="{top}" viewBox="0 0 {WIDTH} {top}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}><style>{STYLE}</style>'
        f'<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" '
        f'markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z" style="fill:#2f5f7f"/></marker>'
        f'</defs><rect class="page" width="{WIDTH}" height="{top}"/>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def _row(line: str, top: float) -> list[str]:
    labels = [label.strip() for label in ARROW.findall(line)]
    boxes = [box.strip() for box in re.split(r"\s-[^>|]*->\s|\|", line)]
    gap = 110 if labels else GAP
    width = (WIDTH - 40 - gap * (len(boxes) - 1)) / len(boxes)
    parts: list[str] = []
    for number, box in enumerate(boxes):
        left = 20 + number * (width + gap)
        parts.append(
            f'<rect class="box" x="{left:.0f}" y="{top:.0f}" width="{width:.0f}" '
            f'height="{BOX}" rx="6"/>'
        )
        parts.append(_text(left + width / 2, top + BOX / 2 + 5, box))
        if labels and number < len(labels):
            middle = top + BOX / 2
            start = left + width
            parts.append(
                f'<path d="M{start + 4:.0f} {middle:.0f}H{start + gap - 4:.0f}" '
                f'marker-end="url(#tip)"/>'
            )
            parts.append(_text(start + gap / 2, middle - 7, labels[number], "note"))
    return parts


def _text(x: float, y: float, words: str, kind: str = "") -> str:
    style = f' class="{kind}"' if kind else ""
    return f'<text{style} x="{x:.0f}" y="{y:.0f}" text-anchor="middle">{escape(words)}</text>'


def draw_all() -> None:
    """Write the SVG beside each text source."""
    for source in sorted(HERE.glob("*.txt")):
        source.with_suffix(".svg").write_text(draw(source.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    draw_all()
