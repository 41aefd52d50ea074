"""Rules about embedded files: named, described, typed, related, reachable."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, Final

from pikepdf import Name, Stream

from tests.pdf.archival.archive import Archive, rule
from tests.pdf.archival.metadata_rules import moment

_RELATIONS: Final = frozenset(
    {"/Source", "/Data", "/Alternative", "/Supplement", "/EncryptedPayload", "/FormData"}
    | {"/Schema", "/Unspecified"}
)


def specifications(archive: Archive) -> Iterator[Any]:
    """Yield every file specification of the file that embeds a file."""
    return (thing for thing in archive.objects if not isinstance(thing, Stream) and "/EF" in thing)


def named_files(archive: Archive) -> dict[str, Any]:
    """Return the file specifications of the EmbeddedFiles name tree by name."""
    found: dict[str, Any] = {}
    waiting = [archive.root.get("/Names", {}).get("/EmbeddedFiles", {})]
    while waiting:
        node = waiting.pop()
        names = list(node.get("/Names", ()))
        found.update(zip(map(str, names[::2]), names[1::2], strict=True))
        waiting.extend(node.get("/Kids", ()))
    return found


@rule("6.8; ISO 32000-1, 7.11.3")
def attachments_are_specified(archive: Archive) -> Iterator[str]:
    """Each file specification has Type Filespec, equal F and UF, Desc, and EF with F and UF."""
    for entry in specifications(archive):
        name = str(entry.get("/UF", "?"))
        if entry.get("/Type") != Name.Filespec:
            yield f"{name}: Type {entry.get('/Type')}"
        if "/F" not in entry or str(entry["/F"]) != name:
            yield f"{name}: F and UF differ or are missing"
        if not str(entry.get("/Desc", "")):
            yield f"{name}: no Desc"
        held = entry["/EF"]
        if (
            not isinstance(held.get("/F"), Stream)
            or held.get("/UF", held.get("/F")).objgen != held["/F"].objgen
        ):
            yield f"{name}: EF is {held!r}"


@rule("6.8, relationship")
def attachments_are_related(archive: Archive) -> Iterator[str]:
    """Each has AFRelationship of the standard's list."""
    for entry in specifications(archive):
        if str(entry.get("/AFRelationship")) not in _RELATIONS:
            yield f"{entry.get('/UF')}: {entry.get('/AFRelationship')}"


@rule("6.8, MIME type")
def attachments_are_typed(archive: Archive) -> Iterator[str]:
    """Each embedded stream has Type EmbeddedFile and Subtype, a MIME type."""
    for entry in specifications(archive):
        stream = entry["/EF"]["/F"]
        kind = str(stream.get("/Subtype", "/"))[1:]
        if stream.get("/Type") != Name.EmbeddedFile or len(kind.split("/")) != 2 or " " in kind:
            yield f"{entry.get('/UF')}: Type {stream.get('/Type')}, Subtype {kind!r}"


@rule("6.8, parameters")
def attachments_are_measured(archive: Archive) -> Iterator[str]:
    """Each embedded stream has Params with ModDate, true Size and, if told, true CheckSum."""
    for entry in specifications(archive):
        stream, name = entry["/EF"]["/F"], str(entry.get("/UF"))
        held, told = stream.read_bytes(), stream.get("/Params", {})
        if told.get("/Size") != len(held):
            yield f"{name}: Size {told.get('/Size')}, holds {len(held)}"
        if "/ModDate" not in told:
            yield f"{name}: no ModDate"
        else:
            moment(str(told["/ModDate"]))
        digest = hashlib.md5(held, usedforsecurity=False).digest()
        if "/CheckSum" in told and bytes(told["/CheckSum"]) != digest:
            yield f"{name}: CheckSum is not the MD5 of the file"


@rule("6.8, association")
def attachments_are_associated(archive: Archive) -> Iterator[str]:
    """Each file specification is an object of its own in an AF array (ours: the catalog's)."""
    listed = {entry.objgen for entry in archive.root.get("/AF", ())}
    for entry in specifications(archive):
        if not entry.is_indirect or entry.objgen not in listed:
            yield f"{entry.get('/UF')} is not in the catalog's AF"


@rule("ISO 32000-1, 7.7.4, 7.9.6")
def attachments_are_named(archive: Archive) -> Iterator[str]:
    """Each is in the EmbeddedFiles name tree, the names sorted and equal to UF (ours)."""
    named = named_files(archive)
    for name, entry in named.items():
        if str(entry.get("/UF")) != name:
            yield f"{name} names {entry.get('/UF')}"
    if list(named) != sorted(named, key=str.encode):
        yield f"names are not sorted: {list(named)}"
    held = {entry.objgen for entry in named.values()}
    for entry in specifications(archive):
        if entry.objgen not in held:
            yield f"{entry.get('/UF')} is in no name tree"


RULES: Final = (
    attachments_are_specified,
    attachments_are_related,
    attachments_are_typed,
    attachments_are_measured,
    attachments_are_associated,
    attachments_are_named,
)
