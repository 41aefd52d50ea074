"""The smallest PDF that can be sealed, so that independent readers can judge the seal."""

from __future__ import annotations

import hashlib
import re
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from keys.validation_material import ValidationMaterial

_RANGE = b"[0 %010d %010d %010d]"


def seal_pdf(
    sign: Callable[[bytes], bytes],
    reserve: int,
    *,
    material: ValidationMaterial | None = None,
    moment: str = "D:20261123100000+08'00'",
) -> bytes:
    """Return a one-page PDF sealed in one revision.

    Args:
        sign: returns the DER for /Contents, given SHA-256 of the byte range.
        reserve: bytes that /Contents holds.
        material: what the DSS holds, or None for no DSS.
        moment: the entry /M.
    """
    dss, streams = _security_store(material, first=6)
    placeholder = _RANGE % (0, 0, 0)
    signature = (
        b"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /M (%b)"
        b" /ByteRange %b /Contents <%b> >>" % (moment.encode(), placeholder, b"0" * reserve * 2)
    )
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [4 0 R] /SigFlags 3 >>%b >>" % dss,
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Annots [4 0 R] >>",
        b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (seal) /V 5 0 R /P 3 0 R"
        b" /Rect [0 0 0 0] /F 132 >>",
        signature,
        *streams,
    ]
    pdf = _assemble(objects)
    start = pdf.index(b"/Contents <") + len(b"/Contents ")
    end = start + reserve * 2 + 2
    pdf = pdf.replace(placeholder, _RANGE % (start, end, len(pdf) - end))
    cms = sign(hashlib.sha256(pdf[:start] + pdf[end:]).digest())
    assert len(cms) <= reserve
    return pdf[:start] + b"<" + cms.hex().encode().ljust(reserve * 2, b"0") + b">" + pdf[end:]


def sealed_range(pdf: bytes) -> tuple[int, int]:
    """Return where the hole of a sealed PDF begins and ends, as its ByteRange says."""
    found = re.search(rb"/ByteRange ?\[0 (\d+) (\d+) (\d+)", pdf)
    assert found is not None
    first, second, rest = (int(number) for number in found.groups())
    assert second + rest == len(pdf)
    return first, second


def covered_bytes(pdf: bytes) -> bytes:
    """Return what the byte range of a sealed PDF covers."""
    first, second = sealed_range(pdf)
    return pdf[:first] + pdf[second:]


def pdfsig(pdf: bytes, folder: Path) -> str:
    """Return what poppler's pdfsig says of a PDF."""
    path = folder / "sealed.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(
        ["pdfsig", "-nocert", str(path)], capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


def _assemble(objects: Sequence[bytes]) -> bytes:
    pdf = b"%PDF-1.7\n"
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(pdf))
        pdf += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return (
        pdf
        + b"xref\n0 %d\n0000000000 65535 f \n%btrailer\n<< /Size %d /Root 1 0 R >>\n"
        % (
            len(objects) + 1,
            table,
            len(objects) + 1,
        )
        + b"startxref\n%d\n%%%%EOF\n" % len(pdf)
    )


def _security_store(
    material: ValidationMaterial | None, *, first: int
) -> tuple[bytes, list[bytes]]:
    """Return the catalog's entry /DSS and the streams it refers to, numbered from `first`."""
    if material is None:
        return b"", []
    entries = b""
    streams: list[bytes] = []
    for name, values in ((b"Certs", material.certificates), (b"CRLs", material.crls)):
        numbers = range(first + len(streams), first + len(streams) + len(values))
        entries += b" /%b [%b]" % (name, b" ".join(b"%d 0 R" % number for number in numbers))
        streams += [
            b"<< /Length %d >>\nstream\n%b\nendstream" % (len(value), value) for value in values
        ]
    return b" /DSS << /Type /DSS%b >>" % entries, streams
