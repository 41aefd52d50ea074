"""A PDF of many pages for a printer, written page by page: memory does not grow with their number.

It is no certificate: nothing in it is sealed or meant to be kept.

Source: ISO 32000-1, 7.5 (file structure).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import BinaryIO, Final

from templates.drawing import MM, Drawing, Point, number, numbers
from templates.embedded_font import EmbeddedFont, font_bodies
from templates.glyphs import FACE_NAME
from templates.pdf_objects import compress, indirect, stream

_HEADER: Final = b"%PDF-1.7\n%\xe9\xaa\x8c\xe7\x9c\x9f\n"
_PAGES: Final = 1
_CATALOG: Final = 2
_TAG: Final = "YZSTCK"


class PrintFile:
    """Writes a PDF as its pages come.

    Args:
        file: where it is written, from its beginning; stays open.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._place = 0
        self._places: dict[int, int] = {}
        self._next = _CATALOG + 1
        self._pages: list[int] = []
        self._write(_HEADER)

    def add_stream(self, body: bytes) -> int:
        """Write an object that pages use; return its number."""
        key = self._take()
        self._write_object(key, body)
        return key

    def add_form(self, drawing: Drawing) -> int:
        """Write a drawing without parts; return its number."""
        entries = (
            f"/Type/XObject/Subtype/Form/BBox[{numbers(*drawing.box)}]/Resources<<>>"
            f"/Filter/FlateDecode"
        )
        return self.add_stream(stream(entries, drawing.content))

    def add_page(
        self,
        size_mm: Point,
        content: str,
        *,
        fonts: Mapping[str, EmbeddedFont],
        drawn: Mapping[str, int],
    ) -> None:
        """Write a page.

        Args:
            size_mm: width and height of the sheet.
            content: its operators, in points.
            fonts: the fonts it uses, by the names of their resources.
            drawn: numbers of the pictures and drawings it uses, by the names of their resources.
        """
        width, height = (number(side * MM) for side in size_mm)
        written = "".join(f"/{name} {self._add_font(font)} 0 R" for name, font in fonts.items())
        pictures = "".join(f"/{name} {key} 0 R" for name, key in drawn.items())
        body = self.add_stream(stream("/Filter/FlateDecode", compress(content.encode("ascii"))))
        page = self.add_stream(
            f"<</Type/Page/Parent {_PAGES} 0 R/MediaBox[0 0 {width} {height}]/Contents {body} 0 R"
            f"/Resources<</Font<<{written}>>/XObject<<{pictures}>>>>>>".encode("ascii")
        )
        self._pages.append(page)

    def finish(self) -> None:
        """Write what stands at the end; nothing may be added after that."""
        kids = " ".join(f"{page} 0 R" for page in self._pages)
        pages = f"<</Type/Pages/Count {len(self._pages)}/Kids[{kids}]>>"
        # No viewer is to fit the page to the paper: its measures are what it is for.
        catalog = f"<</Type/Catalog/Pages {_PAGES} 0 R/ViewerPreferences<</PrintScaling/None>>>>"
        self._write_object(_PAGES, pages.encode("ascii"))
        self._write_object(_CATALOG, catalog.encode("ascii"))
        start = self._place
        self._write(b"xref\n0 %d\n0000000000 65535 f \n" % self._next)
        for key in range(1, self._next):
            self._write(b"%010d 00000 n \n" % self._places[key])
        self._write(
            b"trailer\n<</Size %d/Root %d 0 R>>\nstartxref\n%d\n%%%%EOF\n"
            % (self._next, _CATALOG, start)
        )

    def _add_font(self, font: EmbeddedFont) -> int:
        root, *below = (self._take() for _ in range(5))
        descendant, descriptor, file, table = below
        name, keys = f"{_TAG}+{FACE_NAME}", (descendant, descriptor, file, table)
        *dictionaries, program, characters = font_bodies(font.objects(), name, keys)
        for key, body in zip((root, descendant, descriptor), dictionaries, strict=True):
            self._write_object(key, str(body).encode("ascii"))
        self._write_object(file, program)
        self._write_object(table, characters)
        return root

    def _take(self) -> int:
        self._next += 1
        return self._next - 1

    def _write_object(self, key: int, body: bytes) -> None:
        self._places[key] = self._place
        self._write(indirect(key, body))

    def _write(self, data: bytes) -> None:
        self._file.write(data)
        self._place += len(data)
