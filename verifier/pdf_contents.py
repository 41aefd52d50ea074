"""Names what a PDF holds beside its page, and what was appended to it, in the child process."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject
from pyhanko.pdf_utils.reader import PdfFileReader

from templates.archival import PROOF_NAME, SECOND_RECORD_FILE
from verifier.seal_states import Kind

MAX_APPENDED = 2000
_HEAD_BYTES = 2048
_OBJECT = re.compile(
    rb"(?<![0-9])0*([1-9][0-9]{0,9})[ \t\r\n\f\0]+[0-9]+[ \t\r\n\f\0]+obj(?![a-z])"
)
_MAX_PAGES = 20
_MAX_NAMES = 200
_OWN_FILES = frozenset({PROOF_NAME, SECOND_RECORD_FILE, "record.cose", "key.json"})


def held_kinds(data: bytes, reader: PdfFileReader) -> list[Kind]:
    """Return what could make a file show other things elsewhere than it shows here.

    Args:
        data: the file; untrusted.
        reader: of it.
    """
    root = reader.root
    held = _twofold(data, reader)
    if "/OpenAction" in root or "/AA" in root:
        held.add(Kind.ACTION)
    if "/OCProperties" in root:
        held.add(Kind.LAYERS)
    names = _dictionary(root, "/Names")
    if "/JavaScript" in names:
        held.add(Kind.SCRIPT)
    if "/Collection" in root or set(_file_names(_dictionary(names, "/EmbeddedFiles"))) - _OWN_FILES:
        held.add(Kind.FILE)
    form = _dictionary(root, "/AcroForm")
    if "/XFA" in form or any(not _is_seal(one) for one in _items(form, "/Fields")):
        held.add(Kind.FORM)
    for page in _pages(_dictionary(root, "/Pages")):
        if "/AA" in page:
            held.add(Kind.ACTION)
        if any(not _is_seal(one) for one in _items(page, "/Annots")):
            held.add(Kind.ANNOTATION)
    return sorted(held)


def _twofold(data: bytes, reader: PdfFileReader) -> set[Kind]:
    """Return what lets two readers find two different objects in one file."""
    held: set[Kind] = set()
    linear = b"/Linearized" in data[:_HEAD_BYTES]
    if data.count(b"startxref") > 1 + linear or reader.xrefs.hybrid_xrefs_present:
        held.add(Kind.REVISIONS)
    objects = _OBJECT.findall(data)
    if len(objects) > len(set(objects)):
        held.add(Kind.DUPLICATES)
    return held


def appended_kinds(reader: PdfFileReader, signed_revision: int) -> list[Kind]:
    """Return what the revisions after the sealed one hold; nothing where there is none."""
    kinds: set[Kind] = set()
    for revision in range(signed_revision + 1, reader.xrefs.total_revisions):
        references = list(reader.xrefs.explicit_refs_in_revision(revision))[:MAX_APPENDED]
        if not references:
            kinds.add(Kind.NOTHING)
        for reference in references:
            try:
                value = reader.get_object(reference)  # type: ignore[no-untyped-call] # no types
                kinds.add(_kind_of(value))
            except MemoryError:
                raise
            except Exception:  # noqa: BLE001 - the reader leaks a dozen types on damaged objects
                kinds.add(Kind.UNREADABLE)
    return sorted(kinds)


_BY_TYPE = {
    "/Page": Kind.PAGE,
    "/Pages": Kind.PAGE,
    "/Catalog": Kind.CATALOG,
    "/Annot": Kind.ANNOTATION,
    "/Sig": Kind.SIGNATURE,
    "/DocTimeStamp": Kind.SIGNATURE,
    "/Font": Kind.FONT,
    "/FontDescriptor": Kind.FONT,
    "/Filespec": Kind.FILE,
    "/EmbeddedFile": Kind.FILE,
    "/Action": Kind.ACTION,
    "/OCG": Kind.LAYERS,
    "/Metadata": Kind.METADATA,
}
_BY_ENTRY = {
    "/JS": Kind.SCRIPT,
    "/FT": Kind.FORM,
    "/Fields": Kind.FORM,
    "/FontName": Kind.FONT,
    "/BaseFont": Kind.FONT,
    "/EF": Kind.FILE,
    "/OCGs": Kind.LAYERS,
    "/Producer": Kind.METADATA,
}


def _kind_of(value: Any) -> Kind:
    if not isinstance(value, DictionaryObject):
        return Kind.OTHER
    for entry in ("/JS", "/FT"):  # a script is one, and a form's field, whatever else it says
        if entry in value:
            return _BY_ENTRY[entry]
    found = _BY_TYPE.get(str(value.get("/Type", "")))
    if found is not None:
        return found
    if value.get("/Subtype") == "/Image":
        return Kind.IMAGE
    entries = (kind for entry, kind in _BY_ENTRY.items() if entry in value)
    return next(entries, Kind.CONTENT if hasattr(value, "data") else Kind.OTHER)


def _is_seal(value: Any) -> bool:
    return isinstance(value, DictionaryObject) and value.get("/FT") == "/Sig"


def _dictionary(owner: Any, entry: str) -> Any:
    """Return a dictionary within another, an empty one where there is none."""
    value = owner.get(entry, None)
    return value if isinstance(value, DictionaryObject) else {}


def _items(owner: Any, entry: str) -> Iterable[Any]:
    value = owner.get(entry, None)
    if not isinstance(value, ArrayObject):
        return []
    return [value[index] for index in range(min(len(value), _MAX_NAMES))]


def _pages(node: Any, depth: int = 0) -> Iterable[Any]:
    """Yield the first pages below a node of the tree of pages, which may go round in a circle."""
    if "/Kids" not in node:
        yield node
        return
    if depth < 4:
        for child in list(_items(node, "/Kids"))[:_MAX_PAGES]:
            if isinstance(child, DictionaryObject):
                yield from _pages(child, depth + 1)


def _file_names(node: Any, depth: int = 0) -> Iterable[str]:
    yield from (str(name) for name in list(_items(node, "/Names"))[::2])
    if depth < 4:
        for child in _items(node, "/Kids"):
            if isinstance(child, DictionaryObject):
                yield from _file_names(child, depth + 1)
