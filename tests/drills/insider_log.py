"""The insider's last resort: a log of his own making, signed with the log's own key.

What would show in the log is refused before it is published. So here somebody publishes without
asking the office: he holds the log's key and writes the files himself. Only the auditor is left,
who has the published files, the trust list and what he remembers of the log.
"""

from __future__ import annotations

import random
import secrets
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from audit.auditing import AuditOutcome, audit_log, new_memory
from audit.memory import Memory
from audit.trust import read_trust
from codes.levels import Level
from codes.number import parse_prefix
from issuer.log_files import LogFiles
from keys.log_key import LogKey, sign_checkpoint
from log.leaves import (
    IssueLeaf,
    Leaf,
    LifeLeaf,
    TrustLeaf,
    decode_leaf,
    encode_leaf,
)
from log.notes import VerifierKey, parse_vkey
from log.reading import FolderSource
from registry.trust_file import root_pin
from tests.drills.drill import Facts, require, require_none
from tests.drills.insider_office import Office
from tests.drills.office import NOW, desk_of

_LATER = NOW + timedelta(hours=1)
_ELSEWHERE = parse_prefix("S000044000999")

Logged = tuple[datetime, Leaf]
_Deed = Callable[[random.Random, list[Logged]], None]


def forge_logs(office: Office, folder: Path, *, count: int, seed: int) -> Facts:
    """Publish one forged log after another and let the auditor look at each.

    Args:
        office: whose log it is; never changed.
        folder: an empty one.
        count: of logs.
        seed: of what is done to them.
    """
    with desk_of(office.home) as desk:
        key = desk.cabinet.log_key()
    forger = _Forger(office, folder, key)
    require(forger.is_fine(forger.honest), "an honest log is suspected")
    chance, said, missed = random.Random(seed), Counter[str](), list[str]()
    for number in range(count):
        name, deed = list(_DEEDS.items())[number % len(_DEEDS)]
        leaves = list(forger.honest)
        deed(chance, leaves)
        said[name] += 1
        if forger.is_fine(leaves):
            missed.append(f"{name} ({number})")
    require_none(missed, "forged logs in which the auditor saw nothing")
    return {
        "logs forged with the log's own key": count,
        "of these noticed by the auditor alone": count - len(missed),
        **{f"forged: {name}": times for name, times in said.items()},
    }


class _Forger:
    """Writes logs under the office's name."""

    def __init__(self, office: Office, folder: Path, key: LogKey) -> None:
        home = office.home
        vkey = (home.log_folder / "vkey").read_text(encoding="utf-8").strip()
        self._vkey: VerifierKey = parse_vkey(vkey)
        self._folder, self._key = folder, key
        self._trust = read_trust(home.key_document_path.read_bytes(), root_pin(home))
        _, self._memory = self._audit(home.log_folder, new_memory(self._vkey, None))
        files = LogFiles(public=home.log_folder, memory=folder / "none", vkey=self._vkey)
        size = files.last().checkpoint.size
        self.honest: list[Logged] = [decode_leaf(entry) for entry in files.entries(0, size)]

    def _audit(self, log: Path, memory: Memory) -> tuple[bool, Memory]:
        source = FolderSource(log)
        report, after = audit_log(source, self._vkey, self._trust, memory, now=_LATER)
        return report.outcome is AuditOutcome.FINE, after

    def is_fine(self, leaves: Sequence[Logged]) -> bool:
        """Publish these leaves as the whole log; say whether the auditor finds nothing."""
        shutil.rmtree(self._folder, ignore_errors=True)
        log = self._folder / "log"
        files = LogFiles(public=log, memory=self._folder / "memory", vkey=self._vkey)
        with files.alone():
            empty = files.last().checkpoint
            files.extend(0, [encode_leaf(leaf, at) for at, leaf in leaves])
            root = files.derive(empty, len(leaves))
            files.publish(sign_checkpoint(self._key, size=len(leaves), root=root))
        fine, _ = self._audit(log, self._memory)
        return fine


def _somewhere(chance: random.Random, leaves: Sequence[Logged]) -> int:
    return chance.randrange(len(leaves))


def _drop(chance: random.Random, leaves: list[Logged]) -> None:
    del leaves[_somewhere(chance, leaves)]


def _cut_off(chance: random.Random, leaves: list[Logged]) -> None:
    del leaves[-chance.randint(1, 9) :]


def _swap(chance: random.Random, leaves: list[Logged]) -> None:
    at = chance.randrange(1, len(leaves))
    leaves[at - 1], leaves[at] = leaves[at], leaves[at - 1]


def _repeat(chance: random.Random, leaves: list[Logged]) -> None:
    leaves.insert(_somewhere(chance, leaves), chance.choice(leaves))


def _log_earlier(chance: random.Random, leaves: list[Logged]) -> None:
    at = _somewhere(chance, leaves)
    logged_at, leaf = leaves[at]
    leaves[at] = (logged_at - timedelta(seconds=chance.randint(1, 10**7)), leaf)


def _change(chance: random.Random, leaves: list[Logged]) -> None:
    places = [at for at, (_, leaf) in enumerate(leaves) if isinstance(leaf, IssueLeaf)]
    at = chance.choice(places)
    logged_at, leaf = leaves[at]
    assert isinstance(leaf, IssueLeaf)
    leaves[at] = (logged_at, replace(leaf, record_hash=secrets.token_bytes(32)))


def _issue_next(chance: random.Random, leaves: list[Logged], step: int = 1, **changes: Any) -> None:
    """Add an award after the last of a stream, `step` serials on."""
    issued = [leaf for _, leaf in leaves if isinstance(leaf, IssueLeaf)]
    model = chance.choice(issued)
    stream = (model.number.prefix, model.number.year, model.number.level)
    last = max(
        leaf.number.serial
        for leaf in issued
        if (leaf.number.prefix, leaf.number.year, leaf.number.level) == stream
    )
    number = parse_prefix(model.number.prefix).number(
        year=model.number.year, level=model.number.level, serial=max(1, last + step)
    )
    leaf = replace(model, number=number, record_hash=secrets.token_bytes(32))
    leaves.append((_LATER, replace(leaf, **changes)))


def _leave_one_out(chance: random.Random, leaves: list[Logged]) -> None:
    _issue_next(chance, leaves, step=chance.randint(2, 50))


def _give_twice(chance: random.Random, leaves: list[Logged]) -> None:
    _issue_next(chance, leaves, step=0)


def _date_back(chance: random.Random, leaves: list[Logged]) -> None:
    _issue_next(chance, leaves, issued_on=NOW.date() - timedelta(days=chance.randint(2, 300)))


def _date_forward(chance: random.Random, leaves: list[Logged]) -> None:
    _issue_next(chance, leaves, issued_on=NOW.date() + timedelta(days=chance.randint(1, 30)))


def _award_what_is_not_filed(chance: random.Random, leaves: list[Logged]) -> None:
    _issue_next(chance, leaves, occupation=chance.randint(100, 900))


def _award_by_nobody(_: random.Random, leaves: list[Logged]) -> None:
    model = next(leaf for _, leaf in leaves if isinstance(leaf, IssueLeaf))
    number = _ELSEWHERE.number(year=2026, level=Level.THREE, serial=1)
    leaves.append((_LATER, replace(model, number=number)))


def _sign_by_another_key(chance: random.Random, leaves: list[Logged]) -> None:
    known = {leaf.key_id for _, leaf in leaves if isinstance(leaf, IssueLeaf)}
    others = [key_id for key_id in range(1 << 16) if key_id not in known]
    _issue_next(chance, leaves, key_id=chance.choice(others))


def _tell_an_event_twice(chance: random.Random, leaves: list[Logged]) -> None:
    events = [leaf for _, leaf in leaves if isinstance(leaf, LifeLeaf)]
    leaves.append((_LATER, chance.choice(events)))


def _put_back_an_old_list(_: random.Random, leaves: list[Logged]) -> None:
    leaves.append((_LATER, TrustLeaf(version=1, sha256=secrets.token_bytes(32))))


_DEEDS: dict[str, _Deed] = {
    "a leaf dropped": _drop,
    "the last leaves cut off": _cut_off,
    "neighbours swapped": _swap,
    "a leaf put in again": _repeat,
    "a leaf logged earlier": _log_earlier,
    "a logged record replaced": _change,
    "a number left out": _leave_one_out,
    "a number given twice": _give_twice,
    "an award dated back": _date_back,
    "an award dated forward": _date_forward,
    "an award that is not filed for": _award_what_is_not_filed,
    "an award by a body that is not filed": _award_by_nobody,
    "an award under another key": _sign_by_another_key,
    "an event told twice": _tell_an_event_twice,
    "an older trust list": _put_back_an_old_list,
}
