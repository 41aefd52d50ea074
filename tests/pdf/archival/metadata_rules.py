"""Rules about the XMP packet and the document information dictionary."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone
from typing import Final
from xml.etree import ElementTree as Xml

from pikepdf import Dictionary, Name

from tests.pdf.archival.archive import Archive, ToldElsewhere, rule

RDF: Final = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
DC: Final = "{http://purl.org/dc/elements/1.1/}"
XMP: Final = "{http://ns.adobe.com/xap/1.0/}"
PDF: Final = "{http://ns.adobe.com/pdf/1.3/}"
PDFAID: Final = "{http://www.aiim.org/pdfa/ns/id/}"
PDFUAID: Final = "{http://www.aiim.org/pdfua/ns/id/}"
EXTENSION: Final = "{http://www.aiim.org/pdfa/ns/extension/}"
SCHEMA: Final = "{http://www.aiim.org/pdfa/ns/schema#}"
PROPERTY: Final = "{http://www.aiim.org/pdfa/ns/property#}"
LANGUAGE_OF_XML: Final = "{http://www.w3.org/XML/1998/namespace}lang"

_BEGINS: Final = b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>'
# The schemas PDF/A-3 knows (XMP 2005 and its own); any other must be described in the packet.
_PREDEFINED: Final = frozenset(
    {
        *(DC, XMP, PDF, PDFAID, EXTENSION, RDF),
        "{http://ns.adobe.com/xap/1.0/mm/}",
        "{http://ns.adobe.com/xap/1.0/t/pg/}",
        "{http://ns.adobe.com/xap/1.0/rights/}",
        "{http://www.w3.org/XML/1998/namespace}",
    }
)
_PDF_DATE: Final = re.compile(
    r"D:(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:Z|([+-])(\d\d)'(\d\d)'?)", re.ASCII
)


def packet(archive: Archive) -> bytes:
    """Return the XMP packet as it stands in the file."""
    if "/Metadata" not in archive.root:
        raise ToldElsewhere
    return bytes(archive.root["/Metadata"].read_bytes())


def properties(archive: Archive) -> Mapping[str, Xml.Element | str]:
    """Return the packet's properties by qualified name: elements, or texts of attributes."""
    found: dict[str, Xml.Element | str] = {}
    try:
        tree = Xml.fromstring(packet(archive))  # noqa: S314 our own file
    except Xml.ParseError as fault:
        raise ToldElsewhere from fault
    for description in tree.iter(f"{RDF}RDF"):
        for about in description.findall(f"{RDF}Description"):
            found.update({name: text for name, text in about.items() if name != f"{RDF}about"})
            found.update({element.tag: element for element in about})
    return found


def plain_text(value: Xml.Element | str | None) -> str | None:
    """Return a property's text: of itself, or of the first item of its list."""
    if value is None or isinstance(value, str):
        return value
    items = list(value.iter(f"{RDF}li"))
    return (items[0].text if items else value.text) or ""


@rule("6.6.2.1")
def metadata_stream_is_plain(archive: Archive) -> Iterator[str]:
    """The catalog's Metadata is a stream of Type Metadata and Subtype XML without a filter."""
    stream = archive.root.get("/Metadata")
    if stream is None:
        yield "the catalog has no Metadata"
        return
    if stream.get("/Type") != Name.Metadata or stream.get("/Subtype") != Name.XML:
        yield "Type or Subtype is wrong"
    if "/Filter" in stream:
        yield "the packet is compressed: it cannot be found by scanning the file"


@rule("6.6.2.1; XMP 1, 7.3.2")
def packet_is_wrapped(archive: Archive) -> Iterator[str]:
    """The packet's header has no bytes or encoding attribute; the trailer closes it; UTF-8."""
    text = packet(archive)
    if not text.startswith(_BEGINS):
        yield f"packet begins {text[:60]!r}"
    if not re.search(rb'<\?xpacket end=["\'][rw]["\']\?>\s*\Z', text):
        yield f"packet ends {text[-30:]!r}"
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        yield "the packet is no UTF-8"


@rule("6.6.2.1")
def packet_is_well_formed(archive: Archive) -> Iterator[str]:
    """The packet is XML with exactly one RDF."""
    try:
        tree = Xml.fromstring(packet(archive))  # noqa: S314 our own file
    except Xml.ParseError as fault:
        yield str(fault)
        return
    if len(list(tree.iter(f"{RDF}RDF"))) != 1:
        yield "not exactly one rdf:RDF"


@rule("6.6.4")
def conformance_is_claimed(archive: Archive) -> Iterator[str]:
    """pdfaid:part is 3 and pdfaid:conformance A or U."""
    found = properties(archive)
    part, level = (plain_text(found.get(f"{PDFAID}{name}")) for name in ("part", "conformance"))
    if part != "3" or level not in {"A", "U"}:
        yield f"part {part}, conformance {level}"


@rule("ISO 14289-1, 5")
def accessibility_is_claimed(archive: Archive) -> Iterator[str]:
    """pdfuaid:part is 1."""
    part = plain_text(properties(archive).get(f"{PDFUAID}part"))
    if part != "1":
        yield f"part {part}"


@rule("6.6.2.3")
def extensions_are_described(archive: Archive) -> Iterator[str]:
    """Every property outside the known schemas is described in pdfaExtension:schemas."""
    found = properties(archive)
    described: set[str] = set()
    schemas = found.get(f"{EXTENSION}schemas")
    for item in schemas.iter(f"{RDF}li") if isinstance(schemas, Xml.Element) else ():
        space = item.findtext(f"{SCHEMA}namespaceURI")
        if space is not None:
            described.update(f"{{{space}}}{name.text}" for name in item.iter(f"{PROPERTY}name"))
    for name in found:
        if name.rpartition("}")[0] + "}" not in _PREDEFINED and name not in described:
            yield f"{name} is described nowhere"


@rule("ISO 14289-1, 7.1")
def title_is_told(archive: Archive) -> Iterator[str]:
    """dc:title has a text for x-default."""
    title = properties(archive).get(f"{DC}title")
    items = list(title.iter(f"{RDF}li")) if isinstance(title, Xml.Element) else []
    if not any(item.get(LANGUAGE_OF_XML) == "x-default" and item.text for item in items):
        yield "dc:title has no text for x-default"


@rule("ours: the packet tells the language too")
def language_is_told(archive: Archive) -> Iterator[str]:
    """dc:language is a list with the catalog's language in it."""
    languages = properties(archive).get(f"{DC}language")
    items = list(languages.iter(f"{RDF}li")) if isinstance(languages, Xml.Element) else []
    if str(archive.root.get("/Lang", "")) not in {item.text for item in items}:
        yield "dc:language does not name the catalog's Lang"


@rule("ours, stricter than 6.1.5: the information dictionary says what the packet says")
def information_agrees(archive: Archive) -> Iterator[str]:
    """Each entry of the information dictionary is there in the packet, with the same value."""
    information = archive.pdf.trailer.get("/Info", Dictionary())
    found = properties(archive)
    pairs = {
        "/Title": f"{DC}title",
        "/Author": f"{DC}creator",
        "/Subject": f"{DC}description",
        "/Keywords": f"{PDF}Keywords",
        "/Creator": f"{XMP}CreatorTool",
        "/Producer": f"{PDF}Producer",
    }
    for key, name in pairs.items():
        told, text = information.get(key), plain_text(found.get(name))
        if told is not None and str(told) != text:
            yield f"{key} is {str(told)!r}, the packet has {text!r}"
    for key, name in {"/CreationDate": "CreateDate", "/ModDate": "ModifyDate"}.items():
        told, text = information.get(key), plain_text(found.get(f"{XMP}{name}"))
        if told is not None and moment(str(told)) != datetime.fromisoformat(text or ""):
            yield f"{key} is {str(told)!r}, the packet has {text!r}"


def moment(text: str) -> datetime:
    """Read a PDF date with a zone (ISO 32000-1, 7.9.4).

    Raises:
        ValueError: it is none.
    """
    found = _PDF_DATE.fullmatch(text)
    if found is None:
        raise ValueError(f"no full PDF date: {text!r}")
    year, month, day, hour, minute, second = (int(part) for part in found.groups()[:6])
    sign, hours, minutes = found.groups()[6:]
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    zone = timezone(-offset if sign == "-" else offset)
    return datetime(year, month, day, hour, minute, second, tzinfo=zone)


RULES: Final = (
    metadata_stream_is_plain,
    packet_is_wrapped,
    packet_is_well_formed,
    conformance_is_claimed,
    accessibility_is_claimed,
    extensions_are_described,
    title_is_told,
    language_is_told,
    information_agrees,
)
