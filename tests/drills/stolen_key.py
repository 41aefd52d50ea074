"""The part of the insider drill in which he has a body's private key, and signs perfectly."""

from __future__ import annotations

import random
import secrets
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from codes.number import CertificateNumber, parse_number
from codes.qr_text import decode_qr_text, encode_qr_text
from codes.record import Record, decode_record, encode_record
from issuer.errors import LogRefused
from issuer.fsck.run import fsck
from issuer.leaves import issue_leaf
from issuer.log_desk import office_of
from issuer.log_publishing import publish_log
from keys.envelope import Envelope, encode_envelope
from keys.signing import PrivateKey, prepare, sign
from log.errors import LogError
from registry.access import seal_envelope, seal_public, ways_in
from registry.home import Home
from registry.log_reader import LogReader
from registry.logbook import Waiting, append_all, stream_of
from registry.models import Award, Copy
from registry.session import open_engine
from registry.vault import Vault
from tests.drills.drill import Facts, require, require_none
from tests.drills.insider_office import Office, make_living_office
from tests.drills.office import NOW, PUBLIC_URL, Person, desk_of, people
from verifier.key_source import home_source
from verifier.logged import check_stapled
from verifier.opening import open_verifier
from verifier.service import Verifier
from verifier.verdict import Outcome, Verdict

_AWARDS = 8
_LATER = NOW + timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Forged:
    """A certificate that nobody awarded, signed with the body's own key."""

    person: Person
    record: Record
    payload: bytes
    envelope: Envelope

    @property
    def qr_text(self) -> str:
        """What its QR code would carry."""
        return encode_qr_text(
            f"{PUBLIC_URL}/q#",
            algorithm=int(self.envelope.algorithm),
            payload=self.payload,
            signature=self.envelope.signature,
        )


def run_stolen_key(folder: Path, *, count: int, seed: int) -> Facts:
    """Sign `count` certificates with the stolen key and ask about each, online and off line."""
    office = make_living_office(folder / "office", _AWARDS, seed)
    with desk_of(office.home) as desk:
        key = desk.cabinet.key_for(NOW.date()).private  # stolen from the home
    forged = list(_forge(office, key, count, seed))
    online = _answers(open_verifier(office.home, clock=lambda: _LATER), forged)
    require(set(online) == {Outcome.UNREGISTERED}, f"unlogged certificates are {dict(online)}")
    alone = Verifier(home_source(office.home), None, b"", lambda: _LATER)
    offline = _answers(alone, forged)
    require(set(offline) == {Outcome.INCONCLUSIVE}, f"off line they are {dict(offline)}")
    stapled = _stapled(office, forged)
    require_none(stapled, "a proof of another record was believed")
    planted = _plant(office, forged, folder / "planted")
    return {
        "certificates signed with the stolen key": count,
        "online: called unregistered": online[Outcome.UNREGISTERED],
        "online: called valid": online[Outcome.VALID],
        "off line: called more than inconclusive": count - offline[Outcome.INCONCLUSIVE],
        "a genuine proof of another record stapled: refused": count,
        **planted,
    }


def _forge(office: Office, key: PrivateKey, count: int, seed: int) -> Iterator[_Forged]:
    chance = random.Random(seed)
    model = decode_record(decode_qr_text(next(iter(office.qr_texts.values()))).payload)
    for place, person in zip(range(count), people(seed + 1), strict=False):
        number = CertificateNumber(f"{model.number.text[:16]}{1_000 + place:06d}")
        record = replace(
            model,
            number=number,
            holder_name=person.name,
            commitment=chance.randbytes(16),
            print_serial=10_000 + place,
            status_index=100_000 + place,
            key_id=key.public.key_id,
        )
        payload = encode_record(record)
        yield _Forged(
            person=person, record=record, payload=payload, envelope=sign(key, prepare(payload))
        )


def _answers(verifier: Verifier, forged: list[_Forged]) -> Counter[Outcome]:
    try:
        return Counter(verifier.verify_qr(one.qr_text).outcome for one in forged)
    finally:
        verifier.close()


def _stapled(office: Office, forged: list[_Forged]) -> list[str]:
    """Return which certificates a genuine proof of another record makes look registered."""
    vkey = LogReader(office.home.log_folder).vkey()
    with closing(sqlite3.connect(office.home.path / "registry.sqlite3")) as raw:
        proofs = [
            row[0] for row in raw.execute("SELECT log_proof FROM copies WHERE log_proof NOT NULL")
        ]
    believed = []
    for place, one in enumerate(forged):
        proof = proofs[place % len(proofs)].encode()
        try:
            check_stapled(proof, one.record, one.payload, vkey)
        except LogError:
            continue
        believed.append(str(one.record.number))
    return believed


def _plant(office: Office, forged: list[_Forged], folder: Path) -> Facts:
    """Plant every row that SQL and the pepper can make; then let the office publish."""
    home = office.copy_to(folder)
    _insert_rows(home, forged)
    before = _ask(home, forged)
    with desk_of(home, clock=lambda: _LATER) as desk:
        noticed = {fault.row for fault in fsck(home, desk.engine, desk.vault)}
        missed = [str(one.record.number) for one in forged if str(one.record.number) not in noticed]
        require_none(missed, "planted certificates that fsck did not name")
        try:
            publish_log(office_of(desk))
            refused = "no"
        except LogRefused as error:
            refused = error.code
    after = _ask(home, forged)
    for answers in (before, after):
        good = {Outcome.UNREGISTERED, Outcome.INCONCLUSIVE}
        require(set(answers) <= good, f"planted certificates are called {dict(answers)}")
    require(refused == "log_entry_unproved", "planted leaves were logged")
    return {
        "planted in the database: called valid": before[Outcome.VALID] + after[Outcome.VALID],
        "planted: named by log fsck": len(forged),
        "planted: publishing them": f"refused ({refused})",
    }


def _ask(home: Home, forged: list[_Forged]) -> Counter[Outcome]:
    verifier = open_verifier(home, clock=lambda: _LATER)
    try:
        verdicts: list[Verdict] = []
        for one in forged:
            verdicts.append(verifier.verify_qr(one.qr_text))
            number = str(one.record.number)
            verdicts.append(verifier.verify_number(number, name=one.person.name))
        return Counter(verdict.outcome for verdict in verdicts)
    finally:
        verifier.close()


def _insert_rows(home: Home, forged: list[_Forged]) -> None:
    engine = open_engine(home.database_url)
    with Session(engine) as session:  # none of the office's transactions: nothing remembers it
        model = session.get_one(Copy, 1)
        for place, one in enumerate(forged):
            _insert_one(session, home, model, one, waits=place % 2 == 0)
        session.commit()
    engine.dispose()


def _insert_one(session: Session, home: Home, model: Copy, one: _Forged, *, waits: bool) -> None:
    data_key, number = secrets.token_bytes(32), str(one.record.number)
    award = Award(**_columns(model.award) | {"number": number, "serial": one.record.number.serial})
    award.live_key, award.data_key_sealed = secrets.token_bytes(32), secrets.token_bytes(60)
    award.private_sealed = secrets.token_bytes(200)
    award.public_sealed = seal_public(
        data_key,
        number,
        body_name="演练职业技能评价中心（虚构）",
        document_number=one.person.document_number,
    )
    session.add(award)
    session.flush()
    copy = Copy(**_columns(model) | {"award_id": award.id, "log_proof": None})
    copy.print_serial, copy.status_index = one.record.print_serial, one.record.status_index
    copy.pdf_stored = copy.pdf_sha256_sealed = copy.file_leaf_index = None
    copy.state, copy.kind, copy.replaces_id = "current", "original", None
    if waits:
        copy.leaf_index = None
    copy.envelope_sealed = seal_envelope(data_key, copy, encode_envelope(one.envelope))
    session.add(copy)
    session.flush()
    session.add_all(
        ways_in(
            home.pepper(),
            award=award,
            number=one.record.number,
            name=one.person.name,
            document_number=one.person.document_number,
            payloads={copy.id: one.payload},
            data_key=data_key,
        )
    )
    leaf = issue_leaf(one.record, data_key, one.payload)
    place = parse_number(number)
    stream = stream_of(place.prefix, place.year, place.level.value) if waits else None
    position = place.serial if waits else None
    not_the_vault = Vault(secrets.token_bytes(32))
    append_all(
        session, not_the_vault, [Waiting(leaf, award.id, copy.id, stream=stream, position=position)]
    )


def _columns(row: Award | Copy) -> dict[str, object]:
    names = (column.name for column in row.__table__.columns)
    return {name: getattr(row, name) for name in names if name != "id"}
