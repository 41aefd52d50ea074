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
from templates.layout import FOOT_FIELDS, TABLE_FIELDS, Layout, Paragraph, TextStyle
from templates.page_text import Fitted, flow
from templates.structure import Node, TagTree

FIXED_FONT: Final = "F0"
OWN_FONT: Final = "F1"
ENGLISH: Final = "en"
LINE_LEADING: Final = 1.16  # of the size, for the second line of a value
RISE_OF_TWO_LINES: Final = 0.85  # of the leading, so that two lines stand on the same rule
_INDENT: Final = "　　"
_LABEL_GAP_MM: Final = 0.6


class MeasureStyled(Protocol):
    """Gives the width in millimetres of a text in a style."""

    def __call__(self, text: str, style: TextStyle) -> float: ...


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

    def filled(self, font: EmbeddedFont, value: Fitted) -> str:
        """Return the operators of label and value, the label level with the value's first line.

        One height for both is what lets every extractor give the value right after its label.

        Args:
            font: the font the value is drawn with, which encodes it.
            value: the fitted value; no line at all leaves the place empty.
        """
        count, size = len(value.lines), number(value.size)
        leading = value.size * LINE_LEADING / MM
        top = self.baseline_mm + leading * (count - 1) * RISE_OF_TWO_LINES
        heights = [number((top - leading * place) * MM) for place in range(count or 1)]
        before, after = self.label
        parts = [f"{self.opening}{before}{heights[0]}{after}", self.between]
        for line, height in zip(value.lines, heights, strict=False):  # no line has a height too
            before, after = self.value.around(size, font.encode(self.face, line))
            parts.append(f"{before}{height}{after}")
        parts.append(self.closing)
        return " ".join(parts)


class PagePlan:
    """What stands on every page of one kind, in pieces, with slots for what changes.

    Args:
        layout: where everything stands.
        fixed: the font of the fixed words, which are encoded with it here.
        width_mm: measures a text in a style.
        sample: whether the page is marked as a sample.
        sealed: whether a seal is put in its place; words hold it free otherwise.
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
            self._slot(field, table.left_mm, table.value_left_mm, baseline, head, cell)
            if layout.bilingual:
                self._english_line(field, baseline - table.second_drop_mm, row)

    def _english_line(self, field: Field, baseline: float, row: Node) -> None:
        table = self.layout.table
        head = self.tags.add("TH", row, lang=ENGLISH, attributes="/A<</O/Table/Scope/Row>>")
        cell = self.tags.add("TD", row, lang=ENGLISH)
        self._slot(field, table.left_mm, table.value_left_mm, baseline, head, cell, english=True)

    def _signature_block(self, *, sealed: bool) -> None:
        layout = self.layout
        for field, entry in (
            (Field.BODY_NAME, layout.body_name),
            (Field.ISSUED_ON, layout.issued_on),
        ):
            left, baseline = entry.at_mm
            self._labelled(field, left, baseline, "label", "value", 0)
        if not sealed:
            x, y = layout.seal.middle_mm
            self._centred("P", labels.SEAL_NOTE, (x, y + 2), "note")

    def _foot(self, *, remark: bool) -> None:
        layout, foot = self.layout, self.layout.foot
        symbol = layout.symbol
        middle = symbol.left_mm + symbol.side_mm / 2
        height = symbol.bottom_mm - symbol.note_drop_mm
        self._centred("P", labels.QR_NOTE, (middle, height), "note")
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
        value_left = left + self._width_mm(words, self.layout.styles[label]) + gap
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
        )
        self.pieces.append(slot if fitted is None else slot.filled(self._fixed, fitted))

    def _slot(
        self,
        field: Field,
        label_left: float,
        value_left: float,
        baseline: float,
        head: Node,
        cell: Node,
        *,
        english: bool = False,
    ) -> None:
        words = f"{LABELS[field].en}:" if english else LABELS[field].zh
        suffix = "_en" if english else ""
        style = self.layout.styles[f"value{suffix}"]
        self.pieces.append(
            Slot(
                field=field,
                english=english,
                opening=_begin("TH", self.tags.mark(head)),
                label=self._open_run(words, label_left, f"label{suffix}"),
                between="EMC " + _begin("TD", self.tags.mark(cell)),
                closing="EMC",
                value=run_of(OWN_FONT, style, value_left),
                face=style.face,
                baseline_mm=baseline,
            )
        )

    def _centred(
        self, role: str, text: str, at_mm: tuple[float, float], style: str, lang: str = ""
    ) -> None:
        node = self.tags.add(role, lang=lang)
        x = at_mm[0] - self._width_mm(text, self.layout.styles[style]) / 2
        self._marked(node, self._run(text, x, at_mm[1], style))

    def _paragraph(
        self, text: str, column: Paragraph, style: str, indent: str, lang: str = ""
    ) -> None:
        width = partial(self._width_mm, style=self.layout.styles[style])
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
