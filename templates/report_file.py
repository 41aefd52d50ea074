"""The PDF of a verification report: any number of pages, its content as data, room for one seal.

The report's content in JSON is the first object, as it is, so that a reader needs no PDF library
to compare it; it is also attached. One revision, one seal, which covers every byte but its own.

Source: ISO 32000-1, 7.5, 7.11, 12.8.1.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Final

from templates.drawing import MM, Box, Drawing, Point, number, numbers
from templates.embedded_font import EmbeddedFont, font_bodies
from templates.glyphs import FACE_NAME
from templates.pdf_objects import Numbering, compress_once, indirect, stream, text_string
from templates.pictures import Picture
from templates.signature_object import RANGE_BYTES, byte_range, signature_head
from templates.unsealed_page import UnsealedPage

FONT: Final = "F"
_HEADER: Final = b"%PDF-1.7\n%\xe9\xaa\x8c\xe7\x9c\x9f\n"
_TAG: Final = "YZREPT"
_ATTACHED: Final = "report.json"
_SHANGHAI: Final = timezone(timedelta(hours=8))


class ReportFile:
    """Gathers the pages of a report and ends as a file with a hole for its seal.

    Args:
        mark: the comment line that says what the file is, without its line feed.
        content: the report as JSON.
        font: of all pages.
    """

    def __init__(self, mark: bytes, content: bytes, font: EmbeddedFont) -> None:
        self._data = bytearray(_HEADER + mark + b"\n")
        self._places: dict[int, int] = {}
        self._numbering = Numbering()
        self._font = font
        self._attachment = self._add(
            stream("/Type/EmbeddedFile/Subtype/application#2Fjson", content)
        )
        self._pages, self._font_key, self._widget, self._signature = (
            self._numbering.take() for _ in range(4)
        )
        self._kids: list[int] = []

    def add_picture(self, picture: Picture) -> int:
        """Write a picture; return its number."""
        return self._add(picture.body)

    def add_drawing(self, drawing: Drawing) -> int:
        """Write a drawing without parts; return its number."""
        entries = (
            f"/Type/XObject/Subtype/Form/BBox[{numbers(*drawing.box)}]/Resources<<>>"
            f"/Filter/FlateDecode"
        )
        return self._add(stream(entries, drawing.content))

    def add_page(
        self, size_mm: Point, content: str, drawn: Mapping[str, int], *, sealed: bool
    ) -> None:
        """Write a page.

        Args:
            content: its operators, in points.
            drawn: numbers of pictures and drawings, by the names of their resources.
            sealed: the seal is seen on it.
        """
        width, height = (number(side * MM) for side in size_mm)
        pictures = "".join(f"/{name} {key} 0 R" for name, key in drawn.items())
        body = self._add(stream("/Filter/FlateDecode", compress_once(content.encode("ascii"))))
        page = self._add(
            f"<</Type/Page/Parent {self._pages} 0 R/MediaBox[0 0 {width} {height}]"
            f"/Contents {body} 0 R/Resources<</Font<</{FONT} {self._font_key} 0 R>>"
            f"/XObject<<{pictures}>>>>" + (f"/Annots[{self._widget} 0 R]" if sealed else "") + ">>"
        )
        self._kids.append(page)

    def finish(
        self,
        *,
        title: str,
        signer_name: str,
        contents_bytes: int,
        picture: Drawing,
        place: Box,
        sealed_at: datetime,
    ) -> UnsealedPage:
        """Return the file, to be filled with the seal.

        Args:
            title: of the document.
            signer_name: whom the seal names.
            contents_bytes: the longest the seal may be.
            picture: what is seen of it.
            place: where, on the page added as sealed.
            sealed_at: the time of sealing that it claims.
        """
        self._write_font()
        kids = " ".join(f"{page} 0 R" for page in self._kids)
        self._write(
            self._pages, f"<</Type/Pages/Count {len(self._kids)}/Kids[{kids}]>>".encode("ascii")
        )
        self._write(self._widget, self._widget_body(signer_name, picture, place))
        catalog = self._add(self._catalog_body())
        when = f"{sealed_at.astimezone(_SHANGHAI):D:%Y%m%d%H%M%S}+08'00'"
        information = self._add(
            f"<</Title {text_string(title)}/Producer(Yanzhen)/CreationDate({when})>>"
        )
        return self._with_hole(
            catalog, information, signature_head(self._signature, signer_name, sealed_at),
            2 * contents_bytes + 2,
        )  # fmt: skip

    def _with_hole(self, catalog: int, information: int, head: bytes, hole: int) -> UnsealedPage:
        self._places[self._signature] = len(self._data)
        fixed = bytes(self._data)
        start = len(fixed) + len(head) + RANGE_BYTES + len(b"/Contents")
        close = b">>\nendobj\n"
        table_at = start + hole + len(close)
        tail = close + self._table(catalog, information, fixed, table_at)
        covered = byte_range(start, start + hole, len(tail))
        own = b"".join([head, covered, b"/Contents"])
        return UnsealedPage(fixed, hashlib.sha256(fixed), own, hole, tail)

    def _table(self, catalog: int, information: int, fixed: bytes, at: int) -> bytes:
        count = self._numbering.next
        rows = b"".join(b"%010d 00000 n \n" % self._places[key] for key in range(1, count))
        file_id = hashlib.sha256(fixed).hexdigest()[:32].encode("ascii")
        return (
            b"xref\n0 %d\n0000000000 65535 f \n%b" % (count, rows)
            + b"trailer\n<</Size %d/Root %d 0 R/Info %d 0 R/ID[<%b><%b>]>>\n"
            % (count, catalog, information, file_id, file_id)
            + b"startxref\n%d\n%%%%EOF\n" % at
        )

    def _catalog_body(self) -> str:
        name = f"({_ATTACHED})"
        specification = self._add(
            f"<</Type/Filespec/F{name}/UF{name}/AFRelationship/Data"
            f"/EF<</F {self._attachment} 0 R>>>>"
        )
        return (
            f"<</Type/Catalog/Pages {self._pages} 0 R/Lang(zh-CN)"
            "/ViewerPreferences<</DisplayDocTitle true>>"
            f"/AF[{specification} 0 R]"
            f"/Names<</EmbeddedFiles<</Names[{name}{specification} 0 R]>>>>"
            f"/AcroForm<</SigFlags 3/Fields[{self._widget} 0 R]>>"
            f"/Perms<</DocMDP {self._signature} 0 R>>>>"
        )

    def _widget_body(self, signer_name: str, picture: Drawing, place: Box) -> bytes:
        box = numbers(*(side * MM for side in (place.left, place.bottom, place.right, place.top)))
        return (
            f"<</Type/Annot/Subtype/Widget/FT/Sig/T(Seal)/V {self._signature} 0 R/Rect[{box}]"
            f"/AP<</N {self.add_drawing(picture)} 0 R>>/F 132/P {self._kids[-1]} 0 R"
            f"/TU {text_string(signer_name)}>>"
        ).encode("ascii")

    def _write_font(self) -> None:
        descendant, descriptor, file, table = (self._numbering.take() for _ in range(4))
        below = (descendant, descriptor, file, table)
        *dictionaries, program, characters = font_bodies(
            self._font.objects(), f"{_TAG}+{FACE_NAME}", below
        )
        for key, body in zip((self._font_key, descendant, descriptor), dictionaries, strict=True):
            self._write(key, str(body).encode("ascii"))
        self._write(file, program)
        self._write(table, characters)

    def _add(self, body: bytes | str) -> int:
        key = self._numbering.take()
        self._write(key, body.encode("ascii") if isinstance(body, str) else body)
        return key

    def _write(self, key: int, body: bytes) -> None:
        self._places[key] = len(self._data)
        self._data += indirect(key, body)
