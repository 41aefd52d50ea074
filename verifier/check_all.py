"""Verifies every certificate of a listing twice: its QR text, and its PDF."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codes.wording import Text
from registry.home import Home
from verifier.opening import open_verifier
from verifier.verdict import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedItem:
    """What the QR text and the PDF of one certificate came to."""

    number: str
    qr: Outcome
    pdf: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """What a whole listing came to."""

    items: tuple[CheckedItem, ...]

    @property
    def all_valid(self) -> bool:
        """Whether there was something to check and every answer was valid."""
        return bool(self.items) and all(
            item.qr is Outcome.VALID and item.pdf is Outcome.VALID for item in self.items
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the report as one JSON object."""
        return {
            "all_valid": self.all_valid,
            "items": [
                {"number": item.number, "qr": item.qr.value, "pdf": item.pdf.value}
                for item in self.items
            ],
        }

    def text(self) -> Text:
        """Return one sentence, and a line for each certificate that is not valid."""
        bad = [item for item in self.items if {item.qr, item.pdf} != {Outcome.VALID}]
        lines = "".join(f"\n{item.number}  QR {item.qr}  PDF {item.pdf}" for item in bad)
        total = len(self.items)
        return Text(
            f"共 {total} 张，二维码和 PDF 均核验有效的 {total - len(bad)} 张。{lines}",
            f"{total} certificates; QR and PDF both valid for {total - len(bad)}.{lines}",
        )


def check_all(home: Home, listing: Sequence[Mapping[str, Any]]) -> CheckReport:
    """Verify each entry's `qr_text` and the file at its `pdf`."""
    verifier = open_verifier(home)
    try:
        items = tuple(
            CheckedItem(
                number=entry["number"],
                qr=verifier.verify_qr(entry["qr_text"]).outcome,
                pdf=verifier.verify_file(
                    Path(entry["pdf"]).read_bytes(), Path(entry["pdf"]).name
                ).outcome,
            )
            for entry in listing
        )
    finally:
        verifier.close()
    return CheckReport(items=items)
