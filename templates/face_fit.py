"""Fits the values of a certificate into a layout, or says why one cannot be printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from types import MappingProxyType
from typing import Final

from codes.wording import Text
from templates.fonts import FontChain, explain_missing
from templates.labels import LABELS, Field
from templates.layout import SIGNATURE_FIELDS, Layout
from templates.layout_files import load_layout
from templates.page_text import Fitted, fit
from templates.typefaces import Typefaces

_FITS: Final = 1024  # values whose fit is remembered: more than a batch has of the common ones
_NOTHING: Final[Mapping[Field, Fitted]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class FitProblem:
    """Why a field cannot be printed as it is.

    Args:
        field: the field.
        code: `too_long` or `character_missing`.
        text: the reason; names a character, never the whole value.
    """

    field: Field
    code: str
    text: Text


class FaceFitter:
    """Fits values in the typefaces of any layout; what a layout needs is made once.

    Args:
        fonts: all fonts at hand.
    """

    def __init__(self, fonts: FontChain) -> None:
        self._fonts = fonts
        self._typefaces: dict[str, Typefaces] = {}
        # Most of what is printed on a page stands on the page before it as well.
        self._fit = lru_cache(_FITS)(self._fit_value)

    def typefaces(self, layout: Layout) -> Typefaces:
        """Return the typefaces of a layout."""
        made = self._typefaces.get(layout.id)
        if made is None:
            made = self._typefaces[layout.id] = Typefaces(self._fonts, layout)
        return made

    def fit_values(
        self, layout: Layout, values: Mapping[Field, str]
    ) -> tuple[Mapping[Field, Fitted], tuple[FitProblem, ...]]:
        """Return the values that fit, as they will be drawn, and what is wrong with the others."""
        fitted: dict[Field, Fitted] = {}
        problems: list[FitProblem] = []
        for field, text in values.items():
            found = self._fit(layout.id, field, text)
            if isinstance(found, Fitted):
                fitted[field] = found
            else:
                problems.append(found)
        return MappingProxyType(fitted), tuple(problems)

    def _fit_value(self, layout_id: str, field: Field, text: str) -> Fitted | FitProblem:
        missing = self._fonts.missing_characters(text)
        if missing:
            reason = explain_missing(missing[0])
            return FitProblem(field=field, code="character_missing", text=reason)
        layout = load_layout(layout_id)
        measure = partial(self.typefaces(layout).width_mm, layout.value_style(field))
        found = fit(text, layout.room(field), measure)
        return found or FitProblem(field=field, code="too_long", text=_too_long(field))

    def fit_english(self, layout: Layout, values: Mapping[Field, str]) -> Mapping[Field, Fitted]:
        """Return the English lines of a layout that has them; nothing where it is not bilingual.

        A line is set smaller until it fits: what it says stands in Chinese above it.
        """
        if not layout.bilingual:
            return _NOTHING
        style, typefaces = layout.styles["value_en"], self.typefaces(layout)
        fitted: dict[Field, Fitted] = {}
        for field, text in values.items():
            in_table = field not in SIGNATURE_FIELDS
            room = layout.table.width_mm if in_table else layout.room(field).width_mm
            width = typefaces.width_mm(style, text)
            size = style.size * min(1.0, room / width if width else 1.0)
            fitted[field] = Fitted(lines=(text,) if text else (), size=size)
        return fitted


def _too_long(field: Field) -> Text:
    label = LABELS[field]
    return Text(
        f"“{label.zh}”过长，缩小字号并分两行后仍无法在证书上完整打印。",
        f"{label.en} is too long to be printed in full, even smaller and on two lines.",
    )
