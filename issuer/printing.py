"""Whether a candidate fits the page, before any number exists."""

from __future__ import annotations

from collections.abc import Sequence

from codes.wording import Text
from issuer.candidates import Candidate
from issuer.desk import Desk, shanghai_day
from templates.certificate import CertificateFace, CertificatePrinter
from templates.labels import format_print_serial

_PLACEHOLDER_SERIAL = 999_999


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
