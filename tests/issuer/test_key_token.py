"""A body's signing key in a PKCS #11 token (SoftHSM2 here) signs records like any other."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from itertools import islice
from pathlib import Path

import pytest

from codes.levels import Level
from issuer.copy_rows import BatchCopies, chunks_of_ids, unrecorded
from issuer.crew import Crew
from issuer.crew_messages import Task
from issuer.custody import adopt_key, is_in_token, make_key_in_token, retire_key
from issuer.errors import IssuerError
from issuer.filing import find_site
from issuer.publishing import publish
from issuer.reserving import open_batch, reserve
from issuer.root_custody import open_root_keys
from keys.algorithms import Algorithm
from keys.errors import KeysError
from keys.ring import SignatureState
from keys.tokens import TokenAddress
from registry.home import Home
from registry.session import database, transaction
from templates.fonts import FontChain
from tests.conftest import NOW, PASSPHRASE
from tests.drills.office import NOW as OFFICE_NOW
from tests.drills.office import PASSPHRASE as OFFICE_PASSPHRASE
from tests.drills.office import PREFIX as OFFICE_PREFIX
from tests.drills.office import desk_of, make_office
from tests.drills.office import people as drill_people
from tests.issuer.desks import PREFIX, desk_at, file_body, issue, people, write_people
from tests.issuer.shells import Shell
from tests.issuer.test_custody import proofs
from tests.issuer.tokens import PIN, softhsm
from tests.keys.seal_samples import need_openssl, openssl
from tests.tools import SOFTHSM

pytestmark = pytest.mark.usefixtures("soft_store")


def address(token: str, key: str = "record") -> TokenAddress:
    return TokenAddress(module=str(SOFTHSM), token=token, key=key, pin=PIN)


def move_key_to_token(home: Home, place: TokenAddress, algorithm: Algorithm) -> int:
    """Retire the body's key, make the next one in a token and publish it."""
    with database(home.database_url) as engine, transaction(engine) as session:
        site = find_site(session, PREFIX)
        retire_key(session, site, site.keys[0].key_id, last_day=NOW.date())
        row = make_key_in_token(
            session,
            home,
            site,
            PASSPHRASE,
            place,
            algorithm=algorithm,
            valid_from=date(2024, 1, 1),
            valid_to=None,
        )
        publish(session, home, now=NOW, signers=open_root_keys(home, PASSPHRASE))
        return row.key_id


@pytest.mark.parametrize(
    ("token", "algorithm"), [("signing", Algorithm.ES256), ("edwards", Algorithm.EDDSA)]
)
def test_a_key_made_in_a_token_signs_what_everyone_verifies(
    home: Home, tmp_path: Path, token: str, algorithm: Algorithm
) -> None:
    file_body(home, algorithm=Algorithm.ES256)
    key_id = move_key_to_token(home, address(token), algorithm)
    with desk_at(home) as desk:
        issue(desk, write_people(tmp_path / "in", people(Level.THREE, 2)), tmp_path / "out")
        found = proofs(desk)

    assert [proof.signature for proof in found] == [SignatureState.GENUINE] * 2
    assert {proof.record.key_id for proof in found} == {key_id}
    assert {proof.key.algorithm for proof in found if proof.key} == {algorithm}
    assert is_in_token(home, PREFIX, key_id)
    kept = {path.name: path.read_bytes() for path in home.key_folder.iterdir()}
    assert f"{PREFIX}-{key_id:04x}.pem" not in kept
    assert not any(PIN.encode() in content for content in kept.values())


def test_each_worker_process_opens_a_session_of_its_own(tmp_path: Path) -> None:
    home = make_office(tmp_path, {})
    with database(home.database_url) as engine, transaction(engine) as session:
        site = find_site(session, OFFICE_PREFIX)
        retire_key(session, site, site.keys[0].key_id, last_day=OFFICE_NOW.date())
        make_key_in_token(
            session,
            home,
            site,
            OFFICE_PASSPHRASE,
            address("crew"),
            algorithm=Algorithm.ES256,
            valid_from=date(2024, 1, 1),
            valid_to=None,
        )
        publish(session, home, now=OFFICE_NOW, signers=open_root_keys(home, OFFICE_PASSPHRASE))
    with desk_of(home) as desk:
        batch_id = open_batch(desk, "一")
        rows = [one.candidate(row) for row, one in enumerate(islice(drill_people(1), 60), start=2)]
        reserve(desk, batch_id, rows)
        scope = BatchCopies(batch_id=batch_id)
        told: list[int] = []
        with Crew(desk, FontChain(), 2) as crew:
            crew.wait_until_ready()
            crew.do(Task.RECORD, chunks_of_ids(desk, scope, unrecorded, size=5), told.append)
        found = proofs(desk)

    assert sum(told) == 60
    assert [proof.signature for proof in found] == [SignatureState.GENUINE] * 60


def test_a_key_that_the_token_holds_already_is_adopted_once(
    filed_shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YANZHEN_PKCS11_PIN", PIN)
    place = ("--module", SOFTHSM, "--token", "command", "--key", "record")
    made = filed_shell("keys", "new", "--body", PREFIX, "--algorithm", "eddsa", *place, "--json")
    assert made.code == 0
    assert made.json["algorithm"] == "EdDSA"
    again = filed_shell("keys", "new", "--body", PREFIX, *place, "--json")
    assert (again.code, again.json["error"]["code"]) == (65, "token_key_exists")
    adopted = filed_shell("keys", "adopt", "--body", PREFIX, *place, "--json")
    assert (adopted.code, adopted.json["error"]["code"]) == (65, "key_id_taken")
    national = filed_shell("keys", "new", "--body", PREFIX, "--algorithm", "sm2", *place, "--json")
    assert (national.code, national.json["error"]["code"]) == (65, "token_algorithm")
    listed = filed_shell("keys", "list", "--json").json["keys"]
    assert [key["in_token"] for key in listed if key["key_id"] == made.json["key_id"]] == [True]
    assert filed_shell("keys", "new", "--body", PREFIX, "--token", "command").code == 64


@pytest.mark.parametrize(
    ("change", "code", "status"),
    [
        ({"--token": "nowhere"}, "token_missing", 69),
        ({"--key": "another"}, "token_key_missing", 65),
        ({"--module": __file__}, "token_module_missing", 69),
        ({"--token": "closed", "PIN": "000000"}, "token_pin_wrong", 65),
    ],
)
def test_what_a_token_refuses_has_its_code_and_its_exit_code(
    filed_shell: Shell,
    monkeypatch: pytest.MonkeyPatch,
    change: dict[str, str],
    code: str,
    status: int,
) -> None:
    told = {"--module": str(SOFTHSM), "--token": "mixed", "--key": "record", "PIN": PIN} | change
    monkeypatch.setenv("YANZHEN_PKCS11_PIN", told.pop("PIN"))
    options = [word for option in told.items() for word in option]
    answer = filed_shell("keys", "adopt", "--body", PREFIX, *options, "--json")
    assert (answer.code, answer.json["error"]["code"]) == (status, code)


def test_keys_of_other_kinds_and_single_halves_are_not_adopted(home: Home, tmp_path: Path) -> None:
    need_openssl()
    file_body(home, algorithm=Algorithm.ES256)
    kinds = {"p384": "ec", "rsa": "rsa"}
    made = ("genpkey", "-algorithm")
    openssl(tmp_path, *made, "EC", "-pkeyopt", "ec_paramgen_curve:P-384", "-out", "ec")
    openssl(tmp_path, *made, "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", "rsa")
    for index, (label, file) in enumerate(kinds.items()):
        names = ("--import", file, "--token", "mixed", "--label", label, "--id", f"0{index}")
        softhsm(tmp_path, *names)
    for label in kinds:
        with pytest.raises(KeysError) as caught:
            adopt(home, address("mixed", label))
        assert caught.value.code == "token_key_kind"


def test_a_damaged_note_of_a_token_is_named(home: Home, tmp_path: Path) -> None:
    file_body(home, algorithm=Algorithm.ES256)
    key_id = move_key_to_token(home, address("signing", "damaged"), Algorithm.ES256)
    note = home.key_folder / f"{PREFIX}-{key_id:04x}.json"
    assert json.loads(note.read_bytes())["token"]["key"] == "damaged"
    note.write_bytes(b"{}")
    roster = write_people(tmp_path / "in", people(Level.THREE, 1))
    with desk_at(home) as desk, pytest.raises(IssuerError, match="key_file_damaged"):
        issue(desk, roster, tmp_path / "out")


def test_the_pin_is_not_shown() -> None:
    assert PIN not in repr(replace(address("signing"), key="any"))


def adopt(home: Home, place: TokenAddress) -> None:
    with database(home.database_url) as engine, transaction(engine) as session:
        site = find_site(session, PREFIX)
        adopt_key(
            session, home, site, PASSPHRASE, place, valid_from=date(2024, 1, 1), valid_to=None
        )
