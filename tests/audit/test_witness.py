"""A witness: what it cosigns, what it refuses and how, and that it never signs two trees."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from audit.errors import AuditError
from audit.witness import Answer, Witness
from audit.witness_home import WitnessHome
from audit.witness_server import WitnessServer
from keys.errors import KeysError
from log.checkpoint import Checkpoint, open_checkpoint
from log.errors import LogError
from log.merkle import nodes_of, prove_consistency, root_of
from log.notes import NoteSignature, SignedNote, VerifierKey, sign_text
from log.witness import (
    MAX_REQUEST_BYTES,
    SIZE_TYPE,
    AddCheckpoint,
    WitnessConflict,
    ask_witness,
    build_request,
    parse_add_checkpoint,
    read_answer,
    with_cosignatures,
)
from tests.log.logs import GrowingLog, own_entries
from tests.log.trees import (
    LOG_KEY,
    NOW,
    ORIGIN,
    WITNESS_KEY,
    checkpoint,
    cosignature,
    key_pair,
    leaf_hashes,
    signed,
)
from wsgi import cli

PASSPHRASE = b"a long enough passphrase"


def ask(old: int, size: int, *, proof: tuple[bytes, ...] | None = None) -> AddCheckpoint:
    """Return an honest log's request, or one with another proof."""
    honest = prove_consistency(nodes_of(leaf_hashes(size)), old, size) if 0 < old <= size else ()
    return AddCheckpoint(
        old_size=old,
        proof=honest if proof is None else proof,
        checkpoint=signed(checkpoint(size).text),
    )


def forked(size: int) -> SignedNote:
    """Return a checkpoint of a tree with other leaves, signed by the log all the same."""
    root = root_of(leaf_hashes(size + 1)[1:])
    return signed(Checkpoint(origin=ORIGIN, size=size, root=root).text)


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    return make_witness(tmp_path)


def make_witness(folder: Path) -> Witness:
    """Return a witness of the one log, woken in a folder."""
    return Witness(folder, {ORIGIN: LOG_KEY}, lambda text, _: cosignature(text), lambda: NOW)


def cosigned(answer: Answer, request: AddCheckpoint) -> tuple[NoteSignature, ...]:
    """Return the cosignatures of an answer that must hold some."""
    assert answer.status == 200, answer
    return read_answer(answer.body, request.checkpoint, WITNESS_KEY)


def test_a_log_that_grows_is_cosigned_step_by_step(witness: Witness) -> None:
    for old, size in [(0, 3), (3, 3), (3, 8), (8, 20)]:
        request = ask(old, size)
        lines = cosigned(witness.add_checkpoint(bytes(request)), request)
        whole = request.checkpoint.with_signatures(lines)
        opened = open_checkpoint(bytes(whole), LOG_KEY, witnesses=[WITNESS_KEY])
        assert [(one.key, one.signed_at) for one in opened.cosignatures] == [(WITNESS_KEY, NOW)]


@pytest.mark.parametrize("old", [0, 2, 5])
def test_a_request_that_builds_on_another_size_is_told_the_right_one(
    witness: Witness, old: int
) -> None:
    witness.add_checkpoint(bytes(ask(0, 3)))

    answer = witness.add_checkpoint(bytes(ask(old, 8)))

    assert (answer.status, answer.content_type, answer.body) == (409, SIZE_TYPE, b"3\n")


def test_another_tree_is_refused_by_its_proof_or_its_root(witness: Witness) -> None:
    witness.add_checkpoint(bytes(ask(0, 3)))
    honest = ask(3, 8).proof

    other = AddCheckpoint(old_size=3, proof=honest, checkpoint=forked(8))
    same_size = AddCheckpoint(old_size=3, proof=(), checkpoint=forked(3))
    without = ask(3, 8, proof=())

    assert witness.add_checkpoint(bytes(other)).status == 422
    assert witness.add_checkpoint(bytes(without)).status == 422
    assert witness.add_checkpoint(bytes(same_size)).status == 409
    assert witness.add_checkpoint(bytes(ask(3, 8))).status == 200


def test_a_first_request_brings_no_proof(witness: Witness) -> None:
    assert witness.add_checkpoint(bytes(ask(0, 3, proof=(bytes(32),)))).status == 422
    assert witness.add_checkpoint(bytes(ask(0, 3))).status == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (bytes(ask(0, 3)).replace(b"old 0", b"old 00"), 400),
        (bytes(ask(0, 3)).replace(b"old 0", b"new 0"), 400),
        (bytes(ask(0, 3)).replace(b"old 0\n", b"old 0\nAAAA\n"), 400),
        (bytes(ask(0, 3)).replace(b"\n3\n", b"\n03\n"), 400),
        (bytes(ask(5, 3)), 400),
        (bytes(ask(0, 3)).replace(b"\n3\n", b"\n4\n"), 403),
        (bytes(ask(0, 3)).replace(b"/one", b"/two"), 404),
    ],
)
def test_each_fault_has_the_status_of_the_specification(
    witness: Witness, body: bytes, status: int
) -> None:
    assert witness.add_checkpoint(body).status == status


def test_a_signature_of_a_stranger_under_the_same_name_is_forbidden(witness: Witness) -> None:
    stranger, sign = key_pair(9)
    text = checkpoint(3).text
    note = SignedNote(text=text, signatures=(sign_text(text, stranger, sign),))
    request = AddCheckpoint(old_size=0, proof=(), checkpoint=note)

    assert witness.add_checkpoint(bytes(request)).status == 403


def test_what_was_cosigned_is_remembered_by_whoever_wakes_next(tmp_path: Path) -> None:
    make_witness(tmp_path).add_checkpoint(bytes(ask(0, 8)))

    assert make_witness(tmp_path).add_checkpoint(bytes(ask(0, 3))).body == b"8\n"


def test_a_witness_without_its_memory_signs_nothing(tmp_path: Path, witness: Witness) -> None:
    witness.add_checkpoint(bytes(ask(0, 8)))
    (memory,) = tmp_path.glob("*.checkpoint")
    memory.write_bytes(b"lost")

    with pytest.raises(AuditError, match="witness_state_damaged"):
        witness.add_checkpoint(bytes(ask(8, 9)))


def test_of_many_requests_at_once_each_tree_is_cosigned_once_and_none_goes_back(
    tmp_path: Path,
) -> None:
    """Two histories race for the same witness: exactly one of them wins."""
    requests = [ask(0, 5), AddCheckpoint(old_size=0, proof=(), checkpoint=forked(5))] * 8
    statuses: list[int] = []
    start = threading.Barrier(len(requests))

    def run(request: AddCheckpoint) -> None:
        alone = make_witness(tmp_path)
        start.wait()
        statuses.append(alone.add_checkpoint(bytes(request)).status)

    threads = [threading.Thread(target=run, args=(request,)) for request in requests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(statuses) == [200] + [409] * (len(requests) - 1)


@pytest.mark.parametrize("size", [1, 3, 300])
def test_a_request_survives_being_written(size: int) -> None:
    request = ask(max(size // 2, 1), size)

    assert parse_add_checkpoint(bytes(request)) == request


# Over HTTP, with a witness made by the command and a log of our own tiles.


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[str, VerifierKey]]:
    """A witness that answers on a port."""
    home = WitnessHome.create(tmp_path / "witness", "witness.example", PASSPHRASE)
    home = home.watch(ORIGIN, LOG_KEY)
    awake = home.wake(PASSPHRASE, lambda: datetime.now(UTC))
    with WitnessServer(("127.0.0.1", 0), awake) as server:
        thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.02))
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}", home.vkey
        server.shutdown()
        thread.join()


def test_a_log_has_its_checkpoints_cosigned_over_http(
    tmp_path: Path, served: tuple[str, VerifierKey]
) -> None:
    url, key = served
    log = GrowingLog(tmp_path / "log")
    old = 0
    for count in (3, 300):
        log.grow(own_entries(log.size, count))
        published = open_checkpoint((log.folder / "checkpoint").read_bytes(), LOG_KEY)
        lines = ask_witness(url, build_request(log.tree(), published.note, old), key)
        whole = with_cosignatures(published, lines)
        (cosignature_,) = open_checkpoint(bytes(whole), LOG_KEY, witnesses=[key]).cosignatures
        assert cosignature_.key == key
        old = log.size

    with pytest.raises(WitnessConflict) as conflict:
        ask_witness(url, build_request(log.tree(), published.note, 5), key)
    assert conflict.value.size == log.size


def test_what_is_no_request_is_answered_in_http(served: tuple[str, VerifierKey]) -> None:
    url, _ = served
    connection = HTTPConnection(url.removeprefix("http://"), timeout=10)

    def status(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> int:
        connection.close()
        connection.request(method, path, body, headers)
        return connection.getresponse().status

    assert status("GET", "/add-checkpoint", {}) == 501
    assert status("POST", "/anything", {}, b"x") == 404
    assert status("POST", "/add-checkpoint", {}, b"x") == 400
    assert status("POST", "/add-checkpoint", {"Content-Length": str(MAX_REQUEST_BYTES + 1)}) == 413
    assert status("POST", "/add-checkpoint", {"Content-Length": "x"}) == 411
    connection.close()


def test_a_witness_out_of_reach_or_of_no_such_log_is_an_error(
    served: tuple[str, VerifierKey],
) -> None:
    url, key = served
    other = Checkpoint(origin="log.example/two", size=3, root=checkpoint(3).root)
    request = AddCheckpoint(old_size=0, proof=(), checkpoint=signed(other.text))

    with pytest.raises(LogError, match="witness_refused"):
        ask_witness(url, request, key)
    with pytest.raises(LogError, match="witness_unreachable"):
        ask_witness("http://127.0.0.1:9", request, key)
    with pytest.raises(LogError, match="witness_unreachable"):
        ask_witness("file:///etc", request, key)


def command(*words: str) -> Result:
    """Run `yanzhen witness` with the passphrase in its environment."""
    environment = {"YANZHEN_PASSPHRASE": PASSPHRASE.decode()}
    return CliRunner().invoke(cli, ["witness", *words], env=environment)


def test_a_witness_is_made_and_told_what_to_watch_by_commands(tmp_path: Path) -> None:
    folder = str(tmp_path / "witness")
    made = command("init", "--dir", folder, "--name", "witness.example", "--json")
    told = command("watch", "--dir", folder, "--vkey", str(LOG_KEY), "--json")
    twice = command("init", "--dir", folder, "--name", "witness.example")
    other = command("watch", "--dir", folder, "--vkey", str(key_pair(9)[0]))

    assert (made.exit_code, told.exit_code) == (0, 0)
    home = WitnessHome.open(Path(folder))
    assert str(home.vkey) == json.loads(made.output)["vkey"]
    assert home.logs == {ORIGIN: LOG_KEY}
    assert isinstance(twice.exception, AuditError)
    assert twice.exception.code == "witness_exists"
    assert isinstance(other.exception, AuditError)
    assert other.exception.code == "witness_log_known"
    with pytest.raises(KeysError, match="passphrase_wrong"):
        home.wake(b"another passphrase", lambda: NOW)


def test_a_folder_without_a_witness_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AuditError, match="witness_home_damaged"):
        WitnessHome.open(tmp_path)
