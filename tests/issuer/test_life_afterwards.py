"""An act is approved and what follows it breaks off: what is in effect, and what is left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

import issuer.life_run
from audit.witness_home import WitnessHome
from issuer.errors import Interrupted, IssuerError, LogRefused
from issuer.services import Witnesses, write_witnesses
from log.leaves import LifeKind
from registry.home import Home
from tests.conftest import PASSPHRASE
from tests.issuer.desks import desk_at
from tests.issuer.lives import NUMBER, approved, ask, codes_of, done, proposed, qr_texts
from verifier.verdict import Status

LATER = datetime(2027, 2, 1, 2, 0, tzinfo=UTC)


def let_witnesses_fail(home: Home, folder: Path) -> None:
    """Ask for the cosignature of a witness that is not there."""
    witness = WitnessHome.create(folder / "witness", "witness.example.cn", PASSPHRASE)
    urls = {str(witness.vkey): "http://127.0.0.1:1"}
    write_witnesses(home, Witnesses(quorum=1, urls=urls))


def test_where_witnesses_fail_an_act_is_said_to_be_in_effect(
    two_issued: Home, tmp_path: Path
) -> None:
    with desk_at(two_issued, clock=lambda: LATER) as desk:
        (qr,) = qr_texts(desk)
        let_witnesses_fail(two_issued, tmp_path)
        act = proposed(desk, LifeKind.SUSPEND)
        with pytest.raises(LogRefused, match="log_quorum_missing") as refusal:
            approved(desk, act)
        text = refusal.value.text
        assert text.zh.startswith(f"审批事项 {act} 已批准并生效")
        assert text.en.startswith(f"act {act} is approved and in effect;")
        assert "yanzhen tend" in text.zh
        assert "yanzhen tend" in text.en
        assert ask(desk, qr, now=LATER).status is Status.SUSPENDED


def test_a_lift_that_is_not_published_is_not_said_to_be_in_effect(
    two_issued: Home, tmp_path: Path
) -> None:
    with desk_at(two_issued, clock=lambda: LATER) as desk:
        (qr,) = qr_texts(desk)
        done(desk, LifeKind.SUSPEND)
        let_witnesses_fail(two_issued, tmp_path)
        with pytest.raises(LogRefused, match="log_quorum_missing") as refusal:
            done(desk, LifeKind.LIFT)
        assert "in effect on line once the log is published" in refusal.value.text.en
        assert "并生效" not in refusal.value.text.zh
        assert "life_pending" in codes_of(ask(desk, qr, now=LATER))


def test_a_correction_that_broke_off_is_gone_on_with_by_the_same_command(
    two_issued: Home, tmp_path: Path
) -> None:
    with desk_at(two_issued, clock=lambda: LATER) as desk:
        let_witnesses_fail(two_issued, tmp_path)
        act = proposed(desk, LifeKind.CORRECT)
        with pytest.raises(LogRefused, match="log_quorum_missing") as refusal:
            approved(desk, act, tmp_path / "new")
        assert "same command again" in refusal.value.text.en
        assert "the copies before are void" in refusal.value.text.en
        old, _ = qr_texts(desk)
        assert ask(desk, old, now=LATER).status is Status.CORRECTED
        write_witnesses(two_issued, Witnesses(quorum=0, urls={}))
        assert [number for number, _ in approved(desk, act, tmp_path / "new").files] == [NUMBER]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(28, "No space left on device"), IssuerError),
        (KeyboardInterrupt(), Interrupted),
    ],
)
def test_whatever_stops_it_the_approval_is_said(
    two_issued: Home,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    told: type[IssuerError],
) -> None:
    def fail(*_: object) -> Callable[[], None]:
        raise error

    monkeypatch.setattr(issuer.life_run, "publish_behind", fail)
    with desk_at(two_issued, clock=lambda: LATER) as desk:
        act = proposed(desk, LifeKind.REVOKE)
        with pytest.raises(told) as refusal:
            approved(desk, act)
    assert f"审批事项 {act} 已批准并生效" in refusal.value.text.zh
    assert f"act {act} is approved and in effect" in refusal.value.text.en
