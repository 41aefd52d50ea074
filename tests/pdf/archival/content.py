"""What a page paints, piece by piece: a small interpreter of content streams."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String

_PATHS: Final = frozenset({"S", "s", "f", "F", "f*", "B", "B*", "b", "b*"})
_SHOWS: Final = frozenset({"Tj", "TJ", "'", '"'})
_DEVICE: Final = {
    "g": "/DeviceGray",
    "G": "/DeviceGray",
    "rg": "/DeviceRGB",
    "RG": "/DeviceRGB",
    "k": "/DeviceCMYK",
    "K": "/DeviceCMYK",
}
DEEPEST_FORM: Final = 12
_WORDS_OF_OPERATORS: Final = (
    "b B b* B* BDC BI BMC BT BX c cm CS cs d d0 d1 Do DP EI EMC ET EX f F f* G g gs h i ID j J K k "
    "l m M MP n q Q re RG rg ri s S SC sc SCN scn sh T* Tc Td TD Tf Tj TJ TL Tm Tr Ts Tw Tz v w W "
    "W* y ' \" INLINE IMAGE"
)
OPERATORS: Final = frozenset(_WORDS_OF_OPERATORS.split())


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Place:
    """Where a marked content is: its number, in the page's own content or in a form's.

    Args:
        form: the number of the form's object; (0, 0) for the page's own content.
        mcid: the marked-content identifier.
    """

    form: tuple[int, int]
    mcid: int


PAGE: Final = (0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One level of marked content: its tag, its property list, if any, and its stream."""

    tag: str
    properties: Any
    form: tuple[int, int]

    @property
    def place(self) -> Place | None:
        """Where it is, if it has an identifier."""
        if self.properties is None or "/MCID" not in self.properties:
            return None
        return Place(form=self.form, mcid=int(self.properties["/MCID"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Painted:
    """One thing painted, with all that matters about how.

    Args:
        kind: `text`, `path`, `image`, `shading` or `mark` (a marked content begins).
        marks: the marked contents it stands in, outermost first.
        colours: names or objects of the colour spaces it is painted with.
        thing: the image, the shading, else None.
        font: the font of text, else None.
        codes: the two-byte character codes of text.
        size: of text, in points, before the matrix.
        states: the graphics state dictionaries in force.
    """

    kind: str
    marks: tuple[Mark, ...]
    colours: tuple[Any, ...] = ()
    thing: Any = None
    font: Any = None
    codes: tuple[int, ...] = ()
    size: float = 0.0
    states: tuple[Any, ...] = ()

    @property
    def is_artifact(self) -> bool:
        """Whether it is decoration that is not read."""
        return any(mark.tag == "/Artifact" for mark in self.marks)

    @property
    def place(self) -> Place | None:
        """The place of the innermost marked content that has an identifier."""
        return next((mark.place for mark in reversed(self.marks) if mark.place is not None), None)


@dataclass(slots=True, kw_only=True)
class _State:
    fill: Any = "/DeviceGray"
    stroke: Any = "/DeviceGray"
    font: Any = None
    size: float = 0.0
    mode: int = 0
    states: tuple[Any, ...] = ()


@dataclass(slots=True, kw_only=True)
class _Reader:
    resources: Any
    depth: int
    form: tuple[int, int]
    marks: list[Mark]
    state: _State
    saved: list[_State] = field(default_factory=list)

    def read(self, holder: Any) -> Iterator[Painted]:
        outer = len(self.marks)
        for instruction in pikepdf.parse_content_stream(holder):
            if isinstance(instruction, pikepdf.ContentStreamInlineImage):
                yield self._painted("image", (self.state.fill,), thing=instruction.iimage)
                continue
            yield from self._step(str(instruction.operator), list(instruction.operands))
        del self.marks[outer:]

    def _step(self, operator: str, operands: list[Any]) -> Iterator[Painted]:
        state = self.state
        if operator == "q":
            self.saved.append(replace(state))
        elif operator == "Q" and self.saved:
            self.state = self.saved.pop()
        elif operator in _DEVICE:
            self._colour(operator.isupper(), _DEVICE[operator])
        elif operator in {"cs", "CS"}:
            self._colour(operator == "CS", self._space(operands[0]))
        elif operator == "gs":
            state.states = (*state.states, self._named("/ExtGState", operands[0]))
        elif operator == "Tf":
            state.font, state.size = self._named("/Font", operands[0]), float(operands[1])
        elif operator == "Tr":
            state.mode = int(operands[0])
        elif operator in {"BMC", "BDC"}:
            yield self._begin(operands)
        elif operator == "EMC" and self.marks:
            self.marks.pop()
        elif operator in _SHOWS:
            yield self._text(operands)
        elif operator in _PATHS:
            yield self._painted("path", self._path_colours(operator))
        elif operator == "sh":
            shading = self._named("/Shading", operands[0])
            space = None if shading is None else shading.get("/ColorSpace")
            yield self._painted("shading", (space,), thing=shading)
        elif operator == "Do":
            yield from self._object(self._named("/XObject", operands[0]))

    def _begin(self, operands: list[Any]) -> Painted:
        properties = operands[1] if len(operands) > 1 else None
        if isinstance(properties, Name):
            properties = self._named("/Properties", properties)
        self.marks.append(Mark(tag=str(operands[0]), properties=properties, form=self.form))
        return self._painted("mark", ())

    def _object(self, thing: Any) -> Iterator[Painted]:
        if thing is None:
            return
        if thing.get("/Subtype") != Name.Form:
            masked = bool(thing.get("/ImageMask", False))
            colours = (self.state.fill,) if masked else (thing.get("/ColorSpace"),)
            yield self._painted("image", colours, thing=thing)
        elif self.depth < DEEPEST_FORM:
            inner = _Reader(
                resources=thing.get("/Resources", Dictionary()),
                depth=self.depth + 1,
                form=thing.objgen,
                marks=self.marks,
                state=replace(self.state),
            )
            yield from inner.read(thing)

    def _text(self, operands: list[Any]) -> Painted:
        parts = operands[-1] if isinstance(operands[-1], Array) else [operands[-1]]
        shown = b"".join(bytes(part) for part in parts if isinstance(part, String | bytes))
        codes = tuple(int.from_bytes(shown[at : at + 2], "big") for at in range(0, len(shown), 2))
        mode = self.state.mode % 4
        inks = {0: (self.state.fill,), 1: (self.state.stroke,), 3: ()}
        colours = inks.get(mode, (self.state.fill, self.state.stroke))
        return self._painted("text", colours, font=self.state.font, codes=codes)

    def _painted(self, kind: str, colours: tuple[Any, ...], **more: Any) -> Painted:
        return Painted(
            kind=kind,
            marks=tuple(self.marks),
            colours=colours,
            size=self.state.size,
            states=self.state.states,
            **more,
        )

    def _path_colours(self, operator: str) -> tuple[Any, ...]:
        if operator in {"S", "s"}:
            return (self.state.stroke,)
        if operator in {"f", "F", "f*"}:
            return (self.state.fill,)
        return (self.state.fill, self.state.stroke)

    def _colour(self, stroke: bool, space: Any) -> None:
        if stroke:
            self.state.stroke = space
        else:
            self.state.fill = space

    def _space(self, name: Any) -> Any:
        if str(name) in {"/DeviceGray", "/DeviceRGB", "/DeviceCMYK", "/Pattern"}:
            return str(name)
        return self._named("/ColorSpace", name)

    def _named(self, kind: str, name: Any) -> Any:
        """Return a resource, or None: `resources_are_its_own` tells of one that is not there."""
        held = (self.resources or {}).get(kind)
        return None if held is None else held.get(str(name))


def interpret(page: Any) -> Iterator[Painted]:
    """Yield all that a page paints, and each marked content as it begins."""
    return _reader(page, PAGE).read(pikepdf.Page(page))


def interpret_form(form: Any) -> Iterator[Painted]:
    """Yield all that a form by itself paints, such as what an annotation looks like."""
    return _reader(form, form.objgen).read(form)


def _reader(holder: Any, form: tuple[int, int]) -> _Reader:
    resources = holder.get("/Resources", Dictionary())
    return _Reader(resources=resources, depth=0, form=form, marks=[], state=_State())


def content_holders(page: Any) -> Iterator[tuple[str, Any, Any]]:
    """Yield the page and every form it can draw as (name, holder of content, resources)."""
    waiting: list[tuple[str, Any, Any]] = [("page", pikepdf.Page(page), page.get("/Resources"))]
    seen: set[tuple[int, int]] = set()
    for annotation in page.get("/Annots", ()):
        look = annotation.get("/AP", {}).get("/N")
        if isinstance(look, Stream):
            waiting.append(("appearance", look, look.get("/Resources")))
    while waiting:
        name, holder, resources = waiting.pop()
        yield name, holder, resources
        for key, thing in (resources or {}).get("/XObject", {}).items():
            if thing.get("/Subtype") == Name.Form and thing.objgen not in seen:
                seen.add(thing.objgen)
                waiting.append((f"form {key}", thing, thing.get("/Resources")))
