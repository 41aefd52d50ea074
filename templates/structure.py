"""The tag tree of a page: what a screen reader reads, in which order and language.

Source: ISO 32000-1, 14.7 and 14.8; ISO 14289-1, 7 (roles, alternative texts, headers of tables).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from templates.pdf_objects import Numbering, text_string

PAGE_KEY: Final = 0
"""Key of the page in the tree of parents."""
WIDGET_KEY: Final = 1
"""Key of the seal's widget in the tree of parents."""


@dataclass(slots=True, kw_only=True)
class Node:
    """One element of the tag tree.

    Args:
        role: a standard structure type, such as `TD`.
        marks: marked contents of the page that belong to it, by number.
        children: the elements below it, in reading order.
        alt: what is read in place of a picture.
        lang: its language, where it differs from the document's.
        attributes: further entries of its dictionary, as PDF writes them.
        widget: object number of the annotation it holds.
    """

    role: str
    marks: list[int] = field(default_factory=list)
    children: list[Node] = field(default_factory=list)
    alt: str = ""
    lang: str = ""
    attributes: str = ""
    widget: int = 0


class TagTree:
    """Numbers the marked contents of one page and hangs them on elements."""

    def __init__(self) -> None:
        self.root = Node(role="Document")
        self._count = 0

    def add(
        self,
        role: str,
        parent: Node | None = None,
        *,
        alt: str = "",
        lang: str = "",
        attributes: str = "",
    ) -> Node:
        """Add an element at the end of `parent`, or of the document."""
        node = Node(role=role, alt=alt, lang=lang, attributes=attributes)
        (parent or self.root).children.append(node)
        return node

    def mark(self, node: Node) -> int:
        """Return the number of a new marked content that belongs to `node`."""
        node.marks.append(self._count)
        self._count += 1
        return self._count - 1

    def objects(self, numbering: Numbering, *, page: int, widget: int) -> tuple[int, list[str]]:
        """Return the object number of the tree's root, and the bodies of its objects in order.

        Args:
            numbering: gives the objects their numbers.
            page: object number of the page.
            widget: object number of the seal's widget; 0 where there is none.
        """
        root, parents = numbering.take(), numbering.take()
        ids = {id(node): numbering.take() for node in _walk(self.root)}
        bodies = [
            f"<</Type/StructTreeRoot/K {ids[id(self.root)]} 0 R/ParentTree {parents} 0 R"
            f"/ParentTreeNextKey 2>>",
            self._parent_tree(ids, widget),
        ]
        above = {id(child): ids[id(node)] for node in _walk(self.root) for child in node.children}
        bodies += [
            _element(node, above.get(id(node), root), page, ids) for node in _walk(self.root)
        ]
        return root, bodies

    def _parent_tree(self, ids: dict[int, int], widget: int) -> str:
        owner = {mark: ids[id(node)] for node in _walk(self.root) for mark in node.marks}
        owners = " ".join(f"{owner[mark]} 0 R" for mark in range(self._count))
        form = next((ids[id(node)] for node in _walk(self.root) if node.widget), 0)
        tail = f" {WIDGET_KEY} {form} 0 R" if widget else ""
        return f"<</Nums[{PAGE_KEY}[{owners}]{tail}]>>"


def _walk(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _walk(child)


def _element(node: Node, parent: int, page: int, ids: dict[int, int]) -> str:
    kids: Sequence[str] = [str(mark) for mark in node.marks]
    kids = [*kids, *(f"{ids[id(child)]} 0 R" for child in node.children)]
    if node.widget:
        kids = [*kids, f"<</Type/OBJR/Obj {node.widget} 0 R/Pg {page} 0 R>>"]
    return (
        f"<</Type/StructElem/S/{node.role}/P {parent} 0 R/Pg {page} 0 R"
        + (f"/Alt {text_string(node.alt)}" if node.alt else "")
        + (f"/Lang({node.lang})" if node.lang else "")
        + node.attributes
        + f"/K[{' '.join(kids)}]>>"
    )
