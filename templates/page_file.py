"""One certificate as a PDF file, ready for its seal.

Of a page of one kind (layout, body, seal) most objects never change: they are written once, with
the places they take, and stand at the beginning of every file. The objects of one certificate
follow, the signature last. The file is written in one revision; the seal covers every byte of it
but the seal's own.

Source: ISO 32000-1, 7.5, 12.7.4.5, 12.8.1; ETSI EN 319 142-1, 5 (PAdES); ISO 19005-3, 6.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum
from typing import Final

from templates.archival import (
    Attachment,
    embedded_file,
    file_specification,
    information,
    metadata,
    output_intent,
    profile_stream,
)
from templates.drawing import MM, Drawing, number, numbers
from templates.embedded_font import FontObjects, font_bodies
from templates.glyphs import FACE_NAME
from templates.page_drawing import PHOTO, SYMBOL
from templates.page_plan import FIXED_FONT, OWN_FONT, PagePlan
from templates.pdf_objects import (
    ROW_BYTES,
    Numbering,
    compress,
    compress_once,
    cross_reference,
    indirect,
    object_stream,
    packed_row,
    placed_row,
    stream,
    text_string,
)
from templates.pictures import Picture
from templates.signature_object import RANGE_BYTES, byte_range, signature_head
from templates.structure import PAGE_KEY, WIDGET_KEY
from templates.unsealed_page import UnsealedPage

_HEADER: Final = b"%PDF-1.7\n%\xe9\xaa\x8c\xe7\x9c\x9f\n"
_FIELD_NAME: Final = "Seal"
_FIXED_TAG: Final = "YZFIXD"


class Own(IntEnum):
    """The objects of one certificate, by number; those of its kind are numbered after them."""

    CONTENT = 1
    FONT = 2
    DESCENDANT = 3
    DESCRIPTOR = 4
    FONT_FILE = 5
    TO_UNICODE = 6
    PHOTO = 7
    SYMBOL = 8
    METADATA = 9
    INFORMATION = 10
    FIRST_FILE = 11


@dataclass(frozen=True, slots=True, kw_only=True)
class SealSpace:
    """The room kept for a seal, the same on every page of a batch.

    Args:
        contents_bytes: how long the seal may be.
        signer_name: whom the seal names.
        picture: what is seen of the seal; None for an invisible one.
        certificates: DER certificates kept in the file so that it can be validated by itself.
        crls: DER revocation lists kept likewise.
        ocsps: DER OCSP responses kept likewise.
    """

    contents_bytes: int
    signer_name: str
    picture: Drawing | None
    certificates: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PageParts:
    """What one certificate adds to its kind.

    Args:
        content: operators of the page.
        font: the font of the holder's own text.
        font_tag: six capitals that name the font's subset.
        photo: the holder's photo.
        symbol: the QR symbol.
        day: the date of issue.
        file_id: 16 bytes that belong to this record alone.
        attachments: files that travel inside, as many as the kind has.
        sealed_at: the time of sealing that the seal claims; None on a page without a seal.
    """

    content: bytes
    font: FontObjects
    font_tag: str
    photo: Picture
    symbol: Picture
    day: date
    file_id: bytes
    attachments: Sequence[Attachment]
    sealed_at: datetime | None


class PageKind:
    """Writes the files of one kind of page.

    Args:
        plan: the fixed part of the page.
        fixed: the font of the fixed words, finished.
        language: of the document.
        title: of the document.
        artwork: form XObjects by name, all that the pages draw.
        seal: the room for the seal; None for pages without one.
        attachments: the names and kinds of the files that travel inside; contents do not matter.
    """

    def __init__(
        self,
        plan: PagePlan,
        fixed: FontObjects,
        *,
        language: str,
        title: str,
        artwork: Mapping[str, Drawing],
        seal: SealSpace | None,
        attachments: Sequence[Attachment],
    ) -> None:
        self._language = language
        self._title = title
        self._seal = seal
        self._numbering = Numbering(Own.FIRST_FILE)
        self._file_numbers = tuple(self._numbering.take() for _ in attachments)
        self._signature = self._numbering.take() if seal else 0
        self._packed: dict[int, str] = {}
        self._streams: dict[int, bytes] = {}
        self._write_fixed(plan, fixed, artwork, attachments)
        self._prefix, self._rows = self._lay_out()
        self._started = hashlib.sha256(self._prefix)

    def assemble(self, parts: PageParts) -> UnsealedPage:
        """Return the file of one certificate; equal parts give equal bytes."""
        rows, chunks, place = [], [], len(self._prefix)
        for key, body in self._own_bodies(parts).items():
            chunk = indirect(key, body)
            rows.append(placed_row(place))
            place += len(chunk)
            chunks.append(chunk)
        if self._seal is None:
            tail = self._tail(rows, place, parts.file_id)
            return UnsealedPage(self._prefix, self._started, b"".join(chunks), 0, tail)
        hole = 2 * self._seal.contents_bytes + 2
        rows.append(placed_row(place))
        head = signature_head(self._signature, self._seal.signer_name, parts.sealed_at)
        start = place + len(head) + RANGE_BYTES + len(b"/Contents")
        close = b">>\nendobj\n"
        tail = close + self._tail(rows, start + hole + len(close), parts.file_id)
        covered = byte_range(start, start + hole, len(tail))
        own = b"".join([*chunks, head, covered, b"/Contents"])
        return UnsealedPage(self._prefix, self._started, own, hole, tail)

    def _tail(self, rows: Sequence[bytes], at: int, file_id: bytes) -> bytes:
        """Return the table of places, which begins at a byte of the file, and the end."""
        twice = f"<{file_id.hex()}>" * 2
        entries = f"/Root {self._catalog} 0 R/Info {Own.INFORMATION} 0 R/ID[{twice}]"
        table = b"".join([*rows, self._rows, placed_row(at)])
        body = cross_reference(entries, table)
        key = len(table) // ROW_BYTES
        return indirect(key, body) + b"startxref\n%d\n%%%%EOF\n" % at

    def _own_bodies(self, parts: PageParts) -> dict[int, bytes]:
        *dictionaries, font_file, table = font_bodies(
            parts.font,
            f"{parts.font_tag}+{FACE_NAME}",
            (Own.DESCENDANT, Own.DESCRIPTOR, Own.FONT_FILE, Own.TO_UNICODE),
        )
        font, descendant, descriptor = (body.encode("ascii") for body in dictionaries)
        bodies: dict[int, bytes] = {
            Own.CONTENT: stream("/Filter/FlateDecode", compress(parts.content)),
            Own.FONT: font,
            Own.DESCENDANT: descendant,
            Own.DESCRIPTOR: descriptor,
            Own.FONT_FILE: font_file,
            Own.TO_UNICODE: table,
            Own.PHOTO: parts.photo.body,
            Own.SYMBOL: parts.symbol.body,
            Own.METADATA: metadata(self._title, self._language, parts.day),
            Own.INFORMATION: information(self._title, parts.day),
        }
        for key, attachment in zip(self._file_numbers, parts.attachments, strict=True):
            bodies[key] = embedded_file(attachment, parts.day)
        return bodies

    def _add(self, body: bytes | str) -> int:
        """Keep an object of the kind, a stream as bytes; return its number."""
        key = self._numbering.take()
        if isinstance(body, str):
            self._packed[key] = body
        else:
            self._streams[key] = body
        return key

    def _lay_out(self) -> tuple[bytes, bytes]:
        """Return the beginning of every file, and the rows of the table of places for it."""
        container = self._numbering.take()
        self._streams[container] = object_stream(self._packed)
        rows = {key: packed_row(container, at) for at, key in enumerate(self._packed)}
        chunks, place = [_HEADER], len(_HEADER)
        for key, body in self._streams.items():
            chunk = indirect(key, body)
            rows[key] = placed_row(place)
            place += len(chunk)
            chunks.append(chunk)
        return b"".join(chunks), b"".join(rows[key] for key in sorted(rows))

    def _write_fixed(
        self,
        plan: PagePlan,
        fixed: FontObjects,
        artwork: Mapping[str, Drawing],
        attachments: Sequence[Attachment],
    ) -> None:
        fixed_font = self._add_font(fixed)
        forms = {name: self._numbering.take() for name in artwork}
        self._streams |= {
            forms[name]: _form(drawing, {part: forms[part] for part in drawing.parts})
            for name, drawing in artwork.items()
        }
        specifications = [
            self._add(file_specification(attachment, key))
            for attachment, key in zip(attachments, self._file_numbers, strict=True)
        ]
        profile = self._add(profile_stream())
        page, pages = self._numbering.take(), self._numbering.take()
        widget = 0
        if self._seal is not None and plan.seal_node is not None:
            widget = self._add(_widget(self._seal, self._signature, plan, page, self._add))
            plan.seal_node.widget = widget
        root, elements = plan.tags.objects(self._numbering, page=page, widget=widget)
        self._packed |= {root + at: body for at, body in enumerate(elements)}
        self._packed[page] = _page(plan, pages, fixed_font, forms, widget)
        self._packed[pages] = f"<</Type/Pages/Count 1/Kids[{page} 0 R]>>"
        security = self._add_security_store()
        self._catalog = self._add(
            f"<</Type/Catalog/Version/1.7/Pages {pages} 0 R/Lang({self._language})"
            f"/MarkInfo<</Marked true>>/StructTreeRoot {root} 0 R"
            f"/ViewerPreferences<</DisplayDocTitle true>>/Metadata {Own.METADATA} 0 R"
            f"/OutputIntents[{output_intent(profile)}]"
            f"{_attached(attachments, specifications)}"
            + (f"/AcroForm<</SigFlags 3/Fields[{widget} 0 R]>>" if widget else "")
            + (f"/Perms<</DocMDP {self._signature} 0 R>>" if widget else "")
            + (f"/DSS {security} 0 R" if security else "")
            + ">>"
        )

    def _add_font(self, font: FontObjects) -> int:
        root, descendant, descriptor, file, table = (self._numbering.take() for _ in range(5))
        below = (descendant, descriptor, file, table)
        bodies = font_bodies(font, f"{_FIXED_TAG}+{FACE_NAME}", below)
        self._packed |= dict(zip((root, descendant, descriptor), bodies[:3], strict=True))
        self._streams |= dict(zip((file, table), bodies[3:], strict=True))
        return root

    def _add_security_store(self) -> int:
        """Keep what validates the seal without any network (DSS); 0 where there is nothing."""
        if self._seal is None:
            return 0
        entries = ""
        for name, items in (
            ("Certs", self._seal.certificates),
            ("CRLs", self._seal.crls),
            ("OCSPs", self._seal.ocsps),
        ):
            keys = [self._add(stream("/Filter/FlateDecode", compress_once(item))) for item in items]
            if keys:
                entries += f"/{name}[{' '.join(f'{key} 0 R' for key in keys)}]"
        return self._add(f"<</Type/DSS{entries}>>") if entries else 0


def _form(drawing: Drawing, parts: Mapping[str, int]) -> bytes:
    """Return the body of a form XObject that draws further ones."""
    drawn = "".join(f"/{name} {key} 0 R" for name, key in parts.items())
    resources = f"<</XObject<<{drawn}>>>>" if drawn else "<<>>"
    entries = (
        f"/Type/XObject/Subtype/Form/BBox[{numbers(*drawing.box)}]/Resources{resources}"
        f"/Filter/FlateDecode"
    )
    return stream(entries, drawing.content)


def _page(
    plan: PagePlan, pages: int, fixed_font: int, forms: Mapping[str, int], widget: int
) -> str:
    width, height = (number(side * MM) for side in plan.layout.page_mm)
    drawings = "".join(f"/{name} {key} 0 R" for name, key in forms.items())
    return (
        f"<</Type/Page/Parent {pages} 0 R/MediaBox[0 0 {width} {height}]"
        f"/Contents {Own.CONTENT} 0 R/StructParents {PAGE_KEY}/Tabs/S"
        f"/Resources<</Font<</{FIXED_FONT} {fixed_font} 0 R/{OWN_FONT} {Own.FONT} 0 R>>"
        f"/XObject<</{PHOTO} {Own.PHOTO} 0 R/{SYMBOL} {Own.SYMBOL} 0 R{drawings}>>>>"
        + (f"/Annots[{widget} 0 R]" if widget else "")
        + ">>"
    )


def _widget(
    seal: SealSpace,
    signature: int,
    plan: PagePlan,
    page: int,
    add: Callable[[bytes | str], int],
) -> str:
    """Return the annotation that shows the seal and holds the signature."""
    place = plan.layout.seal
    box, appearance = "0 0 0 0", ""
    if seal.picture is not None and place.visible:
        half = place.diameter_mm / 2
        (x, y) = place.middle_mm
        box = numbers(*(v * MM for v in (x - half, y - half, x + half, y + half)))
        appearance = f"/AP<</N {add(_form(seal.picture, {}))} 0 R>>"
    return (
        f"<</Type/Annot/Subtype/Widget/FT/Sig/T({_FIELD_NAME})/V {signature} 0 R"
        f"/Rect[{box}]{appearance}/F 132/P {page} 0 R/StructParent {WIDGET_KEY}"
        f"/TU {text_string(seal.signer_name)}>>"
    )


def _attached(attachments: Sequence[Attachment], specifications: Sequence[int]) -> str:
    if not attachments:
        return ""
    pairs = sorted(zip((a.name for a in attachments), specifications, strict=True))
    names = "".join(f"({name}){key} 0 R" for name, key in pairs)
    files = " ".join(f"{key} 0 R" for key in specifications)
    return f"/AF[{files}]/Names<</EmbeddedFiles<</Names[{names}]>>>>"
