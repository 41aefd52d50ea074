"""Files sealed anew by the trusted body: what shadow attacks hide before sealing, and show later.

Source: Mainka et al., "Shadow Attacks", NDSS 2021.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pikepdf

from tests.verifier.seals.attack_files import FORGED, NAME_BOX, Writer, generic, text

Sign = Callable[[bytes], bytes]
Change = Callable[[pikepdf.Pdf], None]

_PLACES = (1_000_000_001, 1_000_000_002, 1_000_000_003)


def sealed_anew(pdf: bytes, sign: Sign, reserve: int, change: Change, *, level: int = 1) -> bytes:
    """The file changed and sealed, in one revision, by a signer that is trusted."""
    with pikepdf.open(BytesIO(pdf)) as document:
        (field,) = document.Root.AcroForm.Fields
        del field["/V"]
        signature = document.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Sig,
                Filter=pikepdf.Name("/Adobe.PPKLite"),
                SubFilter=pikepdf.Name("/ETSI.CAdES.detached"),
                M="D:20261123100000+08'00'",
                ByteRange=pikepdf.Array([0, *_PLACES]),
                Contents=pikepdf.String(b"\xff" * reserve),
                Reference=pikepdf.Array(
                    [
                        pikepdf.Dictionary(
                            Type=pikepdf.Name.SigRef,
                            TransformMethod=pikepdf.Name.DocMDP,
                            TransformParams=pikepdf.Dictionary(
                                Type=pikepdf.Name.TransformParams, P=level, V=pikepdf.Name("/1.2")
                            ),
                        )
                    ]
                ),
            )
        )
        field["/V"] = signature
        document.Root.Perms = pikepdf.Dictionary(DocMDP=signature)
        change(document)
        output = BytesIO()
        mode = pikepdf.ObjectStreamMode.disable
        document.save(output, object_stream_mode=mode, deterministic_id=True)
    return _patched(output.getvalue(), sign, reserve)


def _patched(pdf: bytes, sign: Sign, reserve: int) -> bytes:
    hole = b"<" + b"ff" * reserve + b">"
    start = pdf.index(hole)
    end = start + len(hole)
    for mark, place in zip(_PLACES, (start, end, len(pdf) - end), strict=True):
        pdf = pdf.replace(b"%d" % mark, b"%010d" % place)
    cms = sign(hashlib.sha256(pdf[:start] + pdf[end:]).digest())
    return pdf[:start] + b"<" + cms.hex().encode().ljust(2 * reserve, b"0") + b">" + pdf[end:]


def nothing(document: pikepdf.Pdf) -> None:
    """Leave the document as it is."""
    assert len(document.pages) == 1


def forge_name(document: pikepdf.Pdf) -> None:
    """Draw over the name before sealing."""
    document.pages[0].contents_add(FORGED)


def hide_forgery(document: pikepdf.Pdf) -> None:
    """Shadow, hide: the forged strokes lie under a form that shows the genuine page until later."""
    page = document.pages[0]
    cover = document.make_stream(b"q Q")
    cover.Type, cover.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
    cover.BBox = pikepdf.Array(NAME_BOX)
    page.Resources.XObject["/Cover"] = cover
    page.contents_add(b"\n/Cover Do\n")


def add_shadow_field(document: pikepdf.Pdf) -> None:
    """Shadow, replace: an empty field of a form over the name, to be filled after sealing."""
    appearance = document.make_stream(b"")
    appearance.Type, appearance.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
    appearance.BBox = pikepdf.Array(NAME_BOX)
    field = document.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.Widget,
            FT=pikepdf.Name.Tx,
            T="name",
            V="",
            F=4,
            Rect=pikepdf.Array(NAME_BOX),
            AP=pikepdf.Dictionary(N=appearance),
        )
    )
    document.Root.AcroForm.Fields.append(field)
    document.pages[0].Annots.append(field)


def add_shadow_page(document: pikepdf.Pdf) -> None:
    """Shadow, hide and replace: a second page that no tree of pages names, until it does."""
    page = document.pages[0]
    hidden: Any = pikepdf.Dictionary(dict(page.obj))
    content = page.Contents.read_bytes() + FORGED
    hidden.Contents = document.make_stream(content)
    document.Root.Shadow = document.make_indirect(hidden)


def show_hidden_forgery(writer: Writer) -> None:
    """Fill the empty cover."""
    page = writer.root["/Pages"]["/Kids"][0]
    covers = page["/Resources"]["/XObject"]
    cover = covers["/Cover"]
    covers["/Cover"] = writer.add_object(
        generic.StreamObject(
            dict_data={key: cover.raw_get(key) for key in ("/Type", "/Subtype", "/BBox")},
            stream_data=FORGED,
        )
    )
    writer.update_container(covers)


def fill_shadow_field(writer: Writer) -> None:
    """Give the field a value and an appearance."""
    field = writer.root["/AcroForm"]["/Fields"][1]
    appearance = field["/AP"]["/N"]
    field["/AP"]["/N"] = writer.add_object(
        generic.StreamObject(
            dict_data={key: appearance.raw_get(key) for key in ("/Type", "/Subtype", "/BBox")},
            stream_data=FORGED,
        )
    )
    field["/V"] = text("forged")
    writer.update_container(field)


def show_shadow_page(writer: Writer) -> None:
    """Let the tree of pages name the hidden page."""
    pages = writer.root["/Pages"]
    pages["/Kids"] = generic.ArrayObject([writer.root.raw_get("/Shadow")])
    writer.update_container(pages)
