"""The golden pages as a part of the gate: no figure is printed for pages that look otherwise."""

from __future__ import annotations

from pathlib import Path

from tests.pdf.golden_pages import FOLDER, PAGES, drawn, inspect_golden


def golden_faults(folder: Path = FOLDER) -> list[str]:
    """Return how the golden pages, drawn now, differ from their pictures; nothing if none does."""
    told = (inspect_golden(page.name, drawn(page), folder=folder) for page in PAGES)
    return [fault for fault in told if fault is not None]
