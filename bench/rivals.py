"""Other programs that draw the same page, each set up as well as its documentation allows.

All are warm, are given a font of the batch's characters only (a whole CJK font would cost most of
them more), the photo, and the finished QR symbol as a picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bench.issue_page import qr_png
from templates.certificate import CertificateFace


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One page to draw, its pictures lying ready as files and as bytes."""

    face: CertificateFace
    qr_png: bytes
    photo_path: Path
    qr_path: Path


class Rival(Protocol):
    """A program that draws pages."""

    name: str
    in_this_process: bool  # whether this process's time is the rival's own

    def render(self, sheet: Sheet) -> bytes:
        """Return the page as a PDF file."""
        ...


def make_sheets(faces: Sequence[CertificateFace], folder: Path) -> list[Sheet]:
    """Lay the pictures of pages ready in a folder; typst finds them by their bare names."""
    sheets = []
    for face in faces:
        photo_path, qr_path = folder / f"{face.number}.jpg", folder / f"{face.number}.png"
        symbol = qr_png(face.qr_text)
        photo_path.write_bytes(face.photo_jpeg)
        qr_path.write_bytes(symbol)
        sheets.append(Sheet(face=face, qr_png=symbol, photo_path=photo_path, qr_path=qr_path))
    return sheets


def start_rivals(font: bytes, folder: Path, stack: ExitStack) -> tuple[list[Rival], list[str]]:
    """Start every rival that is on this machine.

    Args:
        font: a TrueType file of the batch's characters.
        folder: where the sheets' pictures are; holds the font too.
        stack: closes what stays open.

    Returns:
        The rivals, and the names of those that are not here.
    """
    # Imported here: each takes a while to load, and a child process of the benchmark needs none.
    from bench.rival_chromium import ChromiumRival, find_chromium
    from bench.rival_fpdf2 import Fpdf2Rival
    from bench.rival_typst import TypstRival
    from bench.rival_weasyprint import WeasyPrintRival

    font_path = folder / "rivals.ttf"
    font_path.write_bytes(font)
    rivals: list[Rival] = [
        TypstRival(font_path, folder),
        Fpdf2Rival(font_path),
        WeasyPrintRival(font_path),
    ]
    chromium = find_chromium()
    if chromium is None:
        return rivals, ["Chromium"]
    return [*rivals, stack.enter_context(ChromiumRival.started(chromium, font_path))], []
