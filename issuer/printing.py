"""Which characters a page needs, and whether a candidate fits it, before any number exists."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from codes.documents import DocumentType
from codes.occupations import occupations
from codes.wording import Text
from issuer.candidates import Candidate
from issuer.desk import Desk, shanghai_day
from issuer.errors import IssuerError
from templates.certificate import CertificateFace, CertificatePrinter, known_layouts
from templates.fonts import FontChain
from templates.labels import format_print_serial

# Every page of a body also prints these, whoever the holder is.
_ALWAYS = tuple(kind.zh for kind in DocumentType)
_PLACEHOLDER_SERIAL = 999_999


def check_layout(layout: str) -> str:
    """Return `layout` if certificates can be drawn in it.

    Raises:
        IssuerError: they cannot (`layout_unknown`); names those they can.
    """
    known = known_layouts()
    if layout not in known:
        raise IssuerError(
            "layout_unknown",
            Text(
                f"没有名为 {layout} 的证书版式，可用：{'、'.join(known)}",
                f"there is no layout {layout}; known: {', '.join(known)}",
            ),
        )
    return layout


def make_printer(desk: Desk, texts: Iterable[str], fonts: FontChain) -> CertificatePrinter:
    """Return a printer for pages of this body that hold `texts`."""
    names = tuple(occupation.zh for occupation in occupations())
    return CertificatePrinter((desk.site.body.name, *_ALWAYS, *names, *texts), fonts)


def inspect_fit(
    desk: Desk, printer: CertificatePrinter, candidate: Candidate
) -> Sequence[tuple[str, Text]]:
    """Return what would not fit the page, tried with a placeholder number and no photo."""
    day = shanghai_day(desk.clock())
    face = CertificateFace(
        body_name=desk.site.body.name,
        holder_name=candidate.name,
        document_type=candidate.document_type,
        document_number=candidate.document_number,
        occupation=candidate.occupation,
        specialty=candidate.specialty,
        level=candidate.level,
        number=desk.prefix.number(year=day.year, level=candidate.level, serial=_PLACEHOLDER_SERIAL),
        issued_on=day,
        print_serial_text=format_print_serial(day.year, _PLACEHOLDER_SERIAL),
        qr_text="",
        photo_jpeg=b"",
        sample=desk.home.demo,
    )
    return [(problem.field.value, problem.text) for problem in printer.check_fit(face)]
