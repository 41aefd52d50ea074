"""Step 5 against the public log: what is not logged is not registered, whoever signed it."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest
from sqlalchemy import text, update

from issuer.faces import attachments_of
from keys.envelope import encode_envelope
from keys.log_key import generate_log_key
from keys.services import LogSource
from log.errors import LogError
from log.proof_text import check_proof, parse_proof
from registry.log_models import LogEntry
from registry.log_reader import CHECKPOINT, ListedLogs, LogReader
from registry.models import Copy, CopyState
from registry.session import transaction
from tests.keys.trust_samples import trust_list
from tests.verifier.desk import Desk, codes
from tests.verifier.papers import paper
from tests.verifier.world import (
    NAME,
    NOW,
    PEPPER,
    CopyPlan,
    Issued,
    World,
    key_document,
    log_key,
    make_record,
    sign_record,
    unreachable,
)
from verifier.logged import check_stapled
from verifier.service import Verifier
from verifier.verdict import Outcome, Verdict


def ask(world: World, number: str, name: str = NAME) -> Verdict:
    """The verdict on a number and a name."""
    return world.verifier().verify_number(number, name=name)


def with_proof(issued: Issued, proof: str) -> bytes:
    """A certificate as issued, with this proof stapled to it."""
    envelope = encode_envelope(issued.envelope)
    return paper(issued, attachments=attachments_of(envelope, None, proof=proof))


def test_a_logged_award_is_valid_and_its_answer_carries_the_proof(world: World) -> None:
    issued = sign_record(make_record())
    world.record(CopyPlan(issued=issued))
    for verdict in (
        ask(world, str(issued.number)),
        world.verifier().verify_qr(issued.qr_text()),
    ):
        assert verdict.outcome is Outcome.VALID
        assert "logged" in codes(verdict)
        assert verdict.log_proof is not None
        proof = parse_proof(verdict.log_proof.encode())
        assert proof.extra is not None
        signed = check_proof(proof, proof.extra[16:], log_key().vkey)
        assert signed.checkpoint.size == 1


def test_a_row_that_is_in_no_log_is_not_registered(world: World) -> None:
    issued = sign_record(make_record())
    world.record(CopyPlan(issued=issued), logged=False)
    for verdict in (
        ask(world, str(issued.number)),
        world.verifier().verify_qr(issued.qr_text()),
    ):
        assert verdict.outcome is Outcome.UNREGISTERED
        assert "not_in_log" in codes(verdict)
        assert "registered" not in codes(verdict)
        assert verdict.log_proof is None


def test_a_row_that_borrows_another_awards_leaf_is_not_registered(world: World) -> None:
    world.record(CopyPlan(issued=sign_record(make_record(serial=1))))
    forged = sign_record(make_record(serial=2, print_serial=2))
    world.record(CopyPlan(issued=forged), logged=False)
    with transaction(world.engine) as session:
        session.execute(update(Copy).values(leaf_index=0))
    assert ask(world, str(forged.number)).outcome is Outcome.UNREGISTERED


def test_a_reissue_is_proved_by_its_life_leaf(world: World) -> None:
    old, new = (sign_record(make_record(print_serial=serial)) for serial in (1, 2))
    world.record(CopyPlan(issued=old, state=CopyState.SUPERSEDED), CopyPlan(issued=new))
    assert ask(world, str(new.number)).outcome is Outcome.VALID
    with transaction(world.engine) as session:  # as if the log told of another award's reissue
        session.execute(text("UPDATE copies SET leaf_index = 0 WHERE state = 'current'"))
    assert ask(world, str(new.number)).outcome is Outcome.UNREGISTERED


def test_what_waits_for_the_log_is_asked_for_again_later(world: World) -> None:
    issued = sign_record(make_record())
    world.record(CopyPlan(issued=issued))
    with transaction(world.engine) as session:
        session.execute(update(Copy).values(leaf_index=None))
        session.execute(update(LogEntry).values(leaf_index=None))
    verdict = ask(world, str(issued.number))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "log_pending" in codes(verdict)


def test_a_reissue_that_waits_for_the_log_is_not_called_a_new_registration(world: World) -> None:
    old, new = (sign_record(make_record(print_serial=serial)) for serial in (1, 2))
    world.record(CopyPlan(issued=old, state=CopyState.SUPERSEDED), CopyPlan(issued=new))
    with transaction(world.engine) as session:
        session.execute(text("UPDATE log_entries SET leaf_index = NULL WHERE copy_id = 2"))
        session.execute(text("UPDATE copies SET leaf_index = NULL WHERE state = 'current'"))
    verdict = ask(world, str(new.number))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "life_pending" in codes(verdict)
    assert "log_pending" not in codes(verdict)


@pytest.mark.parametrize("file", [CHECKPOINT, "tile", "vkey"])
def test_a_log_that_cannot_be_read_proves_nothing(world: World, file: str) -> None:
    issued = sign_record(make_record())
    world.record(CopyPlan(issued=issued))
    path = world.log_folder / file
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    verdict = ask(world, str(issued.number))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "log_unreadable" in codes(verdict)


def test_a_changed_entry_proves_nothing(world: World) -> None:
    issued = sign_record(make_record())
    world.record(CopyPlan(issued=issued))
    path = world.log_folder / "tile" / "entries" / "000.p" / "1"
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    assert "log_unreadable" in codes(ask(world, str(issued.number)))


@pytest.mark.parametrize(
    "change",
    ["leaf_index = 'abc'", "leaf_index = 1.5", "file_leaf_index = 'x'", "status_index = 'x'"],
)
def test_a_row_with_no_number_where_one_must_stand_is_not_proved(world: World, change: str) -> None:
    """SQLite keeps whatever is written into a column; the row does not open, and nobody falls."""
    issued = sign_record(make_record())
    world.record(CopyPlan(issued=issued))
    with transaction(world.engine) as session:
        session.execute(text(f"UPDATE copies SET {change}"))  # noqa: S608 - of the list above
    for verdict in (
        ask(world, str(issued.number)),
        world.verifier().verify_qr(issued.qr_text()),
    ):
        assert verdict.outcome is Outcome.INCONCLUSIVE
        assert "row_not_proved" in codes(verdict)


def test_a_file_that_only_the_register_vouches_for_is_not_called_identical(desk: Desk) -> None:
    _, pdf = desk.issue()
    assert desk.verify(pdf).outcome is Outcome.VALID
    with transaction(desk.world.engine) as session:
        session.execute(update(Copy).values(file_leaf_index=None))
    verdict = desk.verify(pdf)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "file_not_in_log" in codes(verdict)


class TestOffLine:
    """No register: a stapled proof shows what was logged, and nothing about the present."""

    def stapled(self, desk: Desk) -> tuple[bytes, str]:
        """A certificate on record, and the proof it would carry."""
        issued, _ = desk.issue()
        verdict = desk.world.verifier().verify_qr(issued.qr_text())
        assert verdict.log_proof is not None
        return with_proof(issued, verdict.log_proof), verdict.log_proof

    def verify(self, desk: Desk, pdf: bytes) -> Verdict:
        verifier = Verifier(
            lambda: trust_list(key_document()),
            unreachable,
            PEPPER,
            lambda: NOW,
            log=LogReader(desk.world.log_folder),
            read_bytes=desk.child.ask,
        )
        return verifier.verify_file(pdf, "证书.pdf")

    def test_a_good_proof_says_when_it_was_registered(self, desk: Desk) -> None:
        pdf, _ = self.stapled(desk)
        verdict = self.verify(desk, pdf)
        assert {"signature_genuine", "proof_stapled"} <= codes(verdict)
        assert verdict.outcome is Outcome.INCONCLUSIVE
        assert verdict.status.value == "unknown"

    @pytest.mark.parametrize("listed", [True, False])
    def test_where_no_log_is_at_hand_the_listed_one_is_believed(
        self, desk: Desk, listed: bool
    ) -> None:
        pdf, _ = self.stapled(desk)
        vkey = log_key().vkey if listed else generate_log_key("yz.example.cn/log").vkey
        logs = (LogSource(vkey=str(vkey), valid_from=NOW.date(), valid_to=None),)
        document = replace(key_document(), logs=logs)
        verifier = Verifier(
            lambda: trust_list(document), None, b"", lambda: NOW, read_bytes=desk.child.ask
        )
        verdict = verifier.verify_file(pdf, "证书.pdf")
        assert ("proof_stapled" in codes(verdict)) is listed
        assert ("proof_stapled_wrong" in codes(verdict)) is not listed
        assert verdict.outcome is Outcome.INCONCLUSIVE

    def test_without_a_proof_nothing_is_called_registered(self, desk: Desk) -> None:
        _, pdf = desk.issue()
        found = codes(self.verify(desk, pdf))
        assert "signature_genuine" in found
        assert not {"proof_stapled", "registered", "logged"} & found

    def test_a_proof_of_another_record_is_refused(self, desk: Desk) -> None:
        _, proof = self.stapled(desk)
        other = sign_record(make_record(serial=9, print_serial=9))
        verdict = self.verify(desk, with_proof(other, proof))
        assert "proof_stapled_wrong" in codes(verdict)

    def test_a_leaf_that_no_log_signed_is_not_even_read(self, desk: Desk) -> None:
        issued, _ = desk.issue()
        proof = desk.world.verifier().verify_qr(issued.qr_text()).log_proof
        assert proof is not None
        forged = replace(parse_proof(proof.encode()), extra=bytes(16) + b"no leaf")
        with pytest.raises(LogError, match="log_proof_wrong"):
            check_stapled(bytes(forged), issued.record, issued.envelope.payload, log_key().vkey)


@pytest.mark.parametrize("listed", [True, False])
def test_a_log_is_believed_under_a_key_of_the_trust_list_only(world: World, listed: bool) -> None:
    """A key that lies beside the log's files says nothing: whoever writes these writes it too."""
    issued = sign_record(make_record())
    world.record(CopyPlan(issued=issued))
    stranger = generate_log_key("yz.example.cn/log").vkey
    reader = LogReader(
        world.log_folder,
        lambda: ListedLogs(keys=frozenset({log_key().vkey if listed else stranger})),
    )
    verifier = Verifier(
        lambda: trust_list(key_document()), world.look, PEPPER, lambda: NOW, log=reader
    )

    verdict = verifier.verify_number(str(issued.number), name=NAME)

    assert (verdict.outcome is Outcome.VALID) is listed
    assert ("logged" in codes(verdict)) is listed
    assert (verifier.log_vkey() == log_key().vkey) is listed
