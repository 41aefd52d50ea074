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
_MAX_NODES = 200  # of a tree that are looked through, and entries of a list
_OWN_FILES = frozenset({PROOF_NAME, SECOND_RECORD_FILE, "record.cose", "key.json"})


def held_kinds(data: bytes, reader: PdfFileReader) -> list[Kind]:
    """Return what could make a file show other things elsewhere than it shows here.

    Every reference is followed. Whatever is longer or deeper than is looked through counts as
    `Kind.UNSEEN`.

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
    if "/Collection" in root or not _attached_names(root, names, held) <= _OWN_FILES:
        held.add(Kind.FILE)
    form = _dictionary(root, "/AcroForm")
    if "/XFA" in form or not _is_seal_alone(_items(form, "/Fields", held)):
        held.add(Kind.FORM)
    for page in _nodes(_dictionary(root, "/Pages"), held):
        if "/AA" in page:
            held.add(Kind.ACTION)
        if not _is_seal_alone(_items(page, "/Annots", held)):
            held.add(Kind.ANNOTATION)
    return sorted(held)


def _twofold(data: bytes, reader: PdfFileReader) -> set[Kind]:
    """Return what lets two readers find two different objects in one file."""
    held: set[Kind] = set()
    if not data.startswith(b"%PDF-"):  # some readers count places from here, some from there
        held.add(Kind.BYTES)
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
    found = _BY_TYPE.get(str(_entry(value, "/Type")))
    if found is not None:
        return found
    if _entry(value, "/Subtype") == "/Image":
        return Kind.IMAGE
    entries = (kind for entry, kind in _BY_ENTRY.items() if entry in value)
    return next(entries, Kind.CONTENT if hasattr(value, "data") else Kind.OTHER)


def _is_seal_alone(items: Iterable[Any]) -> bool:
    """Return whether items are nothing, or the one seal's place on the page and nothing besides.

    Whether that seal holds is judged elsewhere: a file with one that was not issued so is never
    valid.
    """
    items = list(items)
    return len(items) <= 1 and all(map(_is_seal, items))


def _is_seal(value: Any) -> bool:
    return (
        isinstance(value, DictionaryObject)
        and _entry(value, "/Subtype") == "/Widget"
        and _entry(value, "/FT") == "/Sig"
        and isinstance(_entry(value, "/V"), DictionaryObject)
        and not {"/Kids", "/A", "/AA"} & set(value)
    )


def _entry(owner: Any, entry: str) -> Any:
    """Return an entry, its reference followed; None where it is missing or leads nowhere."""
    try:
        return owner[entry]
    except KeyError:
        return None


def _dictionary(owner: Any, entry: str) -> Any:
    """Return a dictionary within another, an empty one where there is none."""
    value = _entry(owner, entry)
    return value if isinstance(value, DictionaryObject) else {}


def _items(owner: Any, entry: str, held: set[Kind]) -> list[Any]:
    """Return the first items of a list, their references followed; `held` is told of more."""
    value = _entry(owner, entry)
    if not isinstance(value, ArrayObject):
        return []
    if len(value) > _MAX_NODES:
        held.add(Kind.UNSEEN)
    return [value[index] for index in range(min(len(value), _MAX_NODES))]


def _nodes(top: Any, held: set[Kind]) -> Iterable[Any]:
    """Yield the nodes of a tree, leaves or not; it may go round in a circle.

    Any node may carry what only leaves should; some readers look there.
    """
    waiting = [top]
    for _ in range(_MAX_NODES):
        if not waiting:
            return
        node = waiting.pop()
        yield node
        kids = _items(node, "/Kids", held)
        waiting += [one for one in kids if isinstance(one, DictionaryObject)]
    if waiting:
        held.add(Kind.UNSEEN)


def _attached_names(root: Any, names: Any, held: set[Kind]) -> set[str]:
    """Return what files attached to the document are called: in the list of them, and each itself.

    Readers show the one or the other.
    """
    found: set[str] = set()
    files = list(_items(root, "/AF", held))
    for node in _nodes(_dictionary(names, "/EmbeddedFiles"), held):
        listed = _items(node, "/Names", held)
        found |= set(map(str, listed[::2]))
        files += listed[1::2]
    for file in files:
        if isinstance(file, DictionaryObject):
            own = (_entry(file, entry) for entry in ("/F", "/UF"))
            found |= {str(name) for name in own if name is not None}
        else:
            found.add("")  # no file that we attach
    return found
