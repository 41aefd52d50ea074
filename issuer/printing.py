"""The printer of a body's pages, and whether a candidate fits them before any number exists."""

from __future__ import annotations

from collections.abc import Sequence

from codes.wording import Text
from issuer.candidates import Candidate
from issuer.desk import Desk, shanghai_day
from issuer.sealing import Seal, SealLevel
from templates.certificate import CertificateFace, CertificatePrinter
from templates.fonts import FontChain
from templates.labels import format_print_serial
from templates.layout_files import DEFAULT_LAYOUT
from templates.page_file import SealSpace
from templates.seal_drawing import SEAL_DIAMETER_MM, seal_drawing

_PLACEHOLDER_SERIAL = 999_999


def make_printer(desk: Desk, fonts: FontChain) -> CertificatePrinter:
    """Return a printer of pages that keep room for the body's seal."""
    space = seal_space(desk.seal, fonts, desk.site.body.name, sample=desk.home.demo)
    return CertificatePrinter(fonts, space)


def seal_space(seal: Seal, fonts: FontChain, body_name: str, *, sample: bool) -> SealSpace:
    """Return the room that pages keep for a body's seal.

    Args:
        seal: the seal, open.
        fonts: what its picture is set in.
        body_name: the body's name as filed.
        sample: whether the seal is marked as a sample.
    """
    material, kept = seal.material, seal.level is not SealLevel.B_B
    return SealSpace(
        contents_bytes=seal.contents_bytes,
        signer_name=seal.signer_name,
        picture=seal_drawing(fonts, body_name, sample=sample, diameter_mm=SEAL_DIAMETER_MM),
        certificates=material.certificates if kept else (),
        crls=material.crls if kept else (),
        ocsps=material.ocsps if kept else (),
    )


def inspect_fit(
    desk: Desk, printer: CertificatePrinter, candidate: Candidate, layout: str = DEFAULT_LAYOUT
) -> Sequence[tuple[str, Text]]:
    """Return what would not fit the page, tried with a placeholder number and no photo."""
    day = shanghai_day(desk.clock())
    face = CertificateFace(
        body_name=desk.site.body.name,
        layout=layout,
        holder_name=candidate.name,
        holder_name_latin=candidate.latin_name,
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
