"""The certificate page: what is printed on it, whether it fits, and the PDF."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from types import MappingProxyType
from typing import Final

from codes.documents import DocumentType
from codes.levels import Level
from codes.number import CertificateNumber
from codes.occupations import Occupation
from codes.wording import Text
from templates import labels, layout
from templates.artwork import page_artwork
from templates.errors import TemplatesError
from templates.fonts import FontChain, explain_missing
from templates.glyphs import FACE_NAME
from templates.labels import LABELS, Field
from templates.page import draw_page
from templates.page_canvas import A4_MM, PageCanvas
from templates.page_text import Fitted, fit
from templates.sample_marks import sample_artwork
from templates.to_unicode import PageFont

LANGUAGE: Final = "zh-CN"
DEFAULT_LAYOUT: Final = "national-1"

_FIXED_CHARACTERS: Final = frozenset(
    "".join(label.zh for label in LABELS.values())
    + labels.TITLE
    + labels.BODY_TEXT
    + labels.CERTIFICATE_SITE
    + labels.BODY_SITE
    + labels.SEAL_NOTE
    + labels.QR_NOTE
    + labels.SAMPLE_NOTE
    + "".join(level.zh for level in Level)
    + "".join(kind.zh for kind in DocumentType)
    + "".join(chr(code) for code in range(0x20, 0x7F))
    + "年月日：·　"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFace:
    """Everything one page shows.

    Args:
        body_name: the assessment body's name exactly as filed.
        holder_name: the holder's name, normalised.
        document_type: the kind of the holder's identity document.
        document_number: its number, normalised.
        occupation: the occupation.
        specialty: the 工种/职业方向, or None.
        level: the skill level.
        number: the certificate number.
        issued_on: the date of issue.
        print_serial_text: the print serial as `labels.format_print_serial` writes it.
        qr_text: what the QR symbol says.
        photo_jpeg: the photo, a grey or RGB JPEG file near 25:35.
        sample: whether page and seal are marked as a sample.
        layout: the known layout the page is drawn in.
        remark: what is said of this copy at the foot, or None.
    """

    body_name: str
    holder_name: str
    document_type: DocumentType
    document_number: str
    occupation: Occupation
    specialty: str | None
    level: Level
    number: CertificateNumber
    issued_on: date
    print_serial_text: str
    qr_text: str
    photo_jpeg: bytes
    sample: bool
    layout: str = DEFAULT_LAYOUT
    remark: str | None = None


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


class CertificatePrinter:
    """Draws certificates with one small font that holds the characters of a whole batch.

    The library's font object keeps a reading position: use one printer per thread.

    Args:
        characters: texts whose characters the batch prints, such as each face's
            `printed_texts`. A page with others is drawn just as well, but has the small font
            made again.
        fonts: where glyphs come from.
    """

    def __init__(self, characters: Iterable[str], fonts: FontChain) -> None:
        self._fonts = fonts
        self._characters: frozenset[str] = frozenset()
        self._prepare("".join(characters))
        rule = (layout.MIDDLE, layout.RULE_HEIGHT)
        self._paper = {"paper": page_artwork(rule, layout.RULE_HALF)}
        self._sample = {"sample": sample_artwork(fonts, layout.SEAL_MIDDLE, layout.SEAL_RADIUS)}

    def check_fit(self, face: CertificateFace) -> tuple[FitProblem, ...]:
        """Return what keeps the page from being printed; nothing when it can be."""
        return self._fitted(face)[1]

    def render(self, face: CertificateFace) -> bytes:
        """Return the page as a PDF file; the same face always gives the same bytes.

        Raises:
            TemplatesError: a field does not fit or has a character that cannot be printed (the
                first of `check_fit`), or the photo is no JPEG.
        """
        values, problems = self._fitted(face)
        if problems:
            raise TemplatesError(problems[0].code, problems[0].text)
        canvas = PageCanvas(
            self._font, issued_on=face.issued_on, title=labels.TITLE, language=LANGUAGE
        )
        draw_page(
            canvas,
            artwork=self._paper | self._sample if face.sample else self._paper,
            values=values,
            photo_jpeg=face.photo_jpeg,
            qr_text=face.qr_text,
            sample=face.sample,
        )
        return canvas.finished()

    def _fitted(
        self, face: CertificateFace
    ) -> tuple[Mapping[Field, Fitted], tuple[FitProblem, ...]]:
        values: dict[Field, Fitted] = {}
        problems: list[FitProblem] = []
        self._prepare(printed_texts(face))
        for field, text in printed_values(face).items():
            missing = self._fonts.missing_characters(text)
            if missing:
                reason = explain_missing(missing[0])
                problems.append(FitProblem(field=field, code="character_missing", text=reason))
                continue
            room = layout.ROOMS.get(field)
            if room is None:
                values[field] = Fitted(lines=(text,), size=layout.FIELD_SIZE)
            elif (fitted := fit(text, room, self._width_mm)) is not None:
                values[field] = fitted
            else:
                problems.append(FitProblem(field=field, code="too_long", text=_too_long(field)))
        return MappingProxyType(values), tuple(problems)

    def _prepare(self, text: str) -> None:
        """See that the small font holds every character of `text` that a font of the chain does."""
        wanted = frozenset(text) | _FIXED_CHARACTERS
        if wanted <= self._characters:
            return
        new = "".join(sorted(wanted - self._characters))
        printable = frozenset(new).difference(self._fonts.missing_characters(new))
        if not printable:
            return
        self._characters |= printable
        small_font = BytesIO(self._fonts.subset(self._characters))
        self._font = PageFont(FACE_NAME, small_font, asciiReadable=False)

    def _width_mm(self, text: str, size: float) -> float:
        return float(self._font.stringWidth(text, size)) * 25.4 / 72


def known_layouts() -> tuple[str, ...]:
    """Return the layouts a certificate can be drawn in, the default first."""
    return (DEFAULT_LAYOUT,)


def page_size_mm(layout_id: str) -> tuple[float, float]:
    """Return width and height of the sheet of a known layout."""
    sizes = dict.fromkeys(known_layouts(), A4_MM)
    return sizes[layout_id]


def printed_values(face: CertificateFace) -> Mapping[Field, str]:
    """Return what is printed after each label."""
    remark = {} if face.remark is None else {Field.REMARK: face.remark}
    return MappingProxyType(
        {
            Field.HOLDER_NAME: face.holder_name,
            Field.DOCUMENT_TYPE: face.document_type.zh,
            Field.DOCUMENT_NUMBER: face.document_number,
            Field.OCCUPATION: face.occupation.zh,
            Field.SPECIALTY: face.specialty or labels.NO_SPECIALTY,
            Field.LEVEL: face.level.zh,
            Field.NUMBER: str(face.number),
            Field.BODY_NAME: face.body_name,
            Field.ISSUED_ON: labels.format_date(face.issued_on),
            Field.CERTIFICATE_SITE: labels.CERTIFICATE_SITE,
            Field.BODY_SITE: labels.BODY_SITE,
            Field.PRINT_SERIAL: face.print_serial_text,
            **remark,
        }
    )


def printed_texts(face: CertificateFace) -> str:
    """Return all of a face's own text, for gathering the characters of a batch."""
    return "".join(printed_values(face).values())


def _too_long(field: Field) -> Text:
    label = LABELS[field]
    return Text(
        f"“{label.zh}”过长，缩小字号并分两行后仍无法在证书上完整打印。",
        f"{label.en} is too long to be printed in full, even smaller and on two lines.",
    )
