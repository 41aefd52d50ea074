"""Genuine certificates written anew without their seal, as programs print them, changed or not."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import pikepdf

from tests.verifier.seals.attack_files import FORGED
from tests.verifier.seals.shadow_files import Change

HIDING = b"\nq 1 1 1 rg 170 527 60 18 re f Q\n"


def unsealed(pdf: bytes, change: Change) -> bytes:
    """The file changed and written anew without its seal, as programs print it."""
    with pikepdf.open(BytesIO(pdf)) as document:
        document.pages[0].Annots = pikepdf.Array([])
        for entry in ("/AcroForm", "/Perms", "/StructTreeRoot"):
            del document.Root[entry]
        change(document)
        output = BytesIO()
        document.save(output, deterministic_id=True)
        return output.getvalue()


def open_with_script(document: pikepdf.Pdf) -> None:
    """Have a script run when the file is opened."""
    document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert('x')")


def put_in_layer(document: pikepdf.Pdf) -> None:
    """Forge the name in a layer that shows in print only."""
    group = document.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.OCG,
            Name="x",
            Usage=pikepdf.Dictionary(
                View=pikepdf.Dictionary(ViewState=pikepdf.Name.OFF),
                Print=pikepdf.Dictionary(PrintState=pikepdf.Name.ON),
            ),
        )
    )
    groups = pikepdf.Array([group])
    usage = [
        pikepdf.Dictionary(
            Event=pikepdf.Name(f"/{event}"),
            OCGs=groups,
            Category=pikepdf.Array([pikepdf.Name(f"/{event}")]),
        )
        for event in ("View", "Print")
    ]
    document.Root.OCProperties = pikepdf.Dictionary(
        OCGs=groups, D=pikepdf.Dictionary(AS=pikepdf.Array(usage), Order=groups)
    )
    page = document.pages[0]
    page.Resources.Properties = pikepdf.Dictionary(L=group)
    page.contents_add(b"/OC /L BDC" + FORGED + b"EMC")


def swap_record(document: pikepdf.Pdf) -> None:
    """Put another record in the place of the attached one."""
    document.attachments["record.cose"] = pikepdf.AttachedFileSpec(
        document, b"another record", filename="record.cose"
    )


def attach_program(document: pikepdf.Pdf) -> None:
    """Attach a file that certificates do not carry."""
    document.attachments["run.exe"] = pikepdf.AttachedFileSpec(document, b"MZ", filename="run.exe")


def print_over(document: pikepdf.Pdf) -> None:
    """Draw over the name."""
    document.pages[0].contents_add(FORGED)


def put_other_seal(document: pikepdf.Pdf) -> None:
    """Draw a red ring with a bar across it where the seal was."""
    ring = b"q 0.85 0.1 0.1 RG 0.85 0.1 0.1 rg 4 w 396 159 80 80 re S 400 194 72 10 re f Q\n"
    document.pages[0].contents_add(ring)


def wipe_name(document: pikepdf.Pdf) -> None:
    """Paint the name over in white."""
    document.pages[0].contents_add(HIDING)


def with_object_twice(pdf: bytes) -> bytes:
    """The file with one of its objects written a second time, where its table does not lead."""
    number = re.search(rb"\n(\d+) 0 obj", pdf)
    assert number is not None
    end = pdf.rindex(b"startxref")
    return pdf[:end] + b"%b 0 obj\n<<>>\nendobj\n" % number[1] + pdf[end:]


def saved_anew(pdf: bytes) -> bytes:
    """The file as an editor saves it, what is left of the seal included."""
    return changed(pdf, lambda _: None)


def changed(pdf: bytes, change: Change) -> bytes:
    """The file changed and saved as an editor saves it."""
    with pikepdf.open(BytesIO(pdf)) as document:
        change(document)
        output = BytesIO()
        document.save(output, deterministic_id=True)
        return output.getvalue()


def as_file(pdf: bytes) -> BytesIO:
    """The file to be opened."""
    return BytesIO(pdf)


def portrait_of(document: pikepdf.Pdf) -> Any:
    """The holder's portrait: the picture of the page that is no square."""
    return document.pages[0].Resources.XObject[_portrait_name(document)]


def put_portrait(document: pikepdf.Pdf, portrait: Any) -> None:
    """Put another portrait in the place of the holder's."""
    document.pages[0].Resources.XObject[_portrait_name(document)] = portrait


def _portrait_name(document: pikepdf.Pdf) -> str:
    pictures = document.pages[0].Resources.XObject
    (name,) = (
        name
        for name, one in pictures.items()
        if one.Subtype == pikepdf.Name.Image and one.Width != one.Height
    )
    return str(name)
