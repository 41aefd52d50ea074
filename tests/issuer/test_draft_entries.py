"""A draft is told whole, and what is new in it is told apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from codes.levels import Level
from codes.wording import Text
from issuer.draft_entries import EntryKind, compare, entries_of
from keys.document import BodyEntry, Host, KeyDocument
from keys.jws import key_name
from keys.ring import Scope, Standing
from keys.services import LogSource, StatusKey
from tests.keys.trust_samples import ONE, root_document, root_key
from tests.keys.vkey_samples import vkey
from tests.verifier.world import BODY_NAME, HOST, PREFIX, key_document, with_body

LOG, WITNESS = vkey("yz.example.cn/log"), vkey("w.example.cn", kind=4)
SINCE = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)


def full_document() -> KeyDocument:
    """Return a document with something of everything a list can say."""
    return replace(
        key_document(demo=True),
        logs=(LogSource(vkey=LOG, valid_from=date(2026, 1, 1), valid_to=None),),
        status_keys=(
            StatusKey(jwk=ONE.public, valid_from=date(2026, 2, 1), valid_to=date(2027, 2, 1)),
        ),
        witnesses=(WITNESS,),
        witness_quorum=1,
    )


def body_of(document: KeyDocument) -> BodyEntry:
    (body,) = document.bodies
    return body


def told(document: KeyDocument) -> Text:
    texts = [entry.text for entry in entries_of(document)]
    return Text("\n".join(one.zh for one in texts), "\n".join(one.en for one in texts))


def test_everything_that_is_signed_is_told_in_both_languages() -> None:
    document = full_document()
    text = told(document)
    for words in (text.zh, text.en):
        assert BODY_NAME in words
        assert HOST in words
        assert LOG in words
        assert WITNESS in words
        assert key_name(ONE.public) in words
        assert "2027-02-01" in words
        for key in body_of(document).keys:
            assert key_name(key.jwk) in words
            assert f"{key.key_id:04x}" in words
            assert key.algorithm.label in words
            assert str(key.valid_from) in words
    assert "三级/高级工、二级/技师" in text.zh
    assert "见证人 1 个" in text.zh
    assert "Level 3 / Senior worker" in text.en
    assert {entry.kind for entry in entries_of(document)} == set(EntryKind) - {
        EntryKind.ROOT_KEY,
        EntryKind.THRESHOLD,
    }
    assert {entry.body for entry in entries_of(document)} == {"", PREFIX}


def test_an_occupation_that_this_machine_does_not_know_is_told_by_its_number() -> None:
    document = key_document()
    body = body_of(document)
    strange = replace(body, scopes=(replace(body.scopes[0], occupation=4711),))
    assert "4711" in told(with_body(document, strange)).zh


def test_the_same_document_under_another_version_has_no_changes() -> None:
    document = full_document()
    changes = compare(document, replace(document, version=9))
    assert (changes.version, changes.added, changes.removed, changes.changed) == (1, (), (), ())


def test_a_key_declared_compromised_is_one_change() -> None:
    document = full_document()
    body = body_of(document)
    lost = replace(body.keys[0], standing=Standing.COMPROMISED, compromised_since=SINCE)
    now = with_body(document, replace(body, keys=(lost, *body.keys[1:])))
    changes = compare(document, now)
    assert (changes.added, changes.removed) == ((), ())
    ((before, after),) = changes.changed
    assert "在用" in before.text.zh
    assert "已失密（2026-11-20 08:30:00 UTC 起）" in after.text.zh
    assert after.as_dict()["standing"] == "compromised"
    assert after.as_dict()["compromised_since"] == "2026-11-20T08:30:00+00:00"


def test_a_key_exchanged_for_another_is_one_removed_and_one_added() -> None:
    document = key_document()
    body = body_of(document)
    other = root_key("another").public
    foreign = replace(body.keys[0], jwk=other, key_id=other.key_id, algorithm=other.algorithm)
    changes = compare(document, with_body(document, replace(body, keys=(foreign, *body.keys[1:]))))
    assert [one.as_dict()["fingerprint"] for one in changes.added] == [key_name(other)]
    assert [one.as_dict()["fingerprint"] for one in changes.removed] == [key_name(body.keys[0].jwk)]


def test_scopes_hosts_and_names_that_come_and_go_are_told() -> None:
    document = full_document()
    body = body_of(document)
    wider = Scope(
        occupation=body.scopes[0].occupation,
        levels=(Level.ONE,),
        valid_from=date(2026, 12, 1),
        valid_to=None,
    )
    ended = replace(body.scopes[0], valid_to=date(2026, 12, 31))
    renamed = replace(body, name="津城另一评价中心（虚构）", scopes=(ended, wider))
    host = Host(host="new.example.cn", valid_from=date(2026, 12, 1), valid_to=None)
    now = replace(
        with_body(document, renamed), hosts=(host,), witnesses=(), witness_quorum=0, demo=False
    )
    changes = compare(document, now)
    assert [one.kind for one in changes.added] == [EntryKind.HOST, EntryKind.SCOPE]
    assert [one.kind for one in changes.removed] == [
        EntryKind.DEMO,
        EntryKind.HOST,
        EntryKind.WITNESS,
    ]
    assert [new.kind for _, new in changes.changed] == [
        EntryKind.BODY,
        EntryKind.SCOPE,
        EntryKind.QUORUM,
    ]


def test_two_scopes_that_differ_only_in_their_last_day_are_both_told() -> None:
    document = key_document()
    body = body_of(document)
    scope = body.scopes[0]
    twice = tuple(replace(scope, valid_to=day) for day in (date(2026, 6, 1), date(2026, 7, 1)))
    changes = compare(document, with_body(document, replace(body, scopes=twice)))
    assert len(changes.changed) == 1
    assert [one.as_dict()["valid_to"] for one in changes.added] == ["2026-07-01"]


def test_of_a_root_document_its_keys_and_their_number_are_told() -> None:
    two = root_key("two")
    now = root_document([ONE, two], threshold=2, version=2)
    changes = compare(root_document([ONE]), now)
    assert [one.as_dict()["fingerprint"] for one in changes.added] == [key_name(two.public)]
    ((before, after),) = changes.changed
    assert (before.as_dict()["threshold"], after.as_dict()["threshold"]) == (1, 2)
