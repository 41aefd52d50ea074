"""Rows that no act accounts for are never signed; every list in force is in the log."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select, text

from issuer.errors import IssuerError
from issuer.publishing import Publication, check_accounted, publish
from issuer.root_custody import open_root_keys
from keys.algorithms import Algorithm
from log.leaves import FilingLeaf, LeafKind, TrustLeaf, decode_body
from registry.filing_models import FilingAct
from registry.home import Home
from registry.log_models import LogEntry
from registry.session import database, reading, transaction
from registry.trust_file import trust_list_of
from tests.conftest import NOW, PASSPHRASE
from tests.issuer.desks import desk_at, file_body

JWK = '{"crv":"Ed25519","kty":"OKP","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}'

PLANTED = {
    "filing_acts has an act that never went to the log": (
        "INSERT INTO filing_acts (site_id, event, decided_on, effective_on, detail, recorded_at, "
        "logged) SELECT id, 'recorded', '2024-01-01', '2024-01-01', "
        "'{\"windows\": [[9, 1, \"2024-01-01\", null]]}', '2024-01-01 00:00:00', {logged} "
        "FROM sites",
        "filing_acts",
    ),
    "an act was changed after it went to the log": (
        "UPDATE filing_acts SET effective_on = '2023-01-01'",
        "filing_acts",
    ),
    "signing_keys has a key without a private half": (
        "INSERT INTO signing_keys (site_id, key_id, algorithm, public_jwk, valid_from, standing, "
        "demo) SELECT id, 4660, -8, '<jwk>', '2024-01-01', 'active', 1 FROM sites",
        "signing_keys",
    ),
    "a signed key was exchanged for another": (
        "UPDATE signing_keys SET public_jwk = '<jwk>'",
        "signing_keys",
    ),
    "a signed key is gone": ("DELETE FROM signing_keys", "signing_keys"),
    "a signed key was dated back": (
        "UPDATE signing_keys SET valid_from = '2020-01-01'",
        "signing_keys",
    ),
    "public_hosts has a host that nothing printed": (
        "INSERT INTO public_hosts (host, valid_from) VALUES ('evil.example.cn', '2024-01-01')",
        "public_hosts",
    ),
    "the body bears another name": ("UPDATE bodies SET name = '另一机构'", "bodies"),
}


def cases() -> list[tuple[str, str]]:
    """Return every SQL statement with the table that the refusal names."""
    found = []
    for sql, table in PLANTED.values():
        logged = ("0", "1") if "{logged}" in sql else ("",)
        found += [(sql.replace("{logged}", one), table) for one in logged]
    return found


def publish_again(home: Home) -> Publication:
    with database(home.database_url) as engine, transaction(engine) as session:
        return publish(session, home, now=NOW, signers=open_root_keys(home, PASSPHRASE))


@pytest.mark.parametrize(("sql", "table"), cases())
def test_a_planted_row_has_nothing_to_account_for_it(home: Home, sql: str, table: str) -> None:
    """Also where nothing remembers the rows themselves, as with PostgreSQL."""
    file_body(home, algorithm=Algorithm.ES256)
    with desk_at(home):
        pass
    with database(home.database_url) as engine, transaction(engine) as session:
        check_accounted(session, home)
        session.execute(text(sql.replace("<jwk>", JWK).replace(":", "\\:")))
        session.expire_all()

        with pytest.raises(IssuerError, match="published_rows_unexplained") as refusal:
            check_accounted(session, home)

    assert table in refusal.value.text.zh
    assert table in refusal.value.text.en


def test_an_act_from_before_the_log_gets_its_leaf_when_a_list_is_signed(home: Home) -> None:
    """A migrated home has acts without leaves; what they give stands in a signed list."""
    file_body(home, algorithm=Algorithm.ES256)
    with database(home.database_url) as engine, transaction(engine) as session:
        for act in session.scalars(select(FilingAct)):
            act.logged = False
        session.execute(delete(LogEntry).where(LogEntry.kind == LeafKind.FILING))
        session.flush()
        check_accounted(session, home)

    assert [type(leaf) for leaf in waiting(home)].count(FilingLeaf) == 1


def test_every_list_in_force_has_its_leaf_and_only_one(home: Home) -> None:
    file_body(home, algorithm=Algorithm.ES256)
    publish_again(home)
    trust = trust_list_of(home)()

    leaves = [leaf for leaf in waiting(home) if isinstance(leaf, TrustLeaf)]

    assert [leaf.version for leaf in leaves] == list(range(1, trust.document.version + 1))
    assert leaves[-1].sha256 == trust.sha256


def test_a_list_whose_act_was_undone_gets_its_leaf_with_the_next(home: Home) -> None:
    """The file is replaced before the transaction ends; what breaks off between is made good."""
    file_body(home, algorithm=Algorithm.ES256)
    with (
        database(home.database_url) as engine,
        pytest.raises(RuntimeError),
        transaction(engine) as session,
    ):
        publish(session, home, now=NOW, signers=open_root_keys(home, PASSPHRASE))
        raise RuntimeError
    undone = trust_list_of(home)().document.version

    assert publish_again(home).document.version == undone + 1
    versions = [leaf.version for leaf in waiting(home) if isinstance(leaf, TrustLeaf)]
    assert versions == list(range(1, undone + 2))


def waiting(home: Home) -> list[object]:
    """Return the leaves that were appended, in order."""
    with database(home.database_url) as engine, reading(engine) as session:
        bodies = session.scalars(select(LogEntry.body).order_by(LogEntry.id)).all()
    return [decode_body(body) for body in bodies]


def test_what_a_killed_publisher_left_is_swept_away_by_the_next(home: Home) -> None:
    file_body(home, algorithm=Algorithm.ES256)
    left = home.key_document_path.with_name(".yanzhen-unfinished-0123456789abcdef")
    left.write_bytes(b"{")

    publish_again(home)

    assert not left.exists()
