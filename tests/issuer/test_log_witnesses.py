"""A checkpoint is published, and believed, with the cosignatures that the trust list asks for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from audit.auditing import audit_log, new_memory
from audit.trust import read_trust
from audit.witness_home import WitnessHome
from audit.witness_server import WitnessServer
from issuer.errors import LogRefused
from issuer.log_publishing import LogOffice, cosign_again, publish_log
from issuer.publishing import publish
from issuer.root_custody import open_root_keys
from issuer.services import Witnesses, write_witnesses
from keys.algorithms import Algorithm
from log.errors import LogError
from log.notes import VerifierKey, parse_vkey
from log.reading import FolderSource
from registry.home import Home
from registry.log_reader import ListedLogs, LogReader
from registry.session import transaction
from registry.trust_file import root_pin
from tests.conftest import NOW, PASSPHRASE
from tests.issuer.desks import file_body
from tests.issuer.log_offices import append_filings, log_office
from tests.issuer.shells import Shell
from tests.keys.vkey_samples import vkey


@contextmanager
def serving(witness: WitnessHome) -> Iterator[str]:
    """Serve a witness on this machine; yields its address."""
    awake = witness.wake(PASSPHRASE, lambda: datetime.now(UTC))
    server = WitnessServer(("127.0.0.1", 0), awake)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def watcher(folder: Path, office: LogOffice) -> WitnessHome:
    """Return a witness that watches the office's log."""
    made = WitnessHome.create(folder, "witness.example.cn", PASSPHRASE)
    return made.watch(office.key.vkey.name, office.key.vkey)


def believing(home: Home, log: VerifierKey, witness: VerifierKey) -> LogReader:
    """Return a reader that asks for the witness's cosignature."""
    listed = ListedLogs(keys=frozenset({log}), witnesses=frozenset({witness}), quorum=1)
    return LogReader(home.log_folder, lambda: listed)


def test_nothing_is_published_without_the_quorum_and_all_of_it_once_there_is(
    home: Home, tmp_path: Path
) -> None:
    with log_office(home) as office:
        append_filings(office, 2)
        publish_log(office)
        witness = watcher(tmp_path / "witness", office)
        reader = believing(home, office.key.vkey, witness.vkey)
        with pytest.raises(LogError, match="log_quorum_missing"):
            reader.checkpoint()
        with serving(witness) as url:
            write_witnesses(home, Witnesses(quorum=1, urls={str(witness.vkey): url}))
            cosign_again(office)
            assert reader.checkpoint().checkpoint.size == 2
            append_filings(office, 1, "second")
            assert publish_log(office).checkpoint.size == 3
        append_filings(office, 1, "third")
        with pytest.raises(LogRefused, match="log_quorum_missing") as refusal:
            publish_log(office)
        assert "witness.example.cn" in refusal.value.text.zh
        assert reader.checkpoint().checkpoint.size == 3
        with serving(witness) as again:
            write_witnesses(home, Witnesses(quorum=1, urls={str(witness.vkey): again}))
            publish_log(office)
        assert reader.checkpoint().checkpoint.size == 4


def test_without_options_the_witnesses_are_shown_and_nothing_is_published(
    filed_shell: Shell, tmp_path: Path
) -> None:
    home = Home.open(tmp_path / "home", environment={})
    key = vkey("witness.example.cn", kind=4)
    url = "https://witness.example.cn"
    write_witnesses(home, Witnesses(quorum=1, urls={key: url}))
    kept = contents(home.path / "public")
    noted = filed_shell("trail", "show", "--json").json["entries"]
    said = filed_shell("log", "witnesses").out
    assert key in said
    assert url in said
    answer = filed_shell("log", "witnesses", "--json").json
    assert answer == {"quorum": 1, "witnesses": [key], "urls": {key: url}}
    assert contents(home.path / "public") == kept
    assert not home.trust_draft_path.exists()
    assert filed_shell("log", "witnesses", "--url", url).code == 64
    assert filed_shell("trail", "show", "--json").json["entries"] == noted
    assert filed_shell("log", "witnesses", "--remove", key, "--quorum", "0").code == 0
    assert filed_shell("log", "witnesses", "--json").json["witnesses"] == []
    last = filed_shell("trail", "show", "--limit", "1", "--json").json["entries"][0]
    assert last["act"] == "log.witnesses"


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_auditor_asks_for_as_many_cosignatures_as_the_trust_list(
    home: Home, tmp_path: Path
) -> None:
    file_body(home, algorithm=Algorithm.ES256)
    with log_office(home) as office:
        witness = watcher(tmp_path / "witness", office)
        with serving(witness) as url:
            write_witnesses(home, Witnesses(quorum=1, urls={str(witness.vkey): url}))
            with transaction(office.engine) as session:
                publish(session, home, now=NOW, signers=open_root_keys(home, PASSPHRASE))
            publish_log(office)
        assert faults(home, office) == []
        # Whoever strips the cosignatures shows a checkpoint that the log's key alone signed.
        path = home.log_folder / "checkpoint"
        path.write_bytes(path.read_bytes()[: path.read_bytes().index(b"\xe2\x80\x94 witness")])
        assert faults(home, office) == [("audit_quorum_missing", "0 < 1")]


def faults(home: Home, office: LogOffice) -> list[tuple[str, str]]:
    """Return what the auditor finds wrong with a home's log and list."""
    trust = read_trust(home.key_document_path.read_bytes(), root_pin(home))
    assert trust.document.witness_quorum == 1
    vkey = office.key.vkey
    report, _ = audit_log(
        FolderSource(home.log_folder),
        vkey,
        trust,
        new_memory(vkey, None),
        now=NOW,
        witnesses=[parse_vkey(one) for one in trust.document.witnesses],
    )
    assert report.log_faults == ()
    return [(one.code, one.about) for one in report.leaf_faults]
