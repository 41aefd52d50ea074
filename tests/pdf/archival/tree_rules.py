"""Rules about the tags as a tree: every content reached once, every pointer answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from pikepdf import Array, Dictionary, Name

from tests.pdf.archival.archive import Archive, rule
from tests.pdf.archival.content import PAGE, Place
from tests.pdf.archival.tag_tree import (
    STANDARD,
    Node,
    content_by_place,
    parent_entries,
    standard_role,
    walk,
)


@rule("6.7.2.2")
def document_is_marked(archive: Archive) -> Iterator[str]:
    """MarkInfo has Marked true and no Suspects."""
    marks = archive.root.get("/MarkInfo", {})
    if marks.get("/Marked", False) is not True or marks.get("/Suspects", False) is True:
        yield f"MarkInfo {marks!r}"


@rule("6.7.3.3; ISO 32000-1, 14.7.2")
def tree_is_present(archive: Archive) -> Iterator[str]:
    """StructTreeRoot has Type, a ParentTree and one Document at its top (ours)."""
    root = archive.root.get("/StructTreeRoot")
    if root is None:
        yield "no StructTreeRoot"
        return
    if root.get("/Type") != Name.StructTreeRoot or "/ParentTree" not in root:
        yield "Type or ParentTree is missing"
    tops = [node.role for node in walk(archive) if not node.ancestors]
    if tops != ["Document"]:
        yield f"top elements {tops}"
    if "/ParentTreeNextKey" in root and int(root["/ParentTreeNextKey"]) <= max(
        parent_entries(archive), default=-1
    ):
        yield "ParentTreeNextKey is not above every key"


@rule("6.7.3.4; ISO 14289-1, 7.1")
def types_are_standard(archive: Archive) -> Iterator[str]:
    """Every type is standard or mapped to one; no standard type is mapped away."""
    if "/StructTreeRoot" not in archive.root:
        return
    for node in walk(archive):
        if standard_role(archive, str(node.element["/S"])) not in STANDARD:
            yield f"{node.element['/S']} is mapped to no standard type"
    for name in archive.root["/StructTreeRoot"].get("/RoleMap", {}).keys():  # noqa: SIM118
        if name in STANDARD:
            yield f"{name} is mapped to another type"


@rule("ISO 32000-1, 14.7.2")
def parents_are_true(archive: Archive) -> Iterator[str]:
    """P of each element is the element that holds it; each is an object reached once."""
    seen: Counter[tuple[int, int]] = Counter()
    for node in walk(archive):
        seen[node.element.objgen] += 1
        if "/P" not in node.element or node.element["/P"].objgen != node.parent.objgen:
            yield f"P of {node.role} {node.element.objgen} is not {node.parent.objgen}"
        if not node.element.is_indirect:
            yield f"a {node.role} is no object of its own"
    yield from (
        f"element {key} is reached {count} times" for key, count in seen.items() if count > 1
    )


@rule("6.7.3.2; ISO 14289-1, 7.1")
def all_content_is_tagged(archive: Archive) -> Iterator[str]:
    """Whatever is painted stands in a tagged marked content or in an Artifact, never in both."""
    for item in archive.painted:
        if item.kind == "mark":
            if item.is_artifact and item.place is not None:
                yield f"a mark is both Artifact and {item.place}"
        elif not item.is_artifact and item.place is None:
            what = archive.text_of(item) if item.kind == "text" else item.kind
            yield f"{what!r} stands outside every tag"


@rule("ISO 32000-1, 14.7.4.2")
def identifiers_are_unique(archive: Archive) -> Iterator[str]:
    """Each MCID begins once, from 0 without a gap in its stream, and none stands in another."""
    begun: dict[tuple[int, int], list[int]] = {}
    for item in archive.painted:
        if item.kind != "mark" or (place := item.marks[-1].place) is None:
            continue
        begun.setdefault(place.form, []).append(place.mcid)
        if sum(mark.place is not None for mark in item.marks) > 1:
            yield f"{place} stands in another"
    for form, numbers in begun.items():
        if sorted(numbers) != list(range(len(numbers))):
            yield f"MCIDs {numbers} in {'the page' if form == PAGE else form}"


@rule("ISO 32000-1, 14.7.4.4")
def content_is_reached_once(archive: Archive) -> Iterator[str]:
    """Tree, content and parent tree agree on each marked content."""
    held = _holders(archive)
    painted = set(content_by_place(archive))
    entries = _entries_by_form(archive, {place.form for place in painted} | {PAGE})
    for form, entry in entries.items():
        if not isinstance(entry, Array):
            yield f"StructParents of {form} leads to no array of the parent tree"
        elif len(entry) != sum(place.form == form for place in painted):
            yield f"the parent tree has {len(entry)} entries for {form}"
    for place in sorted(painted | set(held)):
        found = held.get(place, [])
        entry = entries.get(place.form)
        if len(found) != 1 or place not in painted:
            yield f"{place}: in the tree {len(found)} times, painted: {place in painted}"
        elif not isinstance(entry, Array) or place.mcid >= len(entry):
            continue  # told above
        elif entry[place.mcid].objgen != found[0].element.objgen:
            yield f"{place}: the parent tree gives {entry[place.mcid].objgen}"
        elif found[0].element.get("/Pg", Dictionary()).objgen != archive.page.objgen:
            yield f"the {found[0].role} of {place} has no Pg of the page"


@rule("ISO 32000-1, 14.8.2.3; ours: text is painted in the order it is read")
def text_is_painted_as_read(archive: Archive) -> Iterator[str]:
    """Contents with text are met in the tree in the order of painting."""
    content = content_by_place(archive)
    painted = [place for place, items in content.items() if any(item.codes for item in items)]
    read = [place for node in walk(archive) for place in node.places if place in painted]
    if read != painted:
        yield f"painted {painted}, read {read}"


@rule("ISO 14289-1, 7.18.1, 7.18.4; ISO 32000-1, 14.7.4.3")
def annotations_are_in_the_tree(archive: Archive) -> Iterator[str]:
    """Each widget hangs in a Form by an OBJR, and its StructParent leads back there."""
    holders = {thing.objgen: node for node in walk(archive) for thing in node.objects}
    entries = parent_entries(archive)
    for annotation in archive.annotations:
        node = holders.get(annotation.objgen)
        kind = str(annotation.get("/Subtype"))
        if node is None:
            yield f"{kind} is in no element"
            continue
        if kind == "/Widget" and node.role != "Form":
            yield f"a widget is in {node.role}"
        back = entries.get(int(annotation.get("/StructParent", -1)))
        if back is None or isinstance(back, Array) or back.objgen != node.element.objgen:
            yield f"StructParent of {kind} does not lead to its element"


@rule("ISO 14289-1, 7.18.3")
def tabs_follow_structure(archive: Archive) -> Iterator[str]:
    """A page with annotations has Tabs S."""
    if archive.annotations and archive.page.get("/Tabs") != Name.S:
        yield f"Tabs {archive.page.get('/Tabs')}"


def _holders(archive: Archive) -> dict[Place, list[Node]]:
    """Return the elements that hold each marked content."""
    held: dict[Place, list[Node]] = {}
    for node in walk(archive):
        for place in node.places:
            held.setdefault(place, []).append(node)
    return held


def _entries_by_form(archive: Archive, forms: set[tuple[int, int]]) -> dict[tuple[int, int], Any]:
    """Return the parent tree's entry of the page and of each form named."""
    entries = parent_entries(archive)
    holders = {
        form: archive.page if form == PAGE else archive.pdf.get_object(form) for form in forms
    }
    return {
        form: entries.get(int(holder.get("/StructParents", -1))) for form, holder in holders.items()
    }


RULES: Final = (
    document_is_marked,
    tree_is_present,
    types_are_standard,
    parents_are_true,
    all_content_is_tagged,
    identifiers_are_unique,
    content_is_reached_once,
    text_is_painted_as_read,
    annotations_are_in_the_tree,
    tabs_follow_structure,
)
