"""Rules about annotations, form fields, the signature and what must not act."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from pikepdf import Dictionary, Name, Stream

from tests.pdf.archival.archive import Archive, rule

_PRINT: Final = 4
_UNSEEN: Final = 1 | 2 | 32 | 256  # Invisible, Hidden, NoView, ToggleNoView
_WORDS_OF_FORBIDDEN_ACTIONS: Final = (
    "/Launch /Sound /Movie /ResetForm /ImportData /Hide /SetOCGState /Rendition /Trans "
    "/GoTo3DView /JavaScript /set-state /no-op"
)
_FORBIDDEN_ACTIONS: Final = frozenset(_WORDS_OF_FORBIDDEN_ACTIONS.split())
_WORDS_OF_FORBIDDEN_ANNOTATIONS: Final = "/3D /Sound /Screen /Movie /RichMedia"
_FORBIDDEN_ANNOTATIONS: Final = frozenset(_WORDS_OF_FORBIDDEN_ANNOTATIONS.split())
_SUBFILTERS: Final = frozenset({"/ETSI.CAdES.detached", "/ETSI.RFC3161"})


@rule("6.5.1; 6.5.2; 6.4.1")
def nothing_acts(archive: Archive) -> Iterator[str]:
    """No forbidden action, no JavaScript, no trigger (AA) anywhere."""
    for thing in archive.objects:
        kind = str(thing.get("/S")) if "/S" in thing else ""
        if kind in _FORBIDDEN_ACTIONS:
            yield f"object {thing.objgen[0]}: action {kind}"
        if kind == "/Named" and str(thing.get("/N")) not in {
            *("/NextPage", "/PrevPage", "/FirstPage", "/LastPage"),
        }:
            yield f"object {thing.objgen[0]}: named action {thing.get('/N')}"
        if "/AA" in thing or "/JavaScript" in thing:
            yield f"object {thing.objgen[0]} has AA or JavaScript"
    for annotation in archive.annotations:
        if annotation.get("/Subtype") == Name.Widget and "/A" in annotation:
            yield "a widget has A"


@rule("6.3.1")
def annotations_are_of_allowed_kinds(archive: Archive) -> Iterator[str]:
    """No sound, film, 3D or screen."""
    for annotation in archive.annotations:
        if (
            str(annotation.get("/Subtype")) in _FORBIDDEN_ANNOTATIONS
            or "/Subtype" not in annotation
        ):
            yield f"{annotation.get('/Subtype')}"


@rule("6.3.2")
def annotations_are_printed(archive: Archive) -> Iterator[str]:
    """F has Print and none of Invisible, Hidden, NoView, ToggleNoView; CA, if any, is 1."""
    for annotation in archive.annotations:
        flags = int(annotation.get("/F", 0))
        if not flags & _PRINT or flags & _UNSEEN:
            yield f"{annotation.get('/Subtype')} has F {flags}"
        if float(annotation.get("/CA", 1)) != 1:
            yield f"{annotation.get('/Subtype')} has CA {annotation['/CA']}"


@rule("6.3.3")
def annotations_have_one_look(archive: Archive) -> Iterator[str]:
    """AP holds N alone, a form; a Rect without width and height needs none."""
    for annotation in archive.annotations:
        left, bottom, right, top = (float(value) for value in annotation["/Rect"])
        look = annotation.get("/AP")
        if look is None and left == right and bottom == top:
            continue
        if look is None or set(look.keys()) != {"/N"} or not isinstance(look["/N"], Stream):
            yield f"{annotation.get('/Subtype')}: AP {look!r}"
        elif look["/N"].get("/Subtype") != Name.Form or "/BBox" not in look["/N"]:
            yield f"{annotation.get('/Subtype')}: N is no form with BBox"


@rule("6.4.1; 6.4.2; ISO 32000-1, 12.7.2")
def form_is_plain(archive: Archive) -> Iterator[str]:
    """No XFA, no NeedAppearances true; every field is on the page and every widget a field."""
    form = archive.root.get("/AcroForm", Dictionary())
    if (
        "/XFA" in form
        or form.get("/NeedAppearances", False)
        or archive.root.get("/NeedsRendering", False)
    ):
        yield "AcroForm has XFA or NeedAppearances"
    fields = {field.objgen for field in form.get("/Fields", ())}
    widgets = {
        annotation.objgen
        for annotation in archive.annotations
        if annotation.get("/Subtype") == Name.Widget
    }
    if fields != widgets:
        yield f"fields {sorted(fields)}, widgets {sorted(widgets)}"


@rule("ISO 32000-1, 12.7.4.5; ours: at most one signature field")
def signature_field_is_whole(archive: Archive) -> Iterator[str]:
    """At most one field FT Sig, with T, P its page; SigFlags 3 once signed."""
    form = archive.root.get("/AcroForm", Dictionary())
    fields = [field for field in form.get("/Fields", ()) if field.get("/FT") == Name.Sig]
    if len(fields) > 1:
        yield f"{len(fields)} signature fields"
    for field in fields:
        if not str(field.get("/T", "")) or "." in str(field["/T"]):
            yield f"T is {field.get('/T')!r}"
        if "/P" not in field or field["/P"].objgen != archive.page.objgen:
            yield "P is not the page"
        if "/V" in field and int(form.get("/SigFlags", 0)) & 3 != 3:
            yield f"SigFlags {form.get('/SigFlags')}"


@rule("6.4.3; ISO 32000-1, 12.8.1; ETSI EN 319 142-1, 5.3")
def signature_is_detached(archive: Archive) -> Iterator[str]:
    """Type Sig, Filter, SubFilter of PAdES, M a date, no Cert, no digest in a reference."""
    for value in archive.signatures:
        if value.get("/Type") != Name.Sig or value.get("/Filter") != Name("/Adobe.PPKLite"):
            yield f"Type {value.get('/Type')}, Filter {value.get('/Filter')}"
        if str(value.get("/SubFilter")) not in _SUBFILTERS:
            yield f"SubFilter {value.get('/SubFilter')}"
        if "/Cert" in value:
            yield "Cert is present: PAdES keeps certificates in the CMS"
        for reference in value.get("/Reference", ()):
            if any(
                key in reference for key in ("/DigestLocation", "/DigestMethod", "/DigestValue")
            ):
                yield "a signature reference has a digest"


@rule("6.4.3; ISO 32000-1, 12.8.1")
def signature_covers_all(archive: Archive) -> Iterator[str]:
    """ByteRange covers the whole file but the hexadecimal string of Contents, brackets left out."""
    for value in archive.signatures:
        numbers = [int(number) for number in value["/ByteRange"]]
        begin, first, second, rest = numbers
        gap = archive.data[first:second]
        if begin != 0 or second + rest != len(archive.data):
            yield f"ByteRange {numbers} in {len(archive.data)} bytes"
        if not re.fullmatch(rb"<[0-9A-Fa-f]+>", gap) or len(gap) % 2:
            yield f"the gap is {gap[:8]!r} … {gap[-8:]!r}"
        elif bytes.fromhex(gap[1:-1].decode()) != bytes(value["/Contents"]):
            yield "the gap is not Contents"
        elif not archive.data[:first].rstrip().endswith(b"/Contents"):
            yield "the gap does not follow /Contents"


@rule("6.1.12")
def permissions_are_known(archive: Archive) -> Iterator[str]:
    """Perms, if any, holds UR3 and DocMDP only."""
    keys = set(archive.root.get("/Perms", Dictionary()).keys())
    if keys - {"/UR3", "/DocMDP"}:
        yield f"Perms has {sorted(keys)}"


@rule("6.9; 6.10; 6.11")
def nothing_is_optional(archive: Archive) -> Iterator[str]:
    """Ours: no layers. The standard's: no alternate presentations, transitions, requirements."""
    names = archive.root.get("/Names", Dictionary())
    for holder, key in (
        (archive.root, "/OCProperties"),
        (archive.root, "/Requirements"),
        (names, "/AlternatePresentations"),
        (archive.page, "/PresSteps"),
    ):
        if key in holder:
            yield f"{key} is present"


RULES: Final = (
    nothing_acts,
    annotations_are_of_allowed_kinds,
    annotations_are_printed,
    annotations_have_one_look,
    form_is_plain,
    signature_field_is_whole,
    signature_is_detached,
    signature_covers_all,
    permissions_are_known,
    nothing_is_optional,
)
