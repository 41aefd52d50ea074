"""What a screen reader says of a page, in its order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tests.pdf.archival.archive import Archive
from tests.pdf.archival.content import Mark, Painted, Place
from tests.pdf.archival.tag_tree import Node, content_by_place, walk

_PICTURES: Final = frozenset({"Figure", "Formula"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """One thing said.

    Args:
        role: the standard structure type it is announced as.
        language: the language tag it is said in.
        text: the words.
        element: the number of its structure element.
    """

    role: str
    language: str
    text: str
    element: tuple[int, int]


def read_archive(archive: Archive) -> Iterator[Spoken]:
    """Yield what is said, element by element.

    An element with ActualText or Alt is said as that, and nothing inside it is said again.
    """
    content = content_by_place(archive)
    covered: set[tuple[int, int]] = set()
    for node in walk(archive):
        if node.parent.objgen in covered:
            covered.add(node.element.objgen)
            continue
        instead = _instead(node)
        if instead is not None:
            covered.add(node.element.objgen)
            yield _said(node, instead)
            continue
        yield from _contents(archive, node, content)
        for thing in node.objects:
            yield _said(node, str(thing.get("/TU", thing.get("/Contents", ""))))


def _contents(
    archive: Archive, node: Node, content: Mapping[Place, tuple[Painted, ...]]
) -> Iterator[Spoken]:
    """Yield the node's own marked contents, one after another of a language as one."""
    said: list[Spoken] = []
    for place in node.places:
        spoken = _marked(archive, node, content.get(place, ()))
        if said and said[-1].language == spoken.language:
            said[-1] = _said(node, said[-1].text + spoken.text, spoken.language)
        else:
            said.append(spoken)
    yield from said


def _marked(archive: Archive, node: Node, items: tuple[Painted, ...]) -> Spoken:
    """Return what one marked content says, its own property list heeded."""
    own: Mark | None = next(
        (mark for item in items for mark in reversed(item.marks) if mark.place is not None), None
    )
    properties: Any = {} if own is None else own.properties
    language = str(properties.get("/Lang", node.language))
    for key in ("/ActualText", "/Alt"):
        if key in properties:
            return _said(node, str(properties[key]), language)
    text = "".join(archive.text_of(item) for item in items if item.kind == "text")
    return _said(node, text, language)


def _instead(node: Node) -> str | None:
    """Return what is said instead of an element's content, or None."""
    if "/ActualText" in node.element:
        return str(node.element["/ActualText"])
    if "/Alt" in node.element:
        return str(node.element["/Alt"])
    return "" if node.role in _PICTURES else None


def _said(node: Node, text: str, language: str | None = None) -> Spoken:
    return Spoken(
        role=node.role,
        language=language or node.language,
        text=text,
        element=node.element.objgen,
    )
