"""The benchmark's gate lets a right certificate through and names what is wrong with another."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from bench.issue import GateClosed, Plan, StockFont, measure
from bench.issue_awards import awards
from bench.issue_font import small_font
from bench.issue_gate import Demand, faults
from bench.issue_golden import golden_faults
from bench.issue_keys import Keys, make_keys
from bench.issue_ours import Ours, signed_face
from bench.issue_page import runs_of
from bench.issue_stock import Stock
from registry.store import FileStore
from templates.certificate import CertificateFace
from tests.conftest import NOW
from tests.pdf.golden_pages import FOLDER
from tests.pdf.page_samples import make_photo, need, render

STRICT = Demand(same_photo=True)


@pytest.fixture(autouse=True)
def _poppler() -> None:
    need(shutil.which("pdftotext") is not None, "pdftotext (poppler-utils)")


@pytest.fixture(scope="module")
def keys() -> Keys:
    """Keys of a body whose certificates are valid now."""
    return make_keys(datetime.now(UTC))


@pytest.fixture(scope="module")
def face(keys: Keys) -> CertificateFace:
    """What an ordinary certificate shows."""
    (award,) = awards(0, 1)
    return signed_face(award, keys)


@pytest.fixture(scope="module")
def page(face: CertificateFace) -> bytes:
    """Our page of it."""
    return render(face)


@pytest.fixture(scope="module")
def sealed(
    face: CertificateFace, keys: Keys, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[bytes]:
    """The plain pipeline's sealed file of it."""
    folder = tmp_path_factory.mktemp("stock")
    font = folder / "font.ttf"
    font.write_bytes(small_font({c for run in runs_of(face) for c in run.text}))
    yield Stock(font, keys, FileStore(folder / "store")).seal(face)


def test_a_right_page_passes(page: bytes, face: CertificateFace) -> None:
    assert faults(page, face, replace(STRICT, reference=page)) == []


def test_a_wrong_name_is_seen_by_both_extractors(face: CertificateFace) -> None:
    found = faults(render(replace(face, holder_name="王玉")), face, STRICT)

    assert [fault.partition(" ")[0] for fault in found] == ["PDFium", "pdftotext"]
    assert all(face.holder_name in fault for fault in found)


def test_a_wrong_glyph_is_seen_in_the_picture(page: bytes, face: CertificateFace) -> None:
    reference = render(replace(face, holder_name="王玉"))
    (found,) = faults(page, face, replace(STRICT, reference=reference))

    assert found.startswith("the picture differs from the reference")


def test_a_missing_photo_is_seen(face: CertificateFace) -> None:
    (found,) = faults(render(replace(face, photo_jpeg=make_photo(30, 42))), face, STRICT)

    assert found.startswith("no picture of 295 × 413 pixels")


def test_a_photo_encoded_anew_is_seen_where_it_must_be_the_same(face: CertificateFace) -> None:
    output = BytesIO()
    with Image.open(BytesIO(face.photo_jpeg)) as photo:
        photo.save(output, "JPEG", quality=60)
    page = render(replace(face, photo_jpeg=output.getvalue()))

    assert faults(page, face, STRICT) == ["the photo is not carried byte for byte"]
    assert faults(page, face, Demand()) == []


def test_another_symbol_is_seen(face: CertificateFace) -> None:
    (found,) = faults(render(replace(face, qr_text=face.qr_text + "1")), face, STRICT)

    assert "QR" in found


def test_a_font_that_is_not_embedded_is_seen(face: CertificateFace) -> None:
    output = BytesIO()
    canvas = Canvas(output)
    canvas.drawString(9, 9, "text")
    canvas.save()
    found = faults(output.getvalue(), face, Demand())

    assert "font Helvetica is not embedded" in found


def test_a_damaged_structure_is_seen(page: bytes, face: CertificateFace) -> None:
    found = faults(page.replace(b"startxref\n", b"startxref\n9"), face, STRICT)

    assert [fault for fault in found if fault.startswith("qpdf: ")]


def test_a_second_page_is_seen(page: bytes, face: CertificateFace) -> None:
    output = BytesIO()
    with pikepdf.open(BytesIO(page)) as opened:
        opened.add_blank_page()
        opened.save(output)

    assert faults(output.getvalue(), face, STRICT) == ["2 pages"]


def test_a_valid_seal_passes_and_a_missing_one_does_not(
    sealed: bytes, page: bytes, face: CertificateFace, keys: Keys
) -> None:
    demand = Demand(unembedded_fonts=frozenset({"Helvetica"}), seal_root_pem=keys.root_pem)

    assert faults(sealed, face, demand) == []
    assert faults(page, face, demand) == ["0 seals"]


def test_our_sealed_file_passes_with_every_demand(
    face: CertificateFace, keys: Keys, tmp_path: Path
) -> None:
    page, sha256 = Ours(keys, FileStore(tmp_path)).seal(face)
    again, _ = Ours(keys, FileStore(tmp_path)).seal(face)
    demand = replace(STRICT, reference=again, seal_root_pem=keys.root_pem)

    assert faults(page, face, demand) == []
    assert sha256 == hashlib.sha256(page).digest()
    with pikepdf.open(BytesIO(page)) as pdf:
        attached = {name: pdf.attachments[name].get_file().read_bytes() for name in pdf.attachments}
    assert attached == {one.name: one.content for one in face.attachments}


def test_a_golden_page_that_looks_otherwise_closes_the_gate(tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "golden")
    assert golden_faults(tmp_path / "golden") == []
    shutil.copy(FOLDER / "sample.png", tmp_path / "golden" / "ordinary.png")
    (found,) = golden_faults(tmp_path / "golden")
    assert found.startswith("ordinary: ")


def test_a_seal_of_another_root_or_over_less_than_the_file_is_seen(
    sealed: bytes, face: CertificateFace, keys: Keys
) -> None:
    spared = frozenset({"Helvetica"})
    own = Demand(unembedded_fonts=spared, seal_root_pem=keys.root_pem)
    other = Demand(unembedded_fonts=spared, seal_root_pem=make_keys(NOW).root_pem)

    assert "pyHanko does not call the seal valid" in faults(sealed, face, other)[0]
    assert "the seal does not cover the whole file" in faults(_with_revision(sealed), face, own)


def test_no_figures_come_of_a_pipeline_that_draws_wrong_pages(tmp_path: Path) -> None:
    class Photoless(Ours):
        def seal(self, face: CertificateFace) -> tuple[bytes, bytes]:
            return super().seal(replace(face, photo_jpeg=make_photo(30, 42)))

    plan = Plan(
        gated=1,
        rounds=1,
        lot=1,
        stock_lot=1,
        worker_count=1,
        worker_rounds=1,
        memory_counts=(1, 2),
        stock_font=StockFont.BATCH,
        rivals=False,
        quick=True,
    )
    with pytest.raises(GateClosed, match="our file does not pass the gate: no picture of 295"):
        measure(plan, tmp_path, lambda _: None, Photoless)


def _with_revision(pdf: bytes) -> bytes:
    """Return the file with an update appended that changes nothing a reader sees."""
    previous = int(pdf.rsplit(b"startxref", 1)[1].split()[0])
    size = int(pdf.rsplit(b"/Size", 1)[1].split()[0])
    root = pdf.rsplit(b"/Root", 1)[1].split(b"R")[0].decode()
    place = len(pdf) + 1
    return pdf + (
        f"\nxref\n0 0\ntrailer\n<< /Size {size} /Root{root}R /Prev {previous} >>\n"
        f"startxref\n{place}\n%%EOF\n"
    ).encode("ascii")
