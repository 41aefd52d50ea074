"""How a planted defect is told: what it does to the sample, and the one rule it must break."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pikepdf import Array, Dictionary, Name, Pdf, Stream

from tests.pdf.archival.plain_writer import write
from tests.pdf.archival.sample import sample_pdf


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """One thing done wrong.

    Args:
        rule: the name of the only rule that must find it.
        name: what was done.
        also: rules that such a fault breaks by its nature, whatever else is right.
        in_objects: spoils the file's objects before it is written.
        in_bytes: spoils the written file.
        written: writes the file, in one form or the other.
    """

    rule: str
    name: str
    also: frozenset[str] = frozenset()
    in_objects: Callable[[Pdf], object] = lambda pdf: None
    in_bytes: Callable[[bytes], bytes] = bytes
    written: Callable[[Pdf], bytes] = write

    def file(self) -> bytes:
        """Return the sample with this defect."""
        pdf = sample_pdf()
        self.in_objects(pdf)
        return self.in_bytes(self.written(pdf))


def objects(rule: str) -> Callable[[Callable[[Pdf], object]], Defect]:
    """Make a defect of a function that spoils the objects."""
    return lambda spoil: Defect(rule=rule, name=spoil.__name__, in_objects=spoil)


def swapped(rule: str, name: str, old: bytes, new: bytes) -> Defect:
    """Make a defect of bytes put in the place of as many others."""
    return Defect(rule=rule, name=name, in_bytes=lambda data: _swap(data, old, new))


def content(rule: str, name: str, old: str, new: str) -> Defect:
    """Make a defect of a change in the page's content stream."""
    return Defect(rule=rule, name=name, in_objects=lambda pdf: _edit(page(pdf).Contents, old, new))


def packet(rule: str, name: str, old: str, new: str) -> Defect:
    """Make a defect of a change in the XMP packet."""
    return Defect(rule=rule, name=name, in_objects=lambda pdf: _edit(pdf.Root.Metadata, old, new))


def _swap(data: bytes, old: bytes, new: bytes) -> bytes:
    if old not in data:
        raise ValueError(f"the sample has no {old!r}")
    return data.replace(old, new, 1)


def _edit(stream: Any, old: str, new: str) -> None:
    stream.write(_swap(stream.read_bytes(), old.encode(), new.encode()))


def page(pdf: Pdf) -> Any:
    """Return the page."""
    return pdf.pages[0].obj


def font(pdf: Pdf) -> Any:
    """Return the page's font."""
    return page(pdf).Resources.Font.F0


def descendant(pdf: Pdf) -> Any:
    """Return the page's CIDFont."""
    return font(pdf).DescendantFonts[0]


def record(pdf: Pdf) -> Any:
    """Return the attached record's file specification."""
    return pdf.Root.AF[0]


def widget(pdf: Pdf) -> Any:
    """Return the seal's field."""
    return page(pdf).Annots[0]


def seal(pdf: Pdf) -> Any:
    """Return the signature dictionary."""
    return widget(pdf).V


def element(pdf: Pdf, kind: str, place: int = 0) -> Any:
    """Return one of the structure elements of a type, counted from 0."""
    found = [
        thing
        for thing in pdf.objects
        if isinstance(thing, Dictionary) and thing.get("/S") == Name(f"/{kind}")
    ]
    return found[place]


def new_element(pdf: Pdf, parent: Any, kind: str, *kids: Any) -> Any:
    """Hang one more structure element in the tree."""
    made = Dictionary(
        Type=Name.StructElem, S=Name(f"/{kind}"), P=parent, Pg=page(pdf), K=Array(kids)
    )
    added = pdf.make_indirect(made)
    parent.K.append(added)
    return added


def resource(pdf: Pdf, kind: str, name: str, thing: Any) -> None:
    """Add a resource to the page."""
    resources = page(pdf).Resources
    if f"/{kind}" not in resources:
        resources[f"/{kind}"] = Dictionary()
    resources[f"/{kind}"][f"/{name}"] = thing


def paint(pdf: Pdf, operators: str) -> None:
    """Paint something more, as decoration."""
    stream: Stream = page(pdf).Contents
    stream.write(stream.read_bytes() + f"\n/Artifact BMC q {operators} Q EMC".encode())
