"""The signature object of a sealed PDF: what stands around the hole that the seal fills.

Source: ISO 32000-1, 12.8.1; ETSI EN 319 142-1, 5 (PAdES).
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Final

from templates.pdf_objects import text_string

RANGE_BYTES: Final = len(b"/ByteRange[0 0000000000 0000000000 0000000000]")
_SHANGHAI: Final = timezone(timedelta(hours=8))


def signature_head(key: int, signer_name: str, sealed_at: datetime | None) -> bytes:
    """Return the object up to its /ByteRange.

    Args:
        key: its number.
        signer_name: whom the seal names.
        sealed_at: the time of sealing that the seal claims.
    """
    if sealed_at is None:
        raise ValueError("a sealed page needs the time of its seal")
    when = f"{sealed_at.astimezone(_SHANGHAI):D:%Y%m%d%H%M%S}+08'00'"
    return (
        f"{key} 0 obj\n<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached"
        # A certification: whoever changes anything afterwards breaks it in every reader's eyes.
        "/Reference[<</Type/SigRef/TransformMethod/DocMDP"
        "/TransformParams<</Type/TransformParams/P 1/V/1.2>>>>]"
        f"/Name {text_string(signer_name)}/M({when})"
    ).encode("ascii")


def byte_range(hole_from: int, hole_to: int, rest: int) -> bytes:
    """Return the entry that says what is covered: all but the hole; always `RANGE_BYTES` long."""
    return b"/ByteRange[0 %010d %010d %010d]" % (hole_from, hole_to, rest)
