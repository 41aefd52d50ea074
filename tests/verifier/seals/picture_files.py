"""Image-only PDFs of a genuine page, as scanners write them, and what forgers lay on them."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pikepdf
import pypdfium2
from pikepdf import Array, Dictionary, Name, Stream, String
from PIL import Image

DPI = 200
NAME_PLACE = (168, 524, 330, 546)  # left, bottom, right, top, in points, of the holder's name
_DRAWN = b"1 1 1 rg 0 0 162 22 re f BT 0 g /H 14 Tf 2 5 Td (LI JIANGUO) Tj ET"

Lay = Callable[[pikepdf.Pdf], None]


def drawn(pdf: bytes) -> Image.Image:
    """The first page as a picture."""
    with pypdfium2.PdfDocument(pdf) as document:
        document.init_forms()
        picture: Image.Image = document[0].render(scale=DPI / 72).to_pil()
        return picture.convert("RGB")


def scanned(
    *pages: Image.Image, lay: Lay | None = None, dpi: int = DPI, quality: int = 92
) -> bytes:
    """A PDF of pictures alone, and what was laid on it."""
    output = BytesIO()
    first, *others = pages
    first.save(output, "PDF", resolution=dpi, save_all=True, append_images=others, quality=quality)
    return output.getvalue() if lay is None else laid(output.getvalue(), lay)


def laid(pdf: bytes, lay: Lay) -> bytes:
    """The file with something laid on it, written anew."""
    with pikepdf.open(BytesIO(pdf)) as document:
        lay(document)
        output = BytesIO()
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore", pikepdf.PageCopyWarning
            )  # fields without a form are meant
            document.save(output, deterministic_id=True)
        return output.getvalue()


def hide_from_pdfium(document: pikepdf.Pdf) -> None:
    """Cover the name where a rectangle with a name for a side is ignored, as poppler does.

    PDFium takes the name for nought, and clips all away.
    """
    page = document.pages[0]
    patch = Stream(document, bytes([200]) * 12, Type=Name.XObject, Subtype=Name.Image)
    patch.Width, patch.Height, patch.BitsPerComponent = 4, 3, 8
    patch.ColorSpace = Name.DeviceGray
    page.Resources.XObject.FX = patch
    left, bottom, right, top = NAME_PLACE
    place = b"%d 0 0 %d %d %d cm" % (right - left, top - bottom, left, bottom)
    page.contents_add(b"\nq /a 0 0 1 re W n " + place + b" /FX Do Q\n")


def add_annotation(document: pikepdf.Pdf, subtype: str, **entries: Any) -> pikepdf.Object:
    """Lay an annotation over the name, all that can be behind a reference."""
    made = Dictionary(
        Type=Name.Annot, Subtype=Name(f"/{subtype}"), Rect=Array(NAME_PLACE), F=4, **entries
    )
    made = document.make_indirect(made)
    page = document.pages[0].obj
    others = list(page.get("/Annots", []))
    page["/Annots"] = document.make_indirect(Array([*others, made]))
    return made


def _appearance(document: pikepdf.Pdf) -> pikepdf.Dictionary:
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    stream = Stream(
        document,
        _DRAWN,
        Type=Name.XObject,
        Subtype=Name.Form,
        BBox=Array([0, 0, 162, 22]),
        Resources=Dictionary(Font=Dictionary(H=font)),
    )
    return Dictionary(N=document.make_indirect(stream))


def free_text(document: pikepdf.Pdf) -> None:
    """A text that has no drawing of its own: some viewers draw it, some do not."""
    add_annotation(
        document, "FreeText", Contents=String("LI JIANGUO"), DA=String("/Helv 12 Tf 0 g")
    )


def print_only_stamp(document: pikepdf.Pdf) -> None:
    """A stamp that shows on paper and not on a screen."""
    add_annotation(document, "Stamp", AP=_appearance(document))["/F"] = 4 | 32


def form_field(document: pikepdf.Pdf) -> None:
    """A form's field that says another name."""
    field = _widget(document)
    document.Root.AcroForm = document.make_indirect(Dictionary(Fields=Array([field])))


def orphan_field(document: pikepdf.Pdf) -> None:
    """The same without a form that knows of it."""
    _widget(document)


def false_seal(document: pikepdf.Pdf) -> None:
    """A text that says of itself that it is a seal's."""
    add_annotation(document, "FreeText", Contents=String("LI JIANGUO"), FT=Name.Sig)


def empty_seals(document: pikepdf.Pdf) -> None:
    """More places of seals than are looked through, then the text."""
    for _ in range(205):
        add_annotation(document, "Widget", FT=Name.Sig)
    free_text(document)


def polygon(document: pikepdf.Pdf) -> None:
    """A white patch as a drawing of its own kind."""
    corners = Array([168, 524, 330, 524, 330, 546, 168, 546])
    add_annotation(document, "Polygon", Vertices=corners, IC=Array([1, 1, 1]))


def whole_link(document: pikepdf.Pdf) -> None:
    """A link over the page that starts a program."""
    add_annotation(document, "Link", A=Dictionary(S=Name.Launch, F=String("cmd.exe")))


def _widget(document: pikepdf.Pdf) -> pikepdf.Object:
    return add_annotation(
        document,
        "Widget",
        FT=Name.Tx,
        T=String("n"),
        V=String("LI JIANGUO"),
        AP=_appearance(document),
    )


def layer(document: pikepdf.Pdf) -> None:
    """Another name in a layer that is on only in print."""
    group = document.make_indirect(Dictionary(Type=Name.OCG, Name=String("x")))
    shown = Dictionary(OFF=Array([group]), Order=Array([group]))
    document.Root.OCProperties = Dictionary(OCGs=Array([group]), D=shown)


def script(document: pikepdf.Pdf) -> None:
    """A script whose list of names is behind a reference."""
    made = document.make_indirect(Dictionary(S=Name.JavaScript, JS=String("app.alert(1)")))
    listed = Dictionary(JavaScript=Dictionary(Names=Array([String("a"), made])))
    document.Root.Names = document.make_indirect(listed)


def program(document: pikepdf.Pdf) -> None:
    """A program, listed under the name of a file of ours."""
    held = document.make_indirect(Stream(document, b"MZ", Type=Name.EmbeddedFile))
    named = Dictionary(Type=Name.Filespec, F=String("验证.exe"), UF=String("验证.exe"))
    named["/EF"] = Dictionary(F=held)
    listed = Dictionary(Names=Array([String("proof.tlog"), document.make_indirect(named)]))
    document.Root.Names = document.make_indirect(Dictionary(EmbeddedFiles=listed))


def leaf_with_kids(document: pikepdf.Pdf) -> None:
    """The text, on a page that says it is a branch."""
    free_text(document)
    document.pages[0].obj["/Kids"] = Array([])


def deep_tree(document: pikepdf.Pdf) -> None:
    """The text, on a page deep in the tree of pages."""
    free_text(document)
    below = document.pages[0].obj
    for _ in range(8):
        above = document.make_indirect(Dictionary(Type=Name.Pages, Count=1, Kids=Array([below])))
        below["/Parent"] = above
        below = above
    document.Root.Pages["/Kids"] = Array([below])
    below["/Parent"] = document.Root.Pages


def endless_tree(document: pikepdf.Pdf) -> None:
    """A branch of the tree of pages that leads to itself."""
    pages = document.Root.Pages
    empty = document.make_indirect(Dictionary(Type=Name.Pages, Count=0))
    empty["/Kids"] = Array([empty])
    pages["/Kids"] = Array([*pages.Kids, empty])


def picture_and_pdf(shown: bytes, pdf: bytes, *, far: bool = False) -> bytes:
    """A JPEG to programs that go by its beginning, a PDF to those that look for its mark."""
    mark = b"%PDF-1.4\n"
    comment = (b" " * 3000 if far else b"") + mark
    size = (len(comment) + 2).to_bytes(2)
    head = shown[:2] + b"\xff\xfe" + size + comment + shown[2:] + b"\n"
    start = int(re.findall(rb"startxref\s+(\d+)", pdf)[-1])
    moved = len(head) - head.index(mark)
    table = re.sub(
        rb"(\d{10}) (\d{5}) n",
        lambda row: b"%010d %b n" % (int(row[1]) + moved, row[2]),
        pdf[start:],
    )
    return (
        head + pdf[:start] + re.sub(rb"startxref\s+\d+", b"startxref\n%d" % (start + moved), table)
    )
