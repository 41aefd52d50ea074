"""The finished certificate before the judges: archive, tags, voice and print."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO
from types import MappingProxyType
from typing import Any

import pikepdf
import pytest

from templates.archival import Attachment
from templates.certificate import CertificatePrinter, printed_values
from templates.drawing import Drawing
from templates.labels import Field
from templates.page_file import SealSpace
from templates.seal_drawing import SEAL_DIAMETER_MM, seal_drawing
from tests.pdf.archival.glyph_shapes import inspect_shapes
from tests.pdf.archival.validator import validator_findings
from tests.pdf.archival_rules import inspect_archival, read_aloud, spoken_fields
from tests.pdf.page_samples import BARE, make_face

SIGNER = "天津市某某职业技能培训学校有限公司"
RECORD = Attachment(
    name="record.cose",
    mime_type="application/cose",
    relationship="Source",
    description="签名的证书记录",
    content=b"a signed record",
)
RING = seal_drawing(BARE, SIGNER, sample=False, diameter_mm=SEAL_DIAMETER_MM)
# What the store of validation material holds is not read by these rules: any bytes will do.
STORED: dict[str, tuple[bytes, ...]] = {
    "certificates": (b"a certificate", b"another"),
    "crls": (b"a list",),
    "ocsps": (b"an answer",),
}
NOTHING: Mapping[str, tuple[bytes, ...]] = MappingProxyType({})
CASES: dict[str, dict[str, Any]] = {
    "ordinary": {},
    "sample": {"sample": True},
    "reissue": {"remark": "补发，原证书遗失。"},
    "long": {"body_name": "天津市滨海新区" + "某" * 33},
    "foreign": {"holder_name": "MARIA DEL CARMEN GARCIA"},
}


def sealed(
    picture: Drawing | None = RING,
    stored: Mapping[str, tuple[bytes, ...]] = NOTHING,
    **changes: Any,
) -> bytes:
    """Return a page whose hole is filled as long as a seal would."""
    space = SealSpace(contents_bytes=6000, signer_name=SIGNER, picture=picture, **stored)
    face = make_face(attachments=(RECORD,), **changes)
    now = datetime(2026, 11, 23, 1, 2, 3, tzinfo=UTC)
    return CertificatePrinter(BARE, space).render(face, now).filled(bytes(3000))[0]


@pytest.mark.parametrize("changes", CASES.values(), ids=CASES)
def test_the_page_breaks_no_rule(changes: dict[str, Any]) -> None:
    pdf = sealed(**changes)
    assert inspect_archival(pdf) == ()
    assert inspect_shapes(pdf, BARE) == ()


def test_a_page_with_an_invisible_seal_breaks_no_rule() -> None:
    assert inspect_archival(sealed(picture=None)) == ()


def test_a_page_that_keeps_what_validates_its_seal_breaks_no_rule() -> None:
    pdf = sealed(stored=STORED)
    assert inspect_archival(pdf) == ()
    assert validator_findings(pdf) == ()
    with pikepdf.open(BytesIO(pdf)) as document:
        store = document.Root.DSS
        assert [store.Certs[1].read_bytes(), store.OCSPs[0].read_bytes()] == [
            STORED["certificates"][1],
            STORED["ocsps"][0],
        ]


def test_every_field_is_heard_after_its_label_in_the_order_of_the_form() -> None:
    face = make_face()
    heard = spoken_fields(read_aloud(sealed()))
    assert dict(heard) == dict(printed_values(face))
    assert list(heard) == [field for field in Field if field in heard]
