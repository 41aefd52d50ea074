"""The fixed part of a page, made once: every word and rule that all certificates of a body share.

The order of drawing is the order of the text layer: title, body text, the table of fields, body
and date, then the foot. Each piece of text is marked for the tag tree (`templates.structure`); all
else is an artifact.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol

from codes.wording import Text
from templates import labels
from templates.drawing import MM, number, numbers
from templates.embedded_font import EmbeddedFont
from templates.labels import LABELS, Field
from templates.layout import (
    ENGLISH_VALUES,
    FOOT_FIELDS,
    SIGNATURE_FIELDS,
    TABLE_FIELDS,
    Layout,
    Paragraph,
    TextStyle,
)
from templates.page_text import Fitted, flow
from templates.structure import Node, TagTree

FIXED_FONT: Final = "F0"
OWN_FONT: Final = "F1"
ENGLISH: Final = "en"
LINE_LEADING: Final = 1.16  # of the size, for the second line of a value
RISE_OF_TWO_LINES: Final = 0.85  # of the leading, so that two lines stand on the same rule
RISE_BESIDE_ENGLISH: Final = 0.62  # where the second line has the place of an English value
_INDENT: Final = "　　"
_LABEL_GAP_MM: Final = 0.6
_ENGLISH_GAP_MM: Final = 1.2
_NOTE_LEADING_MM: Final = 3.8


class MeasureStyled(Protocol):
    """Gives the width in millimetres of a text in a style."""

    def __call__(self, style: TextStyle, text: str) -> float: ...


@dataclass(frozen=True, slots=True)
class Run:
    """The operators of a run of text, all but its size, its height and its characters."""

    before: str
    placed: str
    after: str

    def around(self, size: str, codes: str) -> tuple[str, str]:
        """Return the operators before and after the height of the baseline.

        Args:
            size: of the type, in points, as PDF writes it.
            codes: of the characters, in hexadecimal digits.
        """
        return f"{self.before}{size}{self.placed}", f" Tm <{codes}> Tj ET{self.after}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A field's label, made, and the place of its value, which is yet to be known.

    Args:
        field: the field.
        english: whether this is the English line of the field.
        opening: operators before the label.
        label: operators of the label up to its height, and after it.
        between: operators between label and value.
        closing: operators after the value.
        value: the run of the value.
        face: typeface of the value.
        baseline_mm: of the line.
        left_mm: where the value begins.
        size: of its type, in points, before fitting.
        rise: how far the first of two lines is raised, as a part of the leading.
    """

    field: Field
    english: bool = False
    opening: str
    label: tuple[str, str]
    between: str
    closing: str
    value: Run
    face: str
    baseline_mm: float
    left_mm: float
    size: float
    rise: float = RISE_OF_TWO_LINES

    def filled(self, font: EmbeddedFont, value: Fitted) -> str:
        """Return the operators of label and value, the label level with the value's first line.

        One height for both is what lets every extractor give the value right after its label.

        Args:
            font: the font the value is drawn with, which encodes it.
            value: the fitted value; no line at all leaves the place empty.
        """
        before, after = self.label
        lines = self._lines(font, value)
        parts = [f"{self.opening}{before}{self._heights(value)[0]}{after}", self.between]
        return " ".join([*parts, *lines, self.closing])

    def value_alone(self, font: EmbeddedFont, value: Fitted) -> str:
        """Return the operators of the value without its label, for a sheet that has it already."""
        return " ".join(self._lines(font, value))

    def _heights(self, value: Fitted) -> list[str]:
        """Return the baseline of each line; of none at all, where the first would stand."""
        count, leading = len(value.lines), value.size * LINE_LEADING / MM
        top = self.baseline_mm + leading * (count - 1) * self.rise
        return [number((top - leading * place) * MM) for place in range(count or 1)]

    def _lines(self, font: EmbeddedFont, value: Fitted) -> list[str]:
        size, runs = number(value.size), []
        for line, height in zip(value.lines, self._heights(value), strict=False):  # as above
            before, after = self.value.around(size, font.encode(self.face, line))
            runs.append(f"{before}{height}{after}")
        return runs


class PagePlan:
    """What stands on every page of one kind, in pieces, with slots for what changes.

    Args:
        layout: where everything stands.
        fixed: the font of the fixed words, which are encoded with it here.
        width_mm: measures a text in a style.
        sample: whether the page is marked as a sample.
        sealed: whether the page is sealed; words hold the seal's place free where none is seen.
        remark: whether the page carries a remark.
        standing: the values that are the same on every page, fitted.
    """

    def __init__(
        self,
        layout: Layout,
        fixed: EmbeddedFont,
        width_mm: MeasureStyled,
        *,
        sample: bool,
        sealed: bool,
        remark: bool,
        standing: Mapping[Field, Fitted],
    ) -> None:
        self.layout = layout
        self._standing = standing
        self.tags = TagTree()
        self.pieces: list[str | Slot] = []
        self._fixed = fixed
        self._width_mm = width_mm
        if sample:
            self._centred("P", labels.SAMPLE_NOTE, layout.sample_note.at_mm, "sample_note")
        self._heading()
        self.photo_mark = self._figure(labels.PHOTO_ALT)
        self._table()
        self._signature_block(sealed=sealed)
        self.symbol_mark = self._figure(labels.SYMBOL_ALT)
        self._foot(remark=remark)
        self.seal_node = self.tags.add("Form", alt=labels.SEAL_ALT.zh) if sealed else None

    def _figure(self, alt: Text) -> int:
        return self.tags.mark(self.tags.add("Figure", alt=alt.zh))

    def _heading(self) -> None:
        layout = self.layout
        self._centred("H1", labels.TITLE, layout.title.at_mm, "title")
        if layout.subtitle is not None:
            self._centred("P", labels.TITLE_EN, layout.subtitle.at_mm, "subtitle", ENGLISH)
        self._paragraph(labels.BODY_TEXT, layout.body, "body", _INDENT)
        if layout.body_en is not None:
            self._paragraph(labels.BODY_TEXT_EN, layout.body_en, "body_en", "", ENGLISH)

    def _table(self) -> None:
        layout, table = self.layout, self.layout.table
        node = self.tags.add("Table")
        for place, field in enumerate(TABLE_FIELDS):
            baseline = table.top_mm - table.step_mm * place
            row = self.tags.add("TR", node)
            head = self.tags.add("TH", row, attributes="/A<</O/Table/Scope/Row>>")
            cell = self.tags.add("TD", row)
            self._slot(field, baseline, head, cell)
            if layout.bilingual:
                below = baseline - table.second_drop_mm
                span = self.tags.add("Span", cell, lang=ENGLISH)
                self._in_english(field, span, table.left_mm, below, table.value_left_mm)

    def _signature_block(self, *, sealed: bool) -> None:
        layout = self.layout
        entries = (layout.body_name, layout.issued_on)
        for field, entry in zip(SIGNATURE_FIELDS, entries, strict=True):
            left, baseline = entry.at_mm
            self._labelled(field, left, baseline, "label", "value", 0)
            if layout.bilingual:
                below = baseline - layout.table.second_drop_mm
                self._in_english(field, self.tags.add("P", lang=ENGLISH), left, below)
        if not (sealed and layout.seal.visible):
            x, y = layout.seal.middle_mm
            self._centred("P", labels.SEAL_NOTE, (x, y + 2), "note")

    def _foot(self, *, remark: bool) -> None:
        layout, foot = self.layout, self.layout.foot
        symbol = layout.symbol
        middle = symbol.left_mm + symbol.side_mm / 2
        height = symbol.bottom_mm - symbol.note_drop_mm
        self._centred("P", labels.QR_NOTE, (middle, height), "note")
        if layout.bilingual:
            height -= _NOTE_LEADING_MM
            self._centred("P", labels.QR_NOTE_EN, (middle, height), "note_en", ENGLISH)
        fields = [field for field in FOOT_FIELDS if remark or field is not Field.REMARK]
        for place, field in enumerate(fields):
            baseline = foot.top_mm - foot.leading_mm * place
            self._labelled(field, foot.left_mm, baseline, "small_label", "small", _LABEL_GAP_MM)

    def _labelled(
        self, field: Field, left: float, baseline: float, label: str, value: str, gap: float
    ) -> None:
        """Add a line of a label, a colon and a value, read as one."""
        node = self.tags.add("P")
        words = f"{LABELS[field].zh}："
        value_left = left + self._width_mm(self.layout.styles[label], words) + gap
        fitted, style = self._standing.get(field), self.layout.styles[value]
        font = OWN_FONT if fitted is None else FIXED_FONT
        slot = Slot(
            field=field,
            opening=_begin("P", self.tags.mark(node)),
            label=self._open_run(words, left, label),
            between="",
            closing="EMC",
            value=run_of(font, style, value_left),
            face=style.face,
            baseline_mm=baseline,
            left_mm=value_left,
            size=style.size,
        )
        self.pieces.append(slot if fitted is None else slot.filled(self._fixed, fitted))

    def _in_english(
        self, field: Field, node: Node, left: float, baseline: float, value_left: float = 0
    ) -> None:
        """Add a field's English line: label and value, or the label alone, read as one.

        Args:
            field: the field.
            node: the element it belongs to.
            left: where the label begins, in millimetres.
            baseline: of the line.
            value_left: where the value begins; right after the label where it is 0.
        """
        words, style = f"{LABELS[field].en}:", self.layout.styles["value_en"]
        if field not in ENGLISH_VALUES:
            self._marked(node, self._run(words, left, baseline, "label_en"))
            return
        after = left + self._width_mm(self.layout.styles["label_en"], words) + _ENGLISH_GAP_MM
        self.pieces.append(
            Slot(
                field=field,
                english=True,
                opening=_begin(node.role, self.tags.mark(node)),
                label=self._open_run(words, left, "label_en"),
                between="",
                closing="EMC",
                value=run_of(OWN_FONT, style, value_left or after),
                face=style.face,
                baseline_mm=baseline,
                left_mm=value_left or after,
                size=style.size,
            )
        )

    def _slot(self, field: Field, baseline: float, head: Node, cell: Node) -> None:
        """Add a row of the table."""
        table, style = self.layout.table, self.layout.styles["value"]
        below_is_free = self.layout.bilingual and field not in ENGLISH_VALUES
        self.pieces.append(
            Slot(
                field=field,
                rise=RISE_BESIDE_ENGLISH if below_is_free else RISE_OF_TWO_LINES,
                opening=_begin(head.role, self.tags.mark(head)),
                label=self._open_run(LABELS[field].zh, table.left_mm, "label"),
                between="EMC " + _begin(cell.role, self.tags.mark(cell)),
                closing="EMC",
                value=run_of(OWN_FONT, style, table.value_left_mm),
                face=style.face,
                baseline_mm=baseline,
                left_mm=table.value_left_mm,
                size=style.size,
            )
        )

    def _centred(
        self, role: str, text: str, at_mm: tuple[float, float], style: str, lang: str = ""
    ) -> None:
        node = self.tags.add(role, lang=lang)
        x = at_mm[0] - self._width_mm(self.layout.styles[style], text) / 2
        self._marked(node, self._run(text, x, at_mm[1], style))

    def _paragraph(
        self, text: str, column: Paragraph, style: str, indent: str, lang: str = ""
    ) -> None:
        width = partial(self._width_mm, self.layout.styles[style])
        baseline, runs = column.top_mm, []
        for place, line in enumerate(flow(text, column.right_mm - column.left_mm, width, indent)):
            left = column.left_mm + (width(indent) if place == 0 else 0)
            runs.append(self._run(line, left, baseline, style))
            baseline -= column.leading_mm
        self._marked(self.tags.add("P", lang=lang), " ".join(runs))

    def _marked(self, node: Node, operators: str) -> None:
        self.pieces.append(f"{_begin(node.role, self.tags.mark(node))}{operators} EMC")

    def _run(self, text: str, x_mm: float, y_mm: float, style: str) -> str:
        before, after = self._open_run(text, x_mm, style)
        return f"{before}{number(y_mm * MM)}{after}"

    def _open_run(self, text: str, x_mm: float, style: str) -> tuple[str, str]:
        described = self.layout.styles[style]
        codes = self._fixed.encode(described.face, text)
        return run_of(FIXED_FONT, described, x_mm).around(number(described.size), codes)


def run_of(font: str, style: TextStyle, x_mm: float) -> Run:
    """Return the operators of a run of text.

    Args:
        font: name of the font resource.
        style: how it is set, but for its size.
        x_mm: where it begins.
    """
    ink = numbers(*style.ink)
    before, after = f"BT {ink} rg ", ""
    if style.weight or style.tracking:  # kept from what follows
        before, after = "q " + before, after + " Q"
    if style.weight:
        before += f"{ink} RG {number(style.weight)} w 2 Tr "
    if style.tracking:
        before += f"{number(style.tracking)} Tc "
    return Run(f"{before}/{font} ", f" Tf 1 0 0 1 {number(x_mm * MM)} ", after)


def _begin(role: str, mark: int) -> str:
    return f"/{role}<</MCID {mark}>>BDC "
