"""The finished certificate before the judges: archive, tags, voice and print."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from templates.archival import Attachment
from templates.certificate import CertificatePrinter, printed_values
from templates.drawing import Drawing
from templates.labels import Field
from templates.page_file import SealSpace
from tests.pdf.archival.glyph_shapes import inspect_shapes
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
RING = Drawing.of("1 0 0 RG 2 w 10 10 90 90 re S", (0, 0, 110, 110))
CASES: dict[str, dict[str, Any]] = {
    "ordinary": {},
    "sample": {"sample": True},
    "reissue": {"remark": "补发，原证书遗失。"},
    "long": {"body_name": "天津市滨海新区" + "某" * 33},
    "foreign": {"holder_name": "MARIA DEL CARMEN GARCIA"},
}


def sealed(picture: Drawing | None = RING, **changes: Any) -> bytes:
    """Return a page whose hole is filled as long as a seal would."""
    space = SealSpace(contents_bytes=6000, signer_name=SIGNER, picture=picture)
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


def test_every_field_is_heard_after_its_label_in_the_order_of_the_form() -> None:
    face = make_face()
    heard = spoken_fields(read_aloud(sealed()))
    assert dict(heard) == dict(printed_values(face))
    assert list(heard) == [field for field in Field if field in heard]
