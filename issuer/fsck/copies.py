"""The copies of one award against the log, the record they carry, and the files in the store."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from codes.errors import CodesError
from codes.record import Record, commit, decode_record
from issuer.fsck.faults import Fault
from issuer.fsck.office import FsckOffice
from issuer.fsck.published import LoggedLeaf, PublishedLog
from issuer.leaves import issue_leaf, life_kind_of
from keys.envelope import Envelope, decode_envelope
from keys.errors import KeysError
from keys.ring import SignatureState, verify_envelope
from log.errors import LogError
from log.leaves import CopyLeaf, Leaf, LifeLeaf, hash_record
from log.proof_text import check_proof, parse_proof
from registry.access import unseal_envelope, unseal_pdf_hash, unseal_second
from registry.errors import StoreError, VaultError
from registry.life import Life
from registry.logbook import leaf_salt
from registry.models import Award, Copy, CopyKind, CopyState
from registry.row_marks import has_its_mark, is_delivery_marked
from templates.labels import format_print_serial


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAward:
    """An award with what only the vault opens of it."""

    award: Award
    data_key: bytes = field(repr=False)
    private: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedLife:
    """An award's life as the log holds it, and where its events on record leave its copies.

    Args:
        leaves: the events that the log holds, in order.
        life: None where the events on record do not open.
    """

    leaves: Sequence[LifeLeaf]
    life: Life | None


class CopyChecks:
    """The checks of the copies of one award.

    Args:
        office: what is compared with.
        published: the published log.
        kept: the award, open.
        logged: its life.
        matched: told of every leaf that a copy answers for, by index, which award and copy.
    """

    def __init__(
        self,
        office: FsckOffice,
        published: PublishedLog,
        kept: KeptAward,
        logged: LoggedLife,
        matched: dict[int, tuple[int, int | None]],
    ) -> None:
        self._office = office
        self._published = published
        self._kept = kept
        self._life = logged.leaves
        self._states_by_events = None if logged.life is None else logged.life.states
        self._matched = matched
        self.payloads: dict[int, bytes] = {}

    def run(self) -> Iterator[Fault]:
        """Yield the faults of every copy, and of their states taken together."""
        copies = self._kept.award.copies
        if not any(copy.kind == CopyKind.ORIGINAL for copy in copies):
            number = self._kept.award.number
            yield Fault(table="copies", row=number, field="row", code="missing")
        yield from self._photo()
        for copy in copies:
            yield from self._row(copy)
            yield from self._record(copy)
            yield from self._file(copy)
        yield from self._states(copies)
        yield from self._lost()

    def _row(self, copy: Copy) -> Iterator[Fault]:
        award = self._kept.award
        if not has_its_mark(self._office.vault, copy):
            yield _fault(copy, "row_mark", "differs")
        early = copy.delivered_at is not None and copy.delivered_at < copy.made_at
        if early or not is_delivery_marked(self._office.vault, copy):
            yield _fault(copy, "delivered_at", "differs")
        for column, found, expected in (
            ("site_id", copy.site_id, award.site_id),
            ("year", copy.year, award.year),
        ):
            if found != expected:
                yield _fault(copy, column, "differs")

    def _record(self, copy: Copy) -> Iterator[Fault]:
        if copy.envelope_sealed is None:
            if copy.state != CopyState.RESERVED or copy.leaf_index is not None:
                yield _fault(copy, "envelope_sealed", "missing")
            return
        try:
            signed = unseal_envelope(self._kept.data_key, copy, copy.envelope_sealed)
            envelope = decode_envelope(signed)
            record = decode_record(envelope.payload)
        except (VaultError, KeysError, CodesError):
            yield _fault(copy, "envelope_sealed", "unopenable")
            return
        self.payloads[copy.id] = envelope.payload
        yield from self._signature(copy, envelope)
        yield from self._second(copy)
        yield from self._fields(copy, record)
        yield from self._leaf(copy, record, envelope.payload)
        yield from self._proof(copy)

    def _signature(self, copy: Copy, envelope: Envelope) -> Iterator[Fault]:
        proof = verify_envelope(envelope, self._office.document.ring)
        if proof.signature is not SignatureState.GENUINE:
            yield _fault(copy, "envelope_sealed", "unsigned")

    def _second(self, copy: Copy) -> Iterator[Fault]:
        try:
            second = unseal_second(self._kept.data_key, copy)
            if second is not None:
                payload = decode_envelope(second).payload
                if payload != self.payloads[copy.id]:
                    yield _fault(copy, "second_sealed", "differs")
        except (VaultError, KeysError):
            yield _fault(copy, "second_sealed", "unopenable")

    def _fields(self, copy: Copy, record: Record) -> Iterator[Fault]:
        award, private = self._kept.award, self._kept.private
        photo = bytes.fromhex(private["photo_sha256"])
        salt = bytes.fromhex(private["salt"])
        commitment = commit(salt, private["document_number"], photo)
        former = copy.record_version < max(one.record_version for one in award.copies)
        for table, column, found, expected in (
            ("awards", "number", award.number, str(record.number)),
            ("awards", "occupation", award.occupation, record.occupation),
            ("awards", "issued_on", award.issued_on, record.issued_on),
            ("awards", "private_sealed", commitment, record.commitment),
            ("awards", "private_sealed", private["name"], record.holder_name),
            ("awards", "private_sealed", private["document_type"], int(record.document_type)),
            ("awards", "private_sealed", private["specialty"], record.specialty),
            ("copies", "print_serial", copy.print_serial, record.print_serial),
            ("copies", "status_index", copy.status_index, record.status_index),
            ("copies", "record_version", copy.record_version, record.record_version),
        ):
            if former and column == "private_sealed" and found != commitment:
                continue  # the vault keeps what was corrected since
            if found != expected:
                row = award.number if table == "awards" else _name(copy)
                yield Fault(table=table, row=row, field=column, code="differs")

    def _leaf(self, copy: Copy, record: Record, payload: bytes) -> Iterator[Fault]:
        logged = self._logged(copy, copy.leaf_index)
        if logged is None:
            if not self._office.is_waiting(copy.id) or self._beyond(copy.leaf_index):
                yield _fault(copy, "leaf_index", "missing")
            return
        self._matched[logged.index] = (copy.award_id, copy.id)
        record_hash = hash_record(leaf_salt(self._kept.data_key, payload), payload)
        if copy.kind == CopyKind.ORIGINAL:
            good = logged.leaf == issue_leaf(record, self._kept.data_key, payload)
        else:
            good = self._is_event(copy, logged.leaf, record, record_hash)
        if not good:
            yield _fault(copy, "leaf_index", "differs")

    def _is_event(self, copy: Copy, leaf: Leaf, record: Record, record_hash: bytes) -> bool:
        """Say whether a leaf is the event that made a copy: of this award, kind and record."""
        if not isinstance(leaf, LifeLeaf) or leaf not in self._life:
            return False
        found = (leaf.event, leaf.record_hash, leaf.key_id)
        return found == (life_kind_of(copy), record_hash, record.key_id)

    def _proof(self, copy: Copy) -> Iterator[Fault]:
        """Check the stored proof, which the page carries."""
        logged = self._published.at(copy.leaf_index)
        if copy.log_proof is None or logged is None:
            if copy.log_proof is None and copy.pdf_stored is not None and not self._is_old(copy):
                yield _fault(copy, "log_proof", "missing")
            return
        try:
            proof = parse_proof(copy.log_proof.encode())
            check_proof(proof, logged.entry, self._office.vkey)
            payload = self.payloads[copy.id]
            expected = leaf_salt(self._kept.data_key, payload) + logged.entry
            good = proof.index == logged.index and proof.extra == expected
        except LogError:
            good = False
        if not good:
            yield _fault(copy, "log_proof", "differs")

    def _is_old(self, copy: Copy) -> bool:
        """Say whether a copy was drawn before there was a log: its leaf came after its page."""
        file, record = self._published.at(copy.file_leaf_index), self._published.at(copy.leaf_index)
        first = self._published.at(0)
        if file is None or record is None or first is None:
            return False
        return file.logged_at == record.logged_at and copy.made_at < first.logged_at

    def _file(self, copy: Copy) -> Iterator[Fault]:
        if copy.pdf_stored is None:
            if copy.pdf_sha256_sealed is not None or copy.file_leaf_index is not None:
                yield _fault(copy, "pdf_stored", "missing")
            if copy.delivered_at is not None:
                yield _fault(copy, "delivered_at", "unexpected")
            return
        try:
            sha256 = unseal_pdf_hash(self._kept.data_key, copy)
        except VaultError:
            yield _fault(copy, "pdf_sha256_sealed", "unopenable")
            return
        if sha256 is None:
            yield _fault(copy, "pdf_sha256_sealed", "missing")
            return
        yield from self._stored(copy, sha256)
        yield from self._file_leaf(copy, sha256)

    def _stored(self, copy: Copy, sha256: str) -> Iterator[Fault]:
        try:
            content = self._office.store.get(copy.pdf_stored or "", self._kept.data_key)
        except StoreError as error:
            missing = error.code == "stored_file_missing"
            yield _fault(copy, "pdf_stored", "missing" if missing else "unopenable")
            return
        if hashlib.sha256(content).hexdigest() != sha256:
            yield _fault(copy, "pdf_stored", "differs")

    def _file_leaf(self, copy: Copy, sha256: str) -> Iterator[Fault]:
        logged = self._logged(copy, copy.file_leaf_index)
        if logged is None:
            if not self._office.is_waiting(copy.id) or self._beyond(copy.file_leaf_index):
                yield _fault(copy, "file_leaf_index", "missing")
            return
        prefix = self._kept.award.number[:13]
        if logged.leaf != CopyLeaf(prefix=prefix, file_sha256=bytes.fromhex(sha256)):
            yield _fault(copy, "file_leaf_index", "differs")
            return
        self._matched[logged.index] = (copy.award_id, copy.id)

    def _photo(self) -> Iterator[Fault]:
        private = self._kept.private
        try:
            photo = self._office.store.get(private["photo_stored"], self._kept.data_key)
            good = hashlib.sha256(photo).hexdigest() == private["photo_sha256"]
        except StoreError:
            good = False
        if not good:
            number = self._kept.award.number
            yield Fault(table="store", row=number, field="photo", code="missing")

    def _states(self, copies: Sequence[Copy]) -> Iterator[Fault]:
        """Each recorded copy stands where the award's events put it."""
        if self._states_by_events is None:
            return
        for copy in copies:
            expected = CopyState.RESERVED
            if copy.envelope_sealed is not None:
                expected = self._states_by_events.get(copy.status_index, expected)
            if copy.state != expected:
                yield _fault(copy, "state", "differs")

    def _lost(self) -> Iterator[Fault]:
        """Yield the leaves of signed records of this award that no copy carries any more."""
        hashes = {
            hash_record(leaf_salt(self._kept.data_key, payload), payload)
            for payload in self.payloads.values()
        }
        for leaf in self._life:
            if leaf.record_hash is not None and leaf.record_hash not in hashes:
                number = self._kept.award.number
                yield Fault(table="copies", row=number, field="row", code="missing")

    def _logged(self, copy: Copy, index: int | None) -> LoggedLeaf | None:
        return self._published.at(index)

    def _beyond(self, index: int | None) -> bool:
        """Say whether an index lies where neither log nor waiting leaves are."""
        return index is not None and not self._office.is_indexed(index)


def _name(copy: Copy) -> str:
    return f"{copy.award.number} {format_print_serial(copy.year, copy.print_serial)}"


def _fault(copy: Copy, column: str, code: str) -> Fault:
    return Fault(table="copies", row=_name(copy), field=column, code=code)
