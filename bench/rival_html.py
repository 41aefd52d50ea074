"""The page as HTML, for the two rivals that print it."""

from __future__ import annotations

import html
from pathlib import Path

from bench.issue_page import LINE, PAGE_MM, Box, photo_box, qr_box, rules, runs_of
from bench.rivals import Sheet
from templates import labels

_TOP_TO_BASELINE = 0.88  # of the size, in a line as high as the size


def style_sheet(font_path: Path) -> str:
    """Return the CSS, the same for every page."""
    return f"""
@font-face {{ font-family: Rival; src: url("{font_path.as_uri()}"); }}
@page {{ size: 210mm 297mm; margin: 0; }}
html, body {{ margin: 0; font-family: Rival; }}
p {{ position: absolute; margin: 0; line-height: 1; white-space: pre; }}
p.c {{ transform: translateX(-50%); }}
i {{ position: absolute; border-top: 0.5pt solid {LINE}; }}
img {{ position: absolute; image-rendering: pixelated; }}
"""


def body_of(sheet: Sheet) -> str:
    """Return the page's body."""
    parts = []
    for run in runs_of(sheet.face):
        top = PAGE_MM[1] - run.y
        style = f"top:calc({top:.3f}mm - {run.size * _TOP_TO_BASELINE:.3f}pt);"
        style += f"font-size:{run.size}pt;color:{run.ink};"
        style += f"left:{run.x:.3f}mm;"
        kind = " class=c" if run.centred else ""
        parts.append(f'<p{kind} style="{style}">{html.escape(run.text)}</p>')
    for left, right, height in rules():
        place = f"left:{left}mm;top:{PAGE_MM[1] - height}mm;width:{right - left}mm"
        parts.append(f'<i style="{place}"></i>')
    parts.append(_picture(sheet.photo_path, photo_box()))
    parts.append(_picture(sheet.qr_path, qr_box()))
    return "".join(parts)


def document(sheet: Sheet, head: str) -> str:
    """Return the whole document."""
    title = html.escape(labels.TITLE)
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title>'
        f"{head}</head><body>{body_of(sheet)}</body></html>"
    )


def _picture(path: Path, box: Box) -> str:
    left, bottom, width, height = box
    place = f"left:{left}mm;top:{PAGE_MM[1] - bottom - height}mm;width:{width}mm;height:{height}mm"
    return f'<img src="{path.as_uri()}" style="{place}" alt="">'
