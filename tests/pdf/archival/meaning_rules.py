"""Rules about what the tags mean to a listener: names, tables, headings, languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from pikepdf import Array, Name

from tests.pdf.archival.archive import Archive, rule
from tests.pdf.archival.spoken import read_archive
from tests.pdf.archival.tag_tree import Node, table_attribute, walk

_TAG: Final = re.compile(
    r"[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?(-[0-9A-Za-z]{5,8})*"
)
_CHINESE: Final = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af]")
# Running words; names, which belong to no language, are written with capitals.
_SENTENCE: Final = re.compile(r"[A-Za-z]{2,} [a-z]{4,}|\b[a-z]{4,} [A-Za-z]{2,}")
_PARENTS: Final = {
    "TR": {"Table", "THead", "TBody", "TFoot"},
    "TH": {"TR"},
    "TD": {"TR"},
    "THead": {"Table"},
    "TBody": {"Table"},
    "TFoot": {"Table"},
    "LI": {"L"},
    "LBody": {"LI"},
}


@rule("6.7.5; ISO 14289-1, 7.3")
def figures_are_described(archive: Archive) -> Iterator[str]:
    """Every Figure and Formula has Alt or ActualText that says something."""
    for node in walk(archive):
        if node.role in {"Figure", "Formula"} and not any(
            str(node.element.get(key, "")).strip() for key in ("/Alt", "/ActualText")
        ):
            yield f"{node.role} {node.element.objgen} has no Alt"


@rule("ISO 14289-1, 7.18.1; Matterhorn 28-005")
def fields_are_named(archive: Archive) -> Iterator[str]:
    """Every widget's field has TU (or its Form has Alt) for a listener."""
    for annotation in archive.annotations:
        if annotation.get("/Subtype") == Name.Widget and not str(annotation.get("/TU", "")).strip():
            yield f"field {annotation.get('/T')} has no TU"


@rule("ISO 14289-1, 7.2; ISO 32000-1, 14.8.4.3.4")
def table_parts_are_in_tables(archive: Archive) -> Iterator[str]:
    """Rows hang in tables, cells in rows; a row holds nothing else; list parts in lists."""
    for node in walk(archive):
        above = node.ancestors[-1] if node.ancestors else ""
        wanted = _PARENTS.get(node.role)
        if wanted is not None and above not in wanted:
            yield f"{node.role} in {above or 'the root'}"
        if above == "TR" and node.role not in {"TH", "TD"}:
            yield f"{node.role} in TR"
        if above == "Table" and node.role not in {"TR", "THead", "TBody", "TFoot", "Caption"}:
            yield f"{node.role} in Table"


@rule("ISO 14289-1, 7.5")
def headers_have_scope(archive: Archive) -> Iterator[str]:
    """Every TH has Scope Row, Column or Both; a TD's Headers name cells that exist."""
    nodes = list(walk(archive))
    identifiers = {
        bytes(node.element["/ID"]) for node in nodes if node.role == "TH" and "/ID" in node.element
    }
    for node in nodes:
        if node.role == "TH" and table_attribute(node.element, "/Scope") not in {
            Name.Row,
            Name.Column,
            Name.Both,
        }:
            yield f"TH {node.element.objgen} has no Scope"
        for name in table_attribute(node.element, "/Headers") or ():
            if bytes(name) not in identifiers:
                yield f"{node.role} {node.element.objgen} names a header that is not there"


@rule("ISO 14289-1, 7.5")
def rows_are_even(archive: Archive) -> Iterator[str]:
    """All rows of a table span the same number of columns; each has a header or is under one."""
    rows: dict[tuple[int, int], list[tuple[tuple[int, int], int]]] = {}
    table: tuple[int, int] = (0, 0)
    for node in walk(archive):
        if node.role == "Table":
            table = node.element.objgen
            rows[table] = []
        elif node.role == "TR":
            rows.setdefault(table, []).append((node.element.objgen, 0))
        elif node.role in {"TH", "TD"} and rows.get(table):
            row, width = rows[table][-1]
            span = table_attribute(node.element, "/ColSpan")
            rows[table][-1] = (row, width + int(span or 1))
    for key, lines in rows.items():
        if len({width for _, width in lines}) != 1:
            yield f"table {key} has rows of {[width for _, width in lines]} columns"


@rule("ISO 14289-1, 7.4.2")
def headings_go_down_by_one(archive: Archive) -> Iterator[str]:
    """The first heading is H1 and none skips a level; ours: there is exactly one H1."""
    levels = [int(node.role[1]) for node in walk(archive) if re.fullmatch("H[1-6]", node.role)]
    if levels[:1] != [1] or levels.count(1) != 1:
        yield f"headings {levels}"
    for place in range(1, len(levels)):
        if levels[place] > levels[place - 1] + 1:
            yield f"H{levels[place]} follows H{levels[place - 1]}"


@rule("6.7.4; ISO 14289-1, 7.2")
def languages_are_tags(archive: Archive) -> Iterator[str]:
    """The catalog has Lang, and every Lang is a language tag of RFC 5646."""
    if "/Lang" not in archive.root:
        yield "the catalog has no Lang"
    for thing in archive.objects:
        if "/Lang" in thing and not _TAG.fullmatch(str(thing["/Lang"])):
            yield f"Lang {str(thing['/Lang'])!r} of object {thing.objgen[0]}"


@rule("ISO 14289-1, 7.2, by the script of the words")
def languages_fit_the_words(archive: Archive) -> Iterator[str]:
    """Chinese is read as zh; English words running without any Chinese as en."""
    for spoken in read_archive(archive):
        language = spoken.language.lower().split("-")[0]
        if not _TAG.fullmatch(spoken.language):
            continue  # languages_are_tags tells of that
        chinese = bool(_CHINESE.search(spoken.text))
        if chinese and language != "zh":
            yield f"{spoken.text[:20]!r} is read as {spoken.language}"
        if not chinese and _SENTENCE.search(spoken.text) and language != "en":
            yield f"{spoken.text[:20]!r} is read as {spoken.language}"


@rule("ISO 14289-1, 7.1")
def title_is_shown(archive: Archive) -> Iterator[str]:
    """ViewerPreferences has DisplayDocTitle true."""
    if archive.root.get("/ViewerPreferences", {}).get("/DisplayDocTitle", False) is not True:
        yield "DisplayDocTitle is not true"


@rule("ours: nothing that is announced is empty")
def elements_say_something(archive: Archive) -> Iterator[str]:
    """No heading, paragraph or cell without words; no annotation or content left out."""
    silent = {"H1", "H2", "H3", "P", "TH", "TD", "LBody", "Lbl", "Caption"}
    said = [spoken for spoken in read_archive(archive) if spoken.text.strip()]
    voices = {spoken.element for spoken in said}
    for node in walk(archive):
        if node.role in silent and not voices & _inside(node):
            yield f"{node.role} {node.element.objgen} says nothing"


def _inside(node: Node) -> set[tuple[int, int]]:
    """Return the numbers of an element and all the elements in it."""
    found = {node.element.objgen}
    kids = node.element.get("/K", Array())
    waiting = list(kids) if isinstance(kids, Array) else [kids]
    while waiting:
        kid = waiting.pop()
        if hasattr(kid, "keys") and "/S" in kid:
            found.add(kid.objgen)
            below = kid.get("/K", Array())
            waiting.extend(below if isinstance(below, Array) else [below])
    return found


RULES: Final = (
    figures_are_described,
    fields_are_named,
    table_parts_are_in_tables,
    headers_have_scope,
    rows_are_even,
    headings_go_down_by_one,
    languages_are_tags,
    languages_fit_the_words,
    title_is_shown,
    elements_say_something,
)
