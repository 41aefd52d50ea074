"""Pages typed glyph by glyph, for reading back."""

from __future__ import annotations

from itertools import count

from templates.text_lines import Glyph

_RUNS = count()


def typed(
    text: str, x: float, y: float, size: float = 12, *, level: bool = True, seen: bool = True
) -> list[Glyph]:
    """The glyphs of one run of text: ideographs an em wide, others half an em."""
    run = next(_RUNS)
    glyphs: list[Glyph] = []
    for char in text:
        width = size if ord(char) > 0x2000 else size / 2
        if char != " ":
            glyphs.append(
                Glyph(
                    text=char,
                    left=x,
                    bottom=y - 0.15 * size,
                    right=x + width,
                    top=y + 0.85 * size,
                    baseline=y,
                    size=size,
                    level=level,
                    seen=seen,
                    run=run,
                )
            )
        x += width if char != " " else 0.3 * size
    return glyphs


def table(rows: dict[str, str], *, left: float = 85, column: float = 177) -> list[Glyph]:
    """Labels and values in two columns, one row under the other."""
    glyphs: list[Glyph] = []
    for place, (label, value) in enumerate(rows.items()):
        y = 530 - 34 * place
        glyphs += typed(label, left, y) + typed(value, column, y)
    return glyphs
