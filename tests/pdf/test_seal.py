"""The seal of a page that went the whole way of issuing, before readers that know nothing of us."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from asn1crypto.cms import ContentInfo
from pyhanko.sign.diff_analysis import ModificationLevel
from sqlalchemy import select, update

from codes.levels import Level
from issuer.desk import Desk
from issuer.faces import draw_recorded, face_of
from issuer.printing import make_printer
from issuer.reserving import open_batch
from issuer.seal_custody import keep_crl
from issuer.sealing import SealLevel
from issuer.timestamping import try_authority, write_timestamps
from keys.algorithms import Algorithm, PublicJwk
from keys.envelope import decode_envelope
from keys.ring import PublicKey, Ring, SignatureState, Standing, verify_envelope
from log.leaves import LeafKind
from registry.home import Home
from registry.log_models import LogEntry
from registry.models import Copy
from registry.session import reading, transaction
from templates.fonts import FontChain
from templates.labels import Field, read_fields
from tests.conftest import NOW, PASSPHRASE
from tests.issuer.desks import desk_at, file_body, issue, people, write_people
from tests.issuer.seal_homes import real_now, seal_body
from tests.keys.seal_readers import (
    openssl_accepts,
    pdfsig_accepts,
    pyhanko_long_term_status,
    pyhanko_status,
    whole_and_valid,
)
from tests.keys.sealed_pdf import covered_bytes, sealed_range
from tests.keys.timestamp_samples import Responder, make_responder, serve
from tests.pdf.archival.validator import validator_findings
from tests.pdf.archival_rules import inspect_archival
from tests.pdf.page_samples import page_text
from verifier.opening import open_verifier
from verifier.verdict import Verdict

CHANGED_BYTES = 1000
CHANGED_BYTES_FOR_PYHANKO = 30
BATCH = "一"
_SEAL_CODES = {"seal_whole", "seal_padded", "seal_blanks_after", "seal_damaged"}


@pytest.fixture
def filed(home: Home) -> Home:
    file_body(home, algorithm=Algorithm.ES256)
    return home


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, bytes]:
    """A home with one certificate, and its file as the body hands it out."""
    folder = tmp_path_factory.mktemp("issued")
    home = Home.create(folder / "home", demo=True, passphrase=PASSPHRASE, now=NOW, environment={})
    file_body(home, algorithm=Algorithm.ES256)
    with desk_at(home) as desk:
        return home, issue_one(desk, folder)


def issue_one(desk: Desk, folder: Path) -> bytes:
    """Issue one certificate and return its file."""
    roster = write_people(folder / "in", people(Level.THREE, 1))
    ((_, file),) = issue(desk, roster, folder / "out", batch=BATCH).files
    return file.read_bytes()


def cms_of(pdf: bytes) -> bytes:
    """Return the CMS in /Contents without what fills its room."""
    first, second = sealed_range(pdf)
    padded = bytes.fromhex(pdf[first + 1 : second - 1].decode("ascii"))
    return bytes(ContentInfo.load(padded).dump())


def flipped(pdf: bytes, place: int, bit: int = 0) -> bytes:
    """Return the file with one bit of one byte changed."""
    return pdf[:place] + bytes([pdf[place] ^ (1 << bit)]) + pdf[place + 1 :]


def test_three_readers_call_the_issued_page_valid_and_wholly_covered(
    issued: tuple[Home, bytes], tmp_path: Path
) -> None:
    home, pdf = issued
    roots = [home.seal_root_path.read_bytes()]
    assert whole_and_valid(pyhanko_status(pdf, roots, NOW))
    assert pdfsig_accepts(pdf, tmp_path)
    assert openssl_accepts(pdf, cms_of(pdf), roots, tmp_path)
    assert inspect_archival(pdf) == ()
    assert validator_findings(pdf) == ()


def test_openssl_refuses_another_content(issued: tuple[Home, bytes], tmp_path: Path) -> None:
    home, pdf = issued
    roots = [home.seal_root_path.read_bytes()]
    assert not openssl_accepts(flipped(pdf, 40), cms_of(pdf), roots, tmp_path)


def test_a_change_of_any_byte_outside_contents_breaks_the_seal(
    issued: tuple[Home, bytes],
) -> None:
    home, pdf = issued
    roots = [home.seal_root_path.read_bytes()]
    signed = ContentInfo.load(cms_of(pdf))["content"]["signer_infos"][0]["signed_attrs"]
    (said,) = (one["values"][0].native for one in signed if one["type"].native == "message_digest")
    assert hashlib.sha256(covered_bytes(pdf)).digest() == said

    chance = random.Random(20261123)
    first, second = sealed_range(pdf)
    outside = [*range(first), *range(second, len(pdf))]
    places = chance.sample(outside, CHANGED_BYTES)
    changed = [flipped(pdf, place, chance.randrange(8)) for place in places]
    assert [
        place
        for place, file in zip(places, changed, strict=True)
        if hashlib.sha256(file[:first] + file[second:]).digest() == said
    ] == []
    sample = [*changed[:CHANGED_BYTES_FOR_PYHANKO], *_with_another_range(pdf)]
    assert [len(file) for file in sample if _still_accepted(file, roots)] == []


def _with_another_range(pdf: bytes) -> Iterator[bytes]:
    """Yield files whose ByteRange leaves a byte more out, before the hole or at the end."""
    first, second = sealed_range(pdf)
    for old, new in (
        (b"%010d %010d" % (first, second), b"%010d %010d" % (first - 1, second)),
        (b" %010d]" % (len(pdf) - second), b" %010d]" % (len(pdf) - second - 1)),
    ):
        assert old in pdf
        yield pdf.replace(old, new, 1)


def _still_accepted(pdf: bytes, roots: list[bytes]) -> bool:
    try:
        return whole_and_valid(pyhanko_status(pdf, roots, NOW))
    except Exception:  # noqa: BLE001 - a file that no longer opens is not accepted, whatever it says
        return False


def test_only_the_file_as_issued_is_called_identical(
    issued: tuple[Home, bytes], tmp_path: Path
) -> None:
    home, pdf = issued
    # A digit of the seal in capitals: another file, though every reader finds the same seal in it.
    first, second = sealed_range(pdf)
    place = next(at for at in range(second - 1, first, -1) if pdf[at] in b"abcdef")
    capital = pdf[:place] + pdf[place : place + 1].upper() + pdf[place + 1 :]
    assert pdfsig_accepts(capital, tmp_path)
    assert whole_and_valid(pyhanko_status(capital, [home.seal_root_path.read_bytes()], NOW))

    verdicts = verify(home, pdf, capital, pdf + b"\n", flipped(pdf, 12))
    told = {"file_identical", "file_not_identical", "file_saved_anew"}
    assert [codes(verdict) & told for verdict in verdicts] == [
        {"file_identical"},
        {"file_saved_anew"},
        {"file_saved_anew"},
        {"file_saved_anew"},
    ]
    assert [verdict.outcome == verdicts[0].outcome for verdict in verdicts[1:]] == [False] * 3
    assert [codes(verdict) & _SEAL_CODES for verdict in verdicts] == [
        {"seal_whole"},
        {"seal_padded"},
        {"seal_blanks_after"},
        {"seal_damaged"},
    ]


def verify(home: Home, *files: bytes) -> list[Verdict]:
    """Return the product's verdict on each file."""
    verifier = open_verifier(home, clock=lambda: NOW)
    try:
        return [verifier.verify_file(file, "证书.pdf") for file in files]
    finally:
        verifier.close()


def codes(verdict: Verdict) -> set[str]:
    """Return the codes of a verdict's findings."""
    return {finding.code for finding in verdict.findings}


def test_with_a_timestamp_authority_the_page_is_b_lt_and_validates_off_line(
    home: Home, tmp_path: Path
) -> None:
    responder = make_responder(tmp_path / "tsa")
    with _stamping_desk(home, responder) as desk:
        assert desk.seal.level is SealLevel.B_LT
        pdf = issue_one(desk, tmp_path / "issued")
    roots = [home.seal_root_path.read_bytes(), responder.root]

    status = pyhanko_long_term_status(pdf, roots, real_now())
    assert whole_and_valid(status)
    assert status.modification_level is ModificationLevel.NONE
    assert status.timestamp_validity is not None
    assert status.timestamp_validity.trusted
    assert pdfsig_accepts(pdf, tmp_path)
    assert openssl_accepts(pdf, cms_of(pdf), roots, tmp_path)
    # The store of validation material is in the one revision, under the seal.
    assert inspect_archival(pdf) == ()
    with pikepdf.open(BytesIO(pdf)) as document:
        store = document.Root.DSS
        kept = {one.read_bytes() for one in store.Certs}
        assert kept >= set(roots)
        assert len(store.CRLs) == 2


@contextmanager
def _stamping_desk(home: Home, responder: Responder) -> Iterator[Desk]:
    """Open a desk whose seals are stamped with the machine's time, as openssl stamps."""
    known = responder.certificates
    seal_body(home, now=real_now())
    keep_crl(home, responder.crl(), known)
    with serve(responder) as url:
        write_timestamps(home, try_authority(url, known, now=real_now()))
        with desk_at(home, clock=real_now) as desk:
            yield desk


def test_a_second_try_after_a_crash_gives_equal_bytes(filed: Home, tmp_path: Path) -> None:
    fonts = FontChain()
    with desk_at(filed) as desk:
        first = issue_one(desk, tmp_path)
        with reading(desk.engine) as session:
            copy = session.scalars(select(Copy)).one()
            stored = copy.pdf_stored
            face = face_of(desk, copy)
        files = sorted((filed.path / "store").rglob("*"))
        digests = {make_printer(desk, fonts).render(face, NOW).digest for _ in range(2)}
        assert len(digests) == 1

    # Put back to before the commit and reconciled: the file is there, and a leaf of nobody's; the
    # row knows nothing of it.
    later = datetime(2026, 11, 24, 2, 0, tzinfo=NOW.tzinfo)
    with desk_at(filed, clock=lambda: later) as desk:
        with transaction(desk.engine) as session:
            row = session.scalars(select(Copy)).one()
            row.pdf_stored = row.pdf_sha256_sealed = row.file_leaf_index = None
            file_leaf = update(LogEntry).where(LogEntry.kind == LeafKind.COPY)
            session.execute(file_leaf.values(award_id=None, copy_id=None))
        assert draw_recorded(desk, open_batch(desk, BATCH), fonts, lambda _: None) == 1
        with reading(desk.engine) as session:
            assert session.scalars(select(Copy)).one().pdf_stored == stored
        assert issue_one(desk, tmp_path) == first
    assert sorted((filed.path / "store").rglob("*")) == files


def test_the_file_alone_proves_its_record(issued: tuple[Home, bytes]) -> None:
    _, pdf = issued
    files = attachments(pdf)
    assert list(files) == ["key.json", "proof.tlog", "record.cose"]
    key = key_of(files["key.json"])
    proof = verify_envelope(decode_envelope(files["record.cose"]), Ring([key]))
    assert proof.signature is SignatureState.GENUINE
    printed = read_fields(page_text(pdf))
    assert printed[Field.NUMBER] == str(proof.record.number)
    assert printed[Field.HOLDER_NAME] == proof.record.holder_name

    spoilt = flipped(files["record.cose"], len(files["record.cose"]) - 1)
    proof = verify_envelope(decode_envelope(spoilt), Ring([key]))
    assert proof.signature is SignatureState.WRONG


def key_of(data: bytes) -> PublicKey:
    """Return the key that key.json describes; when it was in force is for the register to say."""
    entry = json.loads(data)
    jwk = PublicJwk(y=entry["jwk"].pop("y", None), **entry["jwk"])
    return PublicKey(
        key_id=entry["key_id"],
        algorithm=jwk.algorithm,
        jwk=jwk,
        prefix=entry["prefix"],
        valid_from=NOW.date(),
        valid_to=None,
        standing=Standing.ACTIVE,
    )


def attachments(pdf: bytes) -> Mapping[str, bytes]:
    """Return the files that travel inside, by name."""
    with pikepdf.open(BytesIO(pdf)) as document:
        return {
            name: document.attachments[name].get_file().read_bytes()
            for name in sorted(document.attachments)
        }
