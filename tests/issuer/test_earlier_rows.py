"""A home of schema 0009 and its copies with two signatures: refused, migrated whole, and read."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select, text

import registry.earlier_rows
from issuer.awarding import read_data_key
from issuer.fsck.run import fsck
from issuer.status_publishing import publish_behind, status_office_of
from keys.algorithms import Algorithm
from registry.access import seal_envelope, unseal_envelope
from registry.errors import HomeError, VaultError
from registry.home import Home
from registry.models import Copy
from registry.schema import HEAD, check_schema, migrate
from registry.session import database, transaction
from tests.conftest import PASSPHRASE
from tests.issuer.body_keys import add_body_key
from tests.issuer.desks import PREFIX, desk_at, file_body
from tests.issuer.shells import Shell
from tests.issuer.test_second_signature import issue_one
from verifier.opening import open_verifier
from verifier.verdict import Outcome

_BACK = (
    "DROP INDEX ix_trail_of_subject",
    "DROP INDEX ix_awards_of_name",
    "DROP INDEX ix_awards_of_site",
    "DROP INDEX ix_awards_of_batch",
    "DROP INDEX ix_life_acts_of_site",
    "CREATE INDEX ix_awards_batch_id ON awards (batch_id)",
    "CREATE INDEX ix_life_acts_site_id ON life_acts (site_id)",
    "ALTER TABLE awards DROP COLUMN name_index",
    "ALTER TABLE awards DROP COLUMN recorded_mark",
    "ALTER TABLE copies DROP COLUMN delivered_mark",
    "ALTER TABLE status_lists DROP COLUMN row_mark",
    "UPDATE alembic_version SET version_num = '0009'",
)


@pytest.fixture
def code(home: Home, tmp_path: Path) -> str:
    """Text of the QR code of a certificate in a home as the version before left it."""
    file_body(home, algorithm=Algorithm.ES256)
    add_body_key(home, PREFIX, PASSPHRASE, Algorithm.SM2)
    with desk_at(home) as desk:
        _, code = issue_one(desk, tmp_path)
        publish_behind(status_office_of(desk))
        with transaction(desk.engine) as session:
            copy = session.scalars(select(Copy)).one()
            data_key, sealed = read_data_key(desk, copy.award), copy.envelope_sealed or b""
            signed = unseal_envelope(data_key, copy, sealed)
            alone = Copy(status_index=copy.status_index)  # as if it had no second signature
            copy.envelope_sealed = seal_envelope(data_key, alone, signed)
        with desk.engine.begin() as connection:
            for statement in _BACK:
                connection.execute(text(statement))
    return code


def outcome(home: Home, code: str) -> Outcome:
    verifier = open_verifier(home)
    try:
        return verifier.verify_qr(code).outcome
    finally:
        verifier.close()


def test_it_is_refused_until_migrated_and_then_all_opens(home: Home, code: str) -> None:
    with pytest.raises(HomeError, match="schema_outdated"):
        open_verifier(home)
    with database(home.database_url) as engine:
        with pytest.raises(HomeError, match="schema_outdated"):
            check_schema(engine)
        assert migrate(engine, partial(home.vault, PASSPHRASE)) == "0009"
        assert fsck(home, engine, home.vault(PASSPHRASE)) == []
    assert outcome(home, code) is Outcome.VALID
    with desk_at(home) as desk:
        assert publish_behind(status_office_of(desk), every=True)
        assert fsck(home, desk.engine, desk.vault) == []


def test_the_command_asks_for_the_passphrase_and_migrates(
    home: Home, code: str, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YANZHEN_HOME", str(home.path))
    monkeypatch.setenv("YANZHEN_PASSPHRASE", PASSPHRASE.decode())
    assert shell("verify", "qr", code).code == 78
    assert shell("migrate", "--json").json == {"from": "0009", "to": HEAD, "holders": 0}
    assert shell("log", "fsck", "--json").code == 0
    assert shell("migrate", "--json").json == {"from": HEAD, "to": HEAD, "holders": 0}
    assert outcome(home, code) is Outcome.VALID


@pytest.mark.parametrize(
    "place", ["seal_envelope", "mark_of_recording", "mark_of_delivery", "mark_of_list"]
)
def test_broken_off_anywhere_nothing_was_done_and_it_is_run_again(
    home: Home, code: str, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    def fail(*_: object) -> bytes:
        raise OSError("the power went")

    with database(home.database_url) as engine:
        with monkeypatch.context() as patched:
            patched.setattr(registry.earlier_rows, place, fail)
            with pytest.raises(OSError, match="power"):
                migrate(engine, partial(home.vault, PASSPHRASE))
        with pytest.raises(HomeError, match="schema_outdated"):
            check_schema(engine)
        migrate(engine, partial(home.vault, PASSPHRASE))
        assert fsck(home, engine, home.vault(PASSPHRASE)) == []
    assert outcome(home, code) is Outcome.VALID


def test_a_wrong_passphrase_changes_nothing(home: Home, code: str) -> None:
    with database(home.database_url) as engine:
        with pytest.raises(VaultError, match="passphrase_wrong"):
            migrate(engine, partial(home.vault, b"not the passphrase"))
        with pytest.raises(HomeError, match="schema_outdated"):
            check_schema(engine)
    del code


def spoil_record(copy: Copy) -> None:
    copy.envelope_sealed = (copy.envelope_sealed or b"")[:-1] + b"x"


def spoil_second(copy: Copy) -> None:
    copy.second_sealed = b"planted"


@pytest.mark.parametrize("spoil", [spoil_record, spoil_second])
def test_what_was_changed_before_is_sealed_by_nobody(
    home: Home, code: str, spoil: Callable[[Copy], None]
) -> None:
    with database(home.database_url) as engine:
        with transaction(engine) as session:
            old = select(Copy.id, Copy.envelope_sealed, Copy.second_sealed)
            row = session.execute(old).one()
            copy = Copy(envelope_sealed=row.envelope_sealed, second_sealed=row.second_sealed)
            spoil(copy)
            session.execute(
                text("UPDATE copies SET envelope_sealed = :e, second_sealed = :s"),
                {"e": copy.envelope_sealed, "s": copy.second_sealed},
            )
        assert migrate(engine, partial(home.vault, PASSPHRASE)) == "0009"
        found = {(one.table, one.field) for one in fsck(home, engine, home.vault(PASSPHRASE))}
    assert ("copies", "envelope_sealed") in found
    assert outcome(home, code) is Outcome.INCONCLUSIVE
