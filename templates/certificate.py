"""The certificate page: what is printed on it, whether it fits, and the PDF."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Final

from codes.documents import DocumentType
from codes.levels import Level
from codes.number import CertificateNumber
from codes.occupations import Occupation
from codes.qr_symbol import make_symbol
from templates import labels
from templates.archival import Attachment
from templates.embedded_font import EmbeddedFont
from templates.errors import TemplatesError
from templates.face_fit import FaceFitter, FitProblem
from templates.fonts import FontChain
from templates.guilloche import pattern_seed
from templates.labels import Field
from templates.layout import STANDING_FIELDS
from templates.layout_files import DEFAULT_LAYOUT, load_layout
from templates.page_artwork import PageArtwork
from templates.page_drawing import page_content
from templates.page_file import PageKind, PageParts, SealSpace
from templates.page_plan import PagePlan
from templates.page_text import Fitted
from templates.pictures import photo_picture, symbol_picture
from templates.unsealed_page import UnsealedPage

LANGUAGE: Final = "zh-CN"
_CAPITALS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFace:
    """Everything one page shows.

    Args:
        layout: id of the layout the copy pins.
        body_name: the assessment body's name exactly as filed.
        holder_name: the holder's name, normalised.
        holder_name_latin: the name in pinyin, for bilingual layouts; None leaves its line empty.
        document_type: the kind of the holder's identity document.
        document_number: its number, normalised.
        occupation: the occupation.
        specialty: the 工种/职业方向, or None.
        level: the skill level.
        number: the certificate number; None leaves it blank, on a sample view.
        issued_on: the date of issue.
        print_serial_text: the print serial as `labels.format_print_serial` writes it.
        remark: what the copy says of itself, such as that it replaces a lost one; or None.
        qr_text: what the QR symbol says.
        photo_jpeg: the photo, a grey or RGB JPEG file near 25:35.
        attachments: files that travel inside, the signed record first.
        sample: whether page and seal are marked as a sample.
    """

    layout: str = DEFAULT_LAYOUT
    body_name: str
    holder_name: str
    holder_name_latin: str | None = None
    document_type: DocumentType
    document_number: str
    occupation: Occupation
    specialty: str | None
    level: Level
    number: CertificateNumber | None
    issued_on: date
    print_serial_text: str
    remark: str | None = None
    qr_text: str
    photo_jpeg: bytes
    attachments: tuple[Attachment, ...] = ()
    sample: bool


@dataclass(frozen=True, slots=True)
class _Kind:
    """What pages of one kind share."""

    plan: PagePlan
    file: PageKind
    artwork: PageArtwork


@dataclass(frozen=True, slots=True)
class _KindKey:
    """What tells two kinds of page apart."""

    layout: str
    body_name: str
    sample: bool
    remark: bool
    attachments: tuple[tuple[str, str, str, str], ...]


class CertificatePrinter:
    """Draws certificates; what pages of one kind share is made once.

    Use one printer per thread: fonts keep a reading position.

    Args:
        fonts: where glyphs come from.
        seal: the room for the body's seal; None for pages that get none.
    """

    def __init__(self, fonts: FontChain, seal: SealSpace | None = None) -> None:
        self._fonts = fonts
        self._seal = seal
        self._kinds: dict[_KindKey, _Kind] = {}
        self._fitter = FaceFitter(fonts)

    def check_fit(self, face: CertificateFace) -> tuple[FitProblem, ...]:
        """Return what keeps the page from being printed; nothing when it can be."""
        return self._fitted(face)[1]

    def render(self, face: CertificateFace, sealed_at: datetime | None = None) -> UnsealedPage:
        """Return the page as a file without its seal; the same face always gives the same bytes.

        Args:
            face: what the page shows.
            sealed_at: the time the seal will claim, aware; needed where there is a seal.

        Raises:
            TemplatesError: a field does not fit or has a character that cannot be printed (the
                first of `check_fit`), the photo is no JPEG, or the layout is not known.
        """
        values, problems = self._fitted(face)
        if problems:
            raise TemplatesError(problems[0].code, problems[0].text)
        layout = load_layout(face.layout)
        kind = self._kind_of(face, values)
        font = EmbeddedFont(self._fitter.typefaces(layout).outline)
        photo, symbol = photo_picture(face.photo_jpeg), make_symbol(face.qr_text)
        seed = pattern_seed(face.qr_text.encode("ascii"))
        content = page_content(
            kind.plan,
            font,
            values=values,
            english=self._fitter.fit_english(layout, printed_english(face)),
            under=kind.artwork.operators(seed, number_text(face)),
            photo=photo,
            symbol=symbol,
        )
        return kind.file.assemble(
            PageParts(
                content=content,
                font=font.objects(),
                font_tag="".join(_CAPITALS[byte % 26] for byte in seed[:6]),
                photo=photo,
                symbol=symbol_picture(symbol),
                day=face.issued_on,
                file_id=seed[:16],
                attachments=face.attachments,
                sealed_at=sealed_at,
            )
        )

    def _fitted(
        self, face: CertificateFace
    ) -> tuple[Mapping[Field, Fitted], tuple[FitProblem, ...]]:
        return self._fitter.fit_values(load_layout(face.layout), printed_values(face))

    def _kind_of(self, face: CertificateFace, values: Mapping[Field, Fitted]) -> _Kind:
        key = _KindKey(
            face.layout,
            face.body_name,
            face.sample,
            face.remark is not None,
            tuple((a.name, a.mime_type, a.relationship, a.description) for a in face.attachments),
        )
        made = self._kinds.get(key)
        if made is None:
            made = self._kinds[key] = self._make_kind(face, values)
        return made

    def _make_kind(self, face: CertificateFace, values: Mapping[Field, Fitted]) -> _Kind:
        layout = load_layout(face.layout)
        typefaces = self._fitter.typefaces(layout)
        fixed = EmbeddedFont(typefaces.outline)
        plan = PagePlan(
            layout,
            fixed,
            typefaces.width_mm,
            sample=face.sample,
            sealed=self._seal is not None,
            remark=face.remark is not None,
            standing={field: values[field] for field in STANDING_FIELDS},
        )
        artwork = PageArtwork(layout, self._fonts, sample=face.sample)
        file = PageKind(
            plan,
            fixed.objects(),
            language=LANGUAGE,
            title=labels.TITLE,
            artwork=artwork.forms,
            seal=self._seal,
            attachments=face.attachments,
        )
        return _Kind(plan, file, artwork)


def number_text(face: CertificateFace) -> str:
    """Return the certificate number as it is printed, empty where it is left blank."""
    return "" if face.number is None else str(face.number)


def printed_values(face: CertificateFace) -> Mapping[Field, str]:
    """Return what is printed after each label."""
    values = {
        Field.HOLDER_NAME: face.holder_name,
        Field.DOCUMENT_TYPE: face.document_type.zh,
        Field.DOCUMENT_NUMBER: face.document_number,
        Field.OCCUPATION: face.occupation.zh,
        Field.SPECIALTY: face.specialty or labels.NO_SPECIALTY,
        Field.LEVEL: face.level.zh,
        Field.NUMBER: number_text(face),
        Field.BODY_NAME: face.body_name,
        Field.ISSUED_ON: labels.format_date(face.issued_on),
        Field.CERTIFICATE_SITE: labels.CERTIFICATE_SITE,
        Field.BODY_SITE: labels.BODY_SITE,
        Field.PRINT_SERIAL: face.print_serial_text,
    }
    if face.remark is not None:
        values[Field.REMARK] = face.remark
    return MappingProxyType(values)


def printed_english(face: CertificateFace) -> Mapping[Field, str]:
    """Return the values that bilingual layouts print on English lines."""
    return MappingProxyType(
        {
            Field.HOLDER_NAME: face.holder_name_latin or "",
            Field.DOCUMENT_TYPE: face.document_type.en,
            Field.OCCUPATION: face.occupation.en,
            Field.LEVEL: face.level.en,
            Field.ISSUED_ON: labels.format_date_en(face.issued_on),
        }
    )
