"""What makes a PDF fit for archives: metadata, colour profile, attached files.

Source: ISO 19005-3 (PDF/A-3, conformance level A): 6.2.3 output intent, 6.6.2 metadata, 6.8
embedded files; ICC.1:2004-10 for the profile.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from templates.pdf_objects import compress, compress_once, stream, text_string

CONDITION: Final = "sRGB IEC61966-2.1"
_CREATOR: Final = "Yanzhen"
_WORTH_DEFLATING_BYTES: Final = 256  # what is smaller hardly gets smaller
# PDF/A-3 asks that a schema it does not know, as that of PDF/UA, is described. Source: ISO
# 19005-3, 6.6.2.3.
_UA_SCHEMA: Final = (
    '<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">'
    "<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>"
    "<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>"
    "<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>"
    '<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">'
    "<pdfaProperty:name>part</pdfaProperty:name>"
    "<pdfaProperty:valueType>Integer</pdfaProperty:valueType>"
    "<pdfaProperty:category>internal</pdfaProperty:category>"
    "<pdfaProperty:description>Part of ISO 14289 that the file conforms to"
    "</pdfaProperty:description></rdf:li></rdf:Seq></pdfaSchema:property>"
    "</rdf:li></rdf:Bag></pdfaExtension:schemas>"
)


PROOF_NAME = "proof.tlog"  # the attachment that proves the record to be in the public log
SECOND_RECORD_FILE = "record-2.cose"
"""The record under the body's second key, where it had two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that travels inside the PDF.

    Args:
        name: its file name, ASCII.
        mime_type: such as `application/cose`.
        relationship: `Data`, `Source` or `Supplement`: what it is to the page.
        description: one line for whoever opens the list of attachments.
        content: its bytes.
    """

    name: str
    mime_type: str
    relationship: str
    description: str
    content: bytes


@lru_cache(maxsize=64)
def pdf_date(day: date) -> str:
    """Return midnight of a day in Asia/Shanghai as PDF writes it."""
    return f"D:{day:%Y%m%d}000000+08'00'"


@lru_cache(maxsize=64)
def information(title: str, day: date) -> bytes:
    """Return the body of the information dictionary; it agrees with `metadata` word for word."""
    when = pdf_date(day)
    return (
        f"<</Title {text_string(title)}/Creator({_CREATOR})/Producer({_CREATOR})"
        f"/CreationDate({when})/ModDate({when})>>"
    ).encode("ascii")


@lru_cache(maxsize=64)
def metadata(title: str, language: str, day: date) -> bytes:
    """Return the body of the metadata stream (XMP), which claims PDF/A-3a and PDF/UA-1."""
    when = f"{day.isoformat()}T00:00:00+08:00"
    packet = f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about=""
 xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
 xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"
 xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"
 xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>
<xmp:CreatorTool>{_CREATOR}</xmp:CreatorTool>
<xmp:CreateDate>{when}</xmp:CreateDate>
<xmp:ModifyDate>{when}</xmp:ModifyDate>
<pdf:Producer>{_CREATOR}</pdf:Producer>
<pdfaid:part>3</pdfaid:part>
<pdfaid:conformance>A</pdfaid:conformance>
<pdfuaid:part>1</pdfuaid:part>
{_UA_SCHEMA}
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>"""
    return stream("/Type/Metadata/Subtype/XML", packet.encode("utf-8"))


def embedded_file(attachment: Attachment, day: date) -> bytes:
    """Return the body of the stream that holds an attached file."""
    subtype = attachment.mime_type.replace("/", "#2F").replace("+", "#2B")
    check = hashlib.md5(attachment.content, usedforsecurity=False).hexdigest()
    entries = (
        f"/Type/EmbeddedFile/Subtype/{subtype}/Params<</Size {len(attachment.content)}"
        f"/ModDate({pdf_date(day)})/CheckSum<{check}>>>"
    )
    if len(attachment.content) < _WORTH_DEFLATING_BYTES:
        return stream(entries, attachment.content)
    return stream(f"{entries}/Filter/FlateDecode", compress(attachment.content))


def file_specification(attachment: Attachment, file: int) -> str:
    """Return the body of the object that names an attached file.

    Args:
        attachment: the file; its content does not matter here.
        file: object number of the stream that holds it.
    """
    return (
        f"<</Type/Filespec/F({attachment.name})/UF {text_string(attachment.name)}"
        f"/Desc {text_string(attachment.description)}/AFRelationship/{attachment.relationship}"
        f"/EF<</F {file} 0 R/UF {file} 0 R>>>>"
    )


def output_intent(profile: int) -> str:
    """Return the output intent that makes device colours mean sRGB.

    Args:
        profile: object number of the colour profile.
    """
    return (
        f"<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier({CONDITION})"
        f"/Info({CONDITION})/DestOutputProfile {profile} 0 R>>"
    )


def profile_stream() -> bytes:
    """Return the body of the stream that holds the colour profile."""
    return stream("/N 3/Filter/FlateDecode", compress_once(srgb_profile()))


def srgb_profile() -> bytes:
    """Return a small ICC profile of sRGB: three primaries, one curve, adapted to D50."""
    tags = {
        b"desc": _words("sRGB"),
        b"cprt": _words("No rights reserved"),
        b"wtpt": _triple(0.9642, 1.0, 0.8249),
        b"chad": _matrix(
            (1.04788, 0.02292, -0.05022, 0.02959, 0.99048, -0.01707, -0.00925, 0.01508, 0.75168)
        ),
        b"rXYZ": _triple(0.43607, 0.22249, 0.01392),
        b"gXYZ": _triple(0.38515, 0.71687, 0.09708),
        b"bXYZ": _triple(0.14307, 0.06061, 0.71410),
        b"rTRC": _SRGB_CURVE,
        b"gTRC": _SRGB_CURVE,
        b"bTRC": _SRGB_CURVE,
    }
    place = 128 + 4 + 12 * len(tags)
    table, bodies, seen = [struct.pack(">I", len(tags))], [], {}
    for tag, body in tags.items():
        if body not in seen:
            padded = body + b"\0" * (-len(body) % 4)
            seen[body] = place
            bodies.append(padded)
            place += len(padded)
        table.append(tag + struct.pack(">II", seen[body], len(body)))
    header = struct.pack(
        ">I4sI4s4s4s6H4s4sI4s4sQI3i4s44x",
        place, b"\0\0\0\0", 0x04200000, b"mntr", b"RGB ", b"XYZ ",
        2026, 1, 1, 0, 0, 0,
        b"acsp", b"\0\0\0\0", 0, b"\0\0\0\0", b"\0\0\0\0", 0, 0,
        *(_fixed(part) for part in (0.9642, 1.0, 0.8249)),
        b"\0\0\0\0",
    )  # fmt: skip
    return header + b"".join(table) + b"".join(bodies)


def _fixed(value: float) -> int:
    return round(value * 65536)


def _triple(*values: float) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *map(_fixed, values))


def _matrix(values: tuple[float, ...]) -> bytes:
    return b"sf32\0\0\0\0" + struct.pack(">9i", *map(_fixed, values))


def _words(text: str) -> bytes:
    raw = text.encode("utf-16-be")
    return b"mluc\0\0\0\0" + struct.pack(">II2s2sII", 1, 12, b"en", b"US", len(raw), 28) + raw


# Source: IEC 61966-2-1, as ICC.1 writes it (parametric curve, function type 3).
_SRGB_CURVE: Final = (
    b"para\0\0\0\0"
    + struct.pack(">HH", 3, 0)
    + struct.pack(">5i", *map(_fixed, (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)))
)
