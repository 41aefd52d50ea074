"""A second judge that is not ours: the validator `page` (MIT), PDF/A-3a and PDF/UA-1."""

from __future__ import annotations

from typing import Final

import page

PROFILES: Final = ("pdfa-3a", "ua1")


def validator_findings(pdf: bytes) -> tuple[str, ...]:
    """Return what the validator finds in a file by either standard; nothing if it conforms."""
    return tuple(
        f"{profile}: {failure.rule_id}: {failure.message}"
        for profile in PROFILES
        for failure in page.validate_pdf_bytes(pdf, profile=profile).failures
    )
