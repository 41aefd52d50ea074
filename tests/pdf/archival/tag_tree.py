"""The structure tree as a screen reader walks it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pikepdf import Array, Dictionary, Name

from tests.pdf.archival.archive import Archive
from tests.pdf.archival.content import PAGE, Painted, Place

_WORDS_OF_STANDARD: Final = (
    "/Document /Part /Art /Sect /Div /BlockQuote /Caption /TOC /TOCI /Index /NonStruct /Private "
    "/P /H /H1 /H2 /H3 /H4 /H5 /H6 /L /LI /Lbl /LBody /Table /TR /TH /TD /THead /TBody /TFoot "
    "/Span /Quote /Note /Reference /BibEntry /Code /Link /Annot /Ruby /RB /RT /RP /Warichu /WT "
    "/WP /Figure /Formula /Form"
)
STANDARD: Final = frozenset(_WORDS_OF_STANDARD.split())
DEEPEST: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One structure element, met in reading order.

    Args:
        element: the structure element.
        role: its standard type without the slash, the role map applied.
        language: what it is read in.
        ancestors: roles above it, outermost first.
        parent: the element that holds it, or the tree's root.
        places: marked contents that are its own children, in order.
        objects: annotations that are its own children, in order.
    """

    element: Any
    role: str
    language: str
    ancestors: tuple[str, ...]
    parent: Any
    places: tuple[Place, ...]
    objects: tuple[Any, ...]


def standard_role(archive: Archive, kind: str) -> str:
    """Follow the role map from a type; what leads nowhere is returned as it is."""
    roles = archive.root["/StructTreeRoot"].get("/RoleMap", Dictionary())
    for _ in range(DEEPEST):
        if kind in STANDARD or kind not in roles:
            return kind
        kind = str(roles[kind])
    return kind


def walk(archive: Archive) -> Iterator[Node]:
    """Yield every element, each before its children.

    Raises:
        ValueError: the tree is deeper than any page of ours needs.
    """
    root = archive.root.get("/StructTreeRoot")
    if root is not None:
        language = str(archive.root.get("/Lang", ""))
        for child in children(root):
            yield from _walk(archive, child, root, language, ())


def children(element: Any) -> list[Any]:
    """Return an element's children, one or many."""
    kids = element.get("/K")
    if kids is None:
        return []
    return list(kids) if isinstance(kids, Array) else [kids]


def _walk(
    archive: Archive, element: Any, parent: Any, language: str, ancestors: tuple[str, ...]
) -> Iterator[Node]:
    if len(ancestors) > DEEPEST:
        raise ValueError("the structure tree is too deep, or turns in a circle")
    language = str(element.get("/Lang", language))
    kids = children(element)
    role = standard_role(archive, str(element["/S"]))[1:]
    yield Node(
        element=element,
        role=role,
        language=language,
        ancestors=ancestors,
        parent=parent,
        places=tuple(place for kid in kids if (place := place_of(kid)) is not None),
        objects=tuple(kid["/Obj"] for kid in kids if is_kind(kid, "/OBJR")),
    )
    for kid in kids:
        if isinstance(kid, Dictionary) and "/S" in kid:
            yield from _walk(archive, kid, element, language, (*ancestors, role))


def place_of(kid: Any) -> Place | None:
    """Return where a child's marked content is, or None for another kind of child."""
    if isinstance(kid, int):
        return Place(form=PAGE, mcid=kid)
    if not is_kind(kid, "/MCR"):
        return None
    return Place(form=kid["/Stm"].objgen if "/Stm" in kid else PAGE, mcid=int(kid["/MCID"]))


def is_kind(kid: Any, kind: str) -> bool:
    """Tell whether a child is a dictionary of a type."""
    return isinstance(kid, Dictionary) and kid.get("/Type") == Name(kind)


def content_by_place(archive: Archive) -> Mapping[Place, tuple[Painted, ...]]:
    """Return what each marked content of the page paints, its beginning first."""
    found: dict[Place, list[Painted]] = {}
    for item in archive.painted:
        if item.place is not None:
            found.setdefault(item.place, []).append(item)
    return {place: tuple(items) for place, items in found.items()}


def parent_entries(archive: Archive) -> Mapping[int, Any]:
    """Return the parent tree's entries by key."""
    found: dict[int, Any] = {}
    waiting = [archive.root["/StructTreeRoot"].get("/ParentTree", Dictionary())]
    while waiting:
        node = waiting.pop()
        numbers = list(node.get("/Nums", ()))
        found.update(zip(map(int, numbers[::2]), numbers[1::2], strict=True))
        waiting.extend(node.get("/Kids", ()))
    return found


def table_attribute(element: Any, name: str) -> Any:
    """Return an attribute owned by Table of an element, or None (ISO 32000-1, 14.8.5.7)."""
    held = element.get("/A", ())
    for attributes in held if isinstance(held, Array) else (held,):
        if isinstance(attributes, Dictionary) and attributes.get("/O") == Name.Table:
            return attributes.get(name)
    return None
