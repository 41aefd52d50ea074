"""An office with every kind of row in its database, its log published: what the insider edits."""

from __future__ import annotations

import gc
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from issuer.copy_rows import BatchCopies
from issuer.copy_run import archive_numbers, reissue
from issuer.copying import preview_reissue
from issuer.correcting import parse_correction
from issuer.desk import Desk
from issuer.erasing import approve_erasure, find_by_number, propose_erasure
from issuer.erasure_wish import ErasureGround, Wish
from issuer.filing import find_site
from issuer.filing_changes import rename
from issuer.issuing import finish_copies
from issuer.life_acts import propose, reject, show_act
from issuer.life_forms import ActForm
from issuer.life_run import approve_and_publish
from issuer.log_desk import office_of
from issuer.log_publishing import publish_log
from issuer.operator import Operator
from issuer.public_notice import ObjectionOutcome
from issuer.publishing import publish
from issuer.reserving import open_batch, reserve
from issuer.root_custody import open_root_keys
from issuer.status_publishing import publish_behind, status_office_of
from keys.algorithms import Algorithm
from log.leaves import LifeKind
from registry.home import Home
from registry.life_models import Ground
from registry.models import ReissueReason
from registry.session import transaction
from templates.fonts import FontChain
from tests.drills.office import (
    NOW,
    PASSPHRASE,
    PREFIX,
    Person,
    desk_of,
    faces,
    make_office,
    people,
)
from tests.issuer.body_keys import add_body_key
from tests.issuer.procedures import Procedure, decision

_LINKED = ("store",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """A home in which certificates live, and what a holder of each would bring.

    Args:
        home: never changed once it is made.
        numbers: of the certificates.
        persons: their holders as issued, in the same order.
        qr_texts: of the current copy of each that has one, by number.
    """

    home: Home
    numbers: tuple[str, ...]
    persons: tuple[Person, ...]
    qr_texts: dict[str, str]

    def copy_to(self, folder: Path) -> Home:
        """Return a copy that may be spoiled; only the sealed files are shared."""
        home = self.home.path

        def skip(at: str, names: list[str]) -> set[str]:
            return {name for name in names if Path(at) == home and name in _LINKED}

        gc.collect()  # connections of verifiers that were closed end now, not while it is copied
        shutil.copytree(home, folder, ignore=skip)
        for name in _LINKED:
            (folder / name).symlink_to(home / name)
        return Home.open(folder, environment={})


class _DrillProcedure(Procedure):
    """The filing procedure in the home of a drill."""

    def __post_init__(self) -> None:
        self.vault = self.home.vault(PASSPHRASE)


def make_living_office(folder: Path, count: int, seed: int) -> Office:
    """Issue two batches, let the certificates live, and publish all of it.

    Args:
        folder: an empty one.
        count: how many certificates, at least 8.
        seed: of the people.
    """
    home = make_office(folder, {})
    # Each certificate has a second signature, beside the one in its QR code.
    add_body_key(home, PREFIX, PASSPHRASE, Algorithm.SM2)
    persons = tuple(islice(people(seed), count))
    with desk_of(home) as desk:
        numbers = _issue(desk, persons[: count // 2], "一") + _issue(
            desk, persons[count // 2 :], "二"
        )
        _live(desk, numbers, folder / "out")
        _erase(desk, numbers[7])
        _decide_on_filings(desk)
        publish_log(office_of(desk))
        publish_behind(status_office_of(desk), every=True)
        alive = [number for number in numbers if number != numbers[7]]
        texts = {number: faces(desk, [number])[0].qr_text for number in alive}
    _apply(home, folder / "application")
    return Office(home=home, numbers=tuple(numbers), persons=persons, qr_texts=texts)


def _issue(desk: Desk, persons: Sequence[Person], batch: str) -> list[str]:
    batch_id = open_batch(desk, batch)
    rows = [person.candidate(row) for row, person in enumerate(persons, start=2)]
    numbers = [one.number for one in reserve(desk, batch_id, rows)]
    finish_copies(desk, BatchCopies(batch_id=batch_id), FontChain(), _silent)
    return numbers


def _live(desk: Desk, numbers: Sequence[str], out: Path) -> None:
    fonts = FontChain()
    reissue(
        desk,
        numbers[0],
        reason=ReissueReason.LOST,
        replaces=preview_reissue(desk, numbers[0]).replaces,
        out=out,
        fonts=fonts,
        progress=_silent,
    )
    archive_numbers(desk, numbers[1:2], out=out, fonts=fonts, progress=_silent)
    _do(desk, LifeKind.CORRECT, numbers[2], out)
    _do(desk, LifeKind.SUSPEND, numbers[3], out)
    _do(desk, LifeKind.SUSPEND, numbers[4], out)
    _do(desk, LifeKind.LIFT, numbers[4], out)
    _do(desk, LifeKind.REVOKE, numbers[5], out)
    _do(desk, LifeKind.BODY_MERGED, numbers[6], out)
    refused = propose(desk, _form(LifeKind.SUSPEND, numbers[1]), proposer="张提出", fonts=fonts)
    reject(desk, refused, decided_by="李审批", reason="事实不清")
    propose(desk, _form(LifeKind.SUSPEND, numbers[6]), proposer="张提出", fonts=fonts)


def _form(kind: LifeKind, number: str) -> ActForm:
    corrected = parse_correction("欧阳思远", None, None) if kind is LifeKind.CORRECT else None
    return ActForm(
        kind=kind,
        number=number,
        reason="经核查属实",
        reference="津技鉴〔2026〕15号",
        ground=Ground.CHEATING if kind is LifeKind.REVOKE else None,
        correction=corrected,
        successor="津城第二评价中心（虚构）" if kind is LifeKind.BODY_MERGED else None,
    )


def _do(desk: Desk, kind: LifeKind, number: str, out: Path) -> None:
    fonts = FontChain()
    act = propose(desk, _form(kind, number), proposer="张提出", fonts=fonts)
    approve_and_publish(
        desk,
        act,
        approver="李审批",
        hits=show_act(desk, act).hits,
        out=out,
        fonts=fonts,
        progress=_silent,
    )


def _erase(desk: Desk, number: str) -> None:
    wish = Wish(ground=ErasureGround.ORDER, reference="来函", order_reference="（2026）津01号")
    with transaction(desk.engine) as session:
        holder = find_by_number(session, number)
        line = propose_erasure(
            session, desk.home, holder, wish, Operator(name="甲"), now=desk.clock()
        )
    approve_erasure(
        desk.engine, desk.home, desk.vault, line.id, Operator(name="乙"), now=desk.clock()
    )


def _decide_on_filings(desk: Desk) -> None:
    signers = open_root_keys(desk.home, PASSPHRASE)
    with transaction(desk.engine) as session:
        site = find_site(session, PREFIX)
        said = decision(NOW.date())
        rename(session, site, said, name="演练职业技能评价中心（新，虚构）", now=NOW)
        publish(session, desk.home, now=NOW, signers=signers)


def _apply(home: Home, folder: Path) -> None:
    procedure = _DrillProcedure(home, folder)
    site = {"address": "天津市虚构区样本路 2 号", "serial": "000124"}  # of a unit not filed yet
    number, last = procedure.on_notice(sites=[site])
    procedure.object(number, last)
    procedure.settle(number, 1, ObjectionOutcome.DISMISSED, last)


def _silent(*_: object) -> None:
    """Tell nobody."""
