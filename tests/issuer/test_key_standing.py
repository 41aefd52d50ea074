"""Keys are rotated and declared compromised, also in the middle of a run, and what that means."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path

import pytest
from sqlalchemy import select, text

from issuer.awarding import read_data_key, record_copies
from issuer.copy_rows import BatchCopies
from issuer.custody import compromise_key, rotate_key
from issuer.desk import Desk, OpenedKey, shanghai_day
from issuer.errors import IssuerError
from issuer.faces import face_of
from issuer.filing import find_site
from issuer.key_loss import count_loss
from issuer.log_desk import office_of, put_in_log
from issuer.publishing import publish
from issuer.reserving import open_batch, reserve
from issuer.root_custody import open_root_keys
from keys.algorithms import Algorithm
from keys.envelope import decode_envelope
from keys.ring import EnvelopeProof, SignatureState, Standing, verify_envelope
from registry.access import unseal_envelope
from registry.home import Home
from registry.log_reader import LogReader
from registry.models import Copy
from registry.row_reader import RowReader
from registry.session import reading, transaction
from tests.conftest import PASSPHRASE as HOME_PASSPHRASE
from tests.drills.office import NOW, PASSPHRASE, PREFIX, desk_of, make_office, people
from tests.issuer.shells import Shell
from verifier.key_source import home_source
from verifier.service import Verifier
from verifier.verdict import Outcome, Status, Verdict

COPIES = 450  # three chunks


def reserved(desk: Desk, count: int) -> BatchCopies:
    batch_id = open_batch(desk, "一")
    rows = [one.candidate(row) for row, one in enumerate(islice(people(1), count), start=2)]
    reserve(desk, batch_id, rows)
    return BatchCopies(batch_id=batch_id)


def key_in_force(desk: Desk) -> int:
    return desk.cabinet.key_for(shanghai_day(NOW)).key_id


def rotate(desk: Desk, *, days: int = 0, now: datetime = NOW) -> int:
    today = shanghai_day(now)
    signers = open_root_keys(desk.home, PASSPHRASE)
    with transaction(desk.engine) as session:
        row = rotate_key(
            session,
            desk.home,
            find_site(session, PREFIX),
            PASSPHRASE,
            algorithm=Algorithm.EDDSA,
            first_day=today + timedelta(days=days),
            today=today,
        )
        publish(session, desk.home, now=now, signers=signers)
        return row.key_id


def compromise(desk: Desk, key_id: int, *, since: datetime = NOW, published: bool = True) -> None:
    signers = open_root_keys(desk.home, PASSPHRASE) if published else ()
    with transaction(desk.engine) as session:
        site = find_site(session, PREFIX)
        compromise_key(session, site, key_id, since=since, reason="失窃", now=NOW)
        publish(session, desk.home, now=NOW, signers=signers)


def proofs(desk: Desk) -> list[EnvelopeProof]:
    with reading(desk.engine) as session:
        return [
            verify_envelope(
                decode_envelope(
                    unseal_envelope(
                        read_data_key(desk, copy.award), copy, copy.envelope_sealed or b""
                    )
                ),
                desk.document.ring,
            )
            for copy in session.scalars(select(Copy).order_by(Copy.id))
        ]


def verdict_on(desk: Desk, position: int, *, with_register: bool = True) -> Verdict:
    with reading(desk.engine) as session:
        copy = session.scalars(select(Copy).order_by(Copy.id).offset(position)).first()
        assert copy is not None
        text = face_of(desk, copy).qr_text
    look = RowReader(desk.engine).reading if with_register else None
    verifier = Verifier(
        home_source(desk.home),
        look,
        desk.pepper,
        lambda: NOW,
        log=LogReader(desk.home.log_folder),
    )
    return verifier.verify_qr(text)


def after_first_chunk(act: Callable[[], object]) -> Callable[[int], None]:
    """Return a progress that acts once, between the first chunk and the second."""
    waiting = [act]

    def tell(_: int) -> None:
        while waiting:
            waiting.pop()()

    return tell


def test_a_running_batch_takes_the_new_key_from_the_next_chunk_on(tmp_path: Path) -> None:
    with desk_of(make_office(tmp_path, {})) as desk:
        scope, old = reserved(desk, COPIES), key_in_force(desk)
        record_copies(desk, scope, after_first_chunk(lambda: rotate(desk)))
        found = proofs(desk)
        new = key_in_force(desk)
    assert {one.signature for one in found} == {SignatureState.GENUINE}
    assert {one.key_covered_day for one in found} == {True}
    assert [one.record.key_id for one in found] == [old] * 200 + [new] * (COPIES - 200)


def test_a_running_batch_signs_nothing_more_with_a_compromised_key(tmp_path: Path) -> None:
    with desk_of(make_office(tmp_path, {})) as desk:
        scope, old = reserved(desk, COPIES), key_in_force(desk)
        with pytest.raises(IssuerError, match="no_active_key"):
            record_copies(desk, scope, after_first_chunk(lambda: compromise(desk, old)))
        new = rotate(desk)
        assert record_copies(desk, scope, lambda _: None) == COPIES - 200
        found = proofs(desk)
    assert [one.record.key_id for one in found] == [old] * 200 + [new] * (COPIES - 200)


def test_what_was_signed_but_not_recorded_when_its_key_is_lost_is_signed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desk_of(make_office(tmp_path, {})) as desk:
        scope, old = reserved(desk, 3), key_in_force(desk)
        signed = desk.cabinet.keys_for
        calls: list[int] = []

        def keys_for(day: date) -> tuple[OpenedKey, ...]:
            found = signed(day)
            calls.append(found[0].key_id)
            if len(calls) == 3:
                # All three are signed in a moment; none is recorded.
                new = rotate(desk)
                compromise(desk, old)
                assert new != old
            return found

        monkeypatch.setattr(desk.cabinet, "keys_for", keys_for)
        assert record_copies(desk, scope, lambda _: None) == 3
        assert {one.record.key_id for one in proofs(desk)} == set(calls) - {old}
    assert calls[:3] == [old] * 3


def test_a_compromise_that_waits_for_signatures_stops_signing_too(tmp_path: Path) -> None:
    with desk_of(make_office(tmp_path, {})) as desk:
        scope = reserved(desk, 3)
        compromise(desk, key_in_force(desk), published=False)
        with pytest.raises(IssuerError, match="compromise_waiting"):
            record_copies(desk, scope, lambda _: None)


def test_what_a_compromised_key_signed_is_unregistered_without_a_log_proof(
    tmp_path: Path,
) -> None:
    with desk_of(make_office(tmp_path, {})) as desk:
        scope = reserved(desk, 1)
        record_copies(desk, scope, lambda _: None)
        put_in_log(desk, office_of(desk), scope)
        assert verdict_on(desk, 0).outcome is Outcome.VALID
        compromise(desk, key_in_force(desk))
        online = verdict_on(desk, 0)
        offline = verdict_on(desk, 0, with_register=False)
    assert online.outcome is Outcome.UNREGISTERED
    said = {one.code for one in online.findings}
    assert "key_compromised" in said
    assert said.isdisjoint({"registered", "status_current"})
    assert online.status is Status.UNKNOWN
    assert offline.outcome is Outcome.INCONCLUSIVE
    assert "key_compromised_unasked" in {one.code for one in offline.findings}


def test_a_key_to_come_signs_from_its_day_and_the_old_one_until_then(tmp_path: Path) -> None:
    with desk_of(make_office(tmp_path, {})) as desk:
        old = key_in_force(desk)
        new = rotate(desk, days=3)
        today = shanghai_day(NOW)
        signing = [desk.cabinet.key_for(today + timedelta(days=n)).key_id for n in range(5)]
    assert signing == [old, old, old, new, new]


def test_rows_reserved_before_the_change_are_signed_by_the_new_key(tmp_path: Path) -> None:
    with desk_of(make_office(tmp_path, {})) as desk:
        scope = reserved(desk, 1)
        new = rotate(desk, now=NOW + timedelta(days=2))
        assert record_copies(desk, scope, lambda _: None) == 1
        (proof,) = proofs(desk)
    assert (proof.record.key_id, proof.key_covered_day) == (new, True)


def test_a_rotation_from_a_past_day_is_refused(tmp_path: Path) -> None:
    with (
        desk_of(make_office(tmp_path, {})) as desk,
        pytest.raises(IssuerError, match="rotation_past"),
    ):
        rotate(desk, days=-1)


def test_the_instant_of_a_compromise_only_moves_back(tmp_path: Path) -> None:
    with desk_of(make_office(tmp_path, {})) as desk:
        key_id = key_in_force(desk)
        compromise(desk, key_id, since=NOW - timedelta(hours=2))
        compromise(desk, key_id, since=NOW - timedelta(hours=5))
        key = desk.document.ring.find(PREFIX, key_id)
        for later, code in ((-1, "compromise_later"), (1, "compromise_future")):
            with pytest.raises(IssuerError, match=code):
                compromise(desk, key_id, since=NOW + timedelta(hours=later))
    assert key is not None
    assert key.standing is Standing.COMPROMISED
    assert key.compromised_since == NOW - timedelta(hours=5)


def test_what_a_compromise_costs_is_counted_by_the_published_log(tmp_path: Path) -> None:
    with desk_of(make_office(tmp_path, {})) as desk:
        key_id = key_in_force(desk)
        batch = reserved(desk, 3)
        record_copies(desk, batch, lambda _: None)

        def loss(since: datetime) -> dict[str, int]:
            with reading(desk.engine) as session:
                return count_loss(session, find_site(session, PREFIX), key_id, since).as_dict()

        after = NOW + timedelta(hours=1)
        all_lost = {"recorded": 3, "stay_good": 0, "worthless": 3, "to_reissue": 3}
        assert loss(after) == {**all_lost, "not_logged": 3}
        put_in_log(desk, office_of(desk), batch)
        assert loss(NOW - timedelta(hours=1)) == {**all_lost, "not_logged": 0}
        with transaction(desk.engine) as session:
            session.execute(text("UPDATE awards SET status = 'revoked' WHERE id = 1"))
        assert loss(NOW - timedelta(hours=1))["to_reissue"] == 2
        kept = loss(after)
        assert (kept["stay_good"], kept["worthless"], kept["to_reissue"]) == (3, 0, 0)
        with reading(desk.engine) as session:
            other = count_loss(session, find_site(session, PREFIX), key_id ^ 1, after)
        assert other.recorded == 0


def test_compromise_says_what_it_costs_before_and_after(
    two_issued: Home, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YANZHEN_HOME", str(two_issued.path))
    monkeypatch.setenv("YANZHEN_PASSPHRASE", HOME_PASSPHRASE.decode())
    key = shell("keys", "list", "--json").json["keys"][0]["key_id"]
    named = ("--body", PREFIX, "--key", key, "--reason", "失窃", "--since", "2026-01-01T00:00")
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _: "n")
    asked = shell("keys", "compromise", *named)
    assert asked.code == 130
    assert "在册证书共 2 份" in asked.out
    assert "按未登记论的 2 份" in asked.out
    answer = shell("keys", "compromise", *named, "--yes", "--json").json
    assert answer["certificates"] == {
        "recorded": 2,
        "stay_good": 0,
        "worthless": 2,
        "not_logged": 0,
        "to_reissue": 2,
    }


def test_compromise_is_one_command_that_publishes_at_once(filed_shell: Shell) -> None:
    key = filed_shell("keys", "list", "--json").json["keys"][0]["key_id"]
    named = ("--body", PREFIX, "--key", key, "--reason", "电脑失窃")
    since = datetime.now(UTC) - timedelta(minutes=5)
    local = f"{since + timedelta(hours=8):%Y-%m-%dT%H:%M}"
    answer = filed_shell("keys", "compromise", *named, "--since", local, "--yes", "--json").json
    assert answer["signatures_missing"] == 0
    assert answer["compromised_since"] == f"{since:%Y-%m-%dT%H:%M}:00Z"
    assert answer["standing"] == "compromised"
    listed = filed_shell("keys", "list", "--json").json["keys"][0]
    assert listed["standing"] == "compromised"
    again = filed_shell("keys", "retire", "--body", PREFIX, "--key", key, "--yes", "--json")
    assert again.json["error"]["code"] == "key_compromised_already"


def test_compromise_asks_first_and_wants_a_reason(
    filed_shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = filed_shell("keys", "list", "--json").json["keys"][0]["key_id"]
    named = ("--body", PREFIX, "--key", key, "--since", "2026-01-01T00:00")
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _: "n")
    assert filed_shell("keys", "compromise", *named, "--reason", "失窃").code == 130
    assert filed_shell("keys", "compromise", *named, "--reason", " ", "--yes").code == 64
    assert filed_shell("keys", "list", "--json").json["keys"][0]["standing"] == "active"


def test_rotate_is_one_command(filed_shell: Shell) -> None:
    answer = filed_shell("keys", "rotate", "--body", PREFIX, "--algorithm", "EdDSA", "--json")
    assert answer.code == 0
    listed = filed_shell("keys", "list", "--json").json["keys"]
    assert [one["standing"] for one in listed] == ["retired", "active"]
    assert listed[1]["key_id"] == answer.json["key_id"]
