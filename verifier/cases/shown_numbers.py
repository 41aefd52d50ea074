"""Which number a paper prints, and which stands in its QR code: they may differ; its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from templates.labels import Field
from verifier.finding_codes import Code
from verifier.verdict import Verdict

_AGREES: Final = frozenset({Code.FIELD_AGREES, Code.PICTURE_FIELD_AGREES})
_DIFFERS: Final = frozenset({Code.FIELD_DIFFERS, Code.PAGE_DIFFERS})


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownNumbers:
    """The numbers on a paper.

    Args:
        printed: in print; None where that was not read or cannot be told.
        code: in a QR code that is signed by a published key; None where there is none.
    """

    printed: str | None = None
    code: str | None = None

    @property
    def shown(self) -> str | None:
        """The number that a paper goes by: the printed one, where it is known."""
        return self.printed or self.code

    @property
    def kept(self) -> dict[str, str | None]:
        """Both, as they are kept."""
        return {"printed": self.printed, "code": self.code}


def kept_numbers(about: Mapping[str, Any], number: str | None) -> dict[str, Any]:
    """Return what a page shows of the numbers of a paper.

    Args:
        about: as it is kept of the paper.
        number: that it goes by.

    Returns:
        "printed" and "code"; "either", the number it goes by, where it was judged before the two
        were told apart.
    """
    numbers = about.get("numbers")
    if numbers is None:
        return {"printed": None, "code": None, "either": number}
    return {**numbers, "either": None}


def judged_print(verdict: Verdict) -> tuple[bool, str | None]:
    """Return whether a verdict judged the printed number, and which that is; None if unclear."""
    for one in verdict.findings:
        if one.evidence.get("field") != Field.NUMBER:
            continue
        if one.code in _DIFFERS:
            return True, plain_number(one.evidence.get("printed", ""))
        if one.code in _AGREES and verdict.certificate is not None:
            return True, verdict.certificate.number
        return True, None
    return False, None


def judged_name(verdict: Verdict) -> str | None:
    """Return the name a paper prints, where it was found to be the one on record; None elsewhere.

    A name that differs was read by the machine alone and may be misread.
    """
    agrees = any(
        one.code in _AGREES and one.evidence.get("field") == Field.HOLDER_NAME
        for one in verdict.findings
    )
    shown = verdict.certificate
    return shown.holder_name if agrees and shown is not None and not shown.name_masked else None


def plain_number(typed: str) -> str | None:
    """Return a number without what stands between its characters; None for none."""
    plain = "".join(char for char in typed.upper() if char.isascii() and char.isalnum())[:22]
    return plain or None
