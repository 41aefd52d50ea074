"""One PDF file opened for judging, and the shape every rule has.

Clauses are of ISO 19005-3:2012 (PDF/A-3) unless they name ISO 32000-1 or ISO 14289-1 (PDF/UA-1);
`ours` marks what no standard asks but our own files promise.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from itertools import chain
from typing import Any, Final

from fontTools.ttLib import TTFont, TTLibError
from pikepdf import Array, Dictionary, Name, Pdf, PdfError, Stream

from tests.pdf.archival.content import Painted, interpret, interpret_form
from tests.pdf.archival.fonts import PageFont, read_font
from tests.pdf.archival.places import Places, read_places

# What the readers beneath raise on a file that is not what it says.
_FAULTS_OF_FILES: Final = (
    *(AttributeError, KeyError, TypeError, ValueError, IndexError, OverflowError, RecursionError),
    *(AssertionError, NotImplementedError, RuntimeError, struct.error, PdfError, TTLibError),
)


class ToldElsewhere(Exception):
    """A rule has nothing to judge, because of a fault that another rule tells of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """One rule a file breaks.

    Args:
        rule: the rule's name.
        clause: where it stands written.
        detail: what was found.
    """

    rule: str
    clause: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule: its name, its clause, and what tells each breach of it."""

    name: str
    clause: str
    breaches: Callable[[Archive], Iterable[str]]

    def inspect(self, archive: Archive) -> Iterator[Broken]:
        """Report every breach; a file too broken for the rule to be applied breaks it."""
        try:
            details = list(self.breaches(archive))
        except ToldElsewhere:
            return
        except _FAULTS_OF_FILES as fault:
            details = [f"cannot be judged: {type(fault).__name__}: {fault}"]
        for detail in details:
            yield Broken(rule=self.name, clause=self.clause, detail=detail)


def rule(clause: str) -> Callable[[Callable[[Archive], Iterable[str]]], Rule]:
    """Make a rule of a function that yields the breaches it finds."""

    def made(breaches: Callable[[Archive], Iterable[str]]) -> Rule:
        return Rule(name=breaches.__name__, clause=clause, breaches=breaches)

    return made


class Archive:
    """A file as bytes and as objects, with its content interpreted once.

    Args:
        data: the whole file.

    Raises:
        pikepdf.PdfError: the file cannot be opened at all.
    """

    def __init__(self, data: bytes) -> None:
        self.data: Final = data
        self.pdf: Final = Pdf.open(BytesIO(data))

    @property
    def root(self) -> Any:
        """The document catalog."""
        return self.pdf.Root

    @property
    def page(self) -> Any:
        """The first page's dictionary."""
        return self.pdf.pages[0].obj

    @cached_property
    def places(self) -> Places:
        """Where the file says its objects are."""
        return read_places(self.data, self.pdf)

    @cached_property
    def objects(self) -> tuple[Any, ...]:
        """Every dictionary and stream of the file, direct ones included."""
        seen: list[Any] = []
        waiting: list[Any] = [self.pdf.trailer, *self.pdf.objects]
        while waiting:
            thing = waiting.pop()
            if isinstance(thing, Dictionary | Stream):
                seen.append(thing)
                members = [thing[key] for key in thing.keys()]  # noqa: SIM118 not a mapping
            elif isinstance(thing, Array):
                members = list(thing)
            else:
                continue
            waiting.extend(member for member in members if is_direct(member))
        return tuple(seen)

    @cached_property
    def painted(self) -> tuple[Painted, ...]:
        """Everything the page paints, in order, forms entered where they are drawn."""
        return tuple(interpret(self.page))

    @cached_property
    def inked(self) -> tuple[Painted, ...]:
        """Everything the page paints, and then what its annotations look like."""
        looks = [annotation.get("/AP", {}).get("/N") for annotation in self.annotations]
        forms = [interpret_form(look) for look in looks if isinstance(look, Stream)]
        return (*self.painted, *chain.from_iterable(forms))

    @cached_property
    def fonts(self) -> tuple[PageFont, ...]:
        """Every font that shows text on the page or in an annotation, once."""
        found: dict[tuple[int, int], PageFont] = {}
        for item in self.inked:
            if item.font is not None and item.font.objgen not in found:
                found[item.font.objgen] = read_font(item.font)
        return tuple(found.values())

    def font_of(self, item: Painted) -> PageFont | None:
        """Return the font a piece of text is shown in."""
        if item.font is None:
            return None
        return next(font for font in self.fonts if font.objgen == item.font.objgen)

    def used_codes(self, font: PageFont) -> frozenset[int]:
        """Return the character codes shown in a font."""
        return frozenset(
            code
            for item in self.inked
            if item.font is not None and item.font.objgen == font.objgen
            for code in item.codes
        )

    def text_of(self, item: Painted) -> str:
        """Return a piece of text as its font's ToUnicode map gives it."""
        font = self.font_of(item)
        if font is None:
            return ""
        return "".join(
            font.to_unicode.get(code, "\N{REPLACEMENT CHARACTER}") for code in item.codes
        )

    @cached_property
    def annotations(self) -> tuple[Any, ...]:
        """The page's annotations."""
        return tuple(self.page.get("/Annots", ()))

    @cached_property
    def signatures(self) -> tuple[Any, ...]:
        """The values of the signature fields that are signed."""
        form = self.root.get("/AcroForm", {})
        return tuple(
            field["/V"]
            for field in form.get("/Fields", ())
            if field.get("/FT") == Name.Sig and "/V" in field
        )


def is_direct(thing: Any) -> bool:
    """Tell whether a value stands inside its holder instead of being an object of its own."""
    return bool(isinstance(thing, Dictionary | Stream | Array) and not thing.is_indirect)


def open_font(data: bytes) -> TTFont:
    """Open an embedded TrueType font."""
    return TTFont(BytesIO(data), lazy=False)
